"""Only the guard makes a CheckedQuery."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.checked import CheckedQuery

ROOT = Path(__file__).parents[2]
HOMES = {
    "sqlcoder_core/values/checked.py",
    "sqlcoder_core/sql/guard.py",
    "sqlcoder_core/worker/wire.py",  # the worker's end of the pipe unpacks what the guard made in the parent
    "sqlcoder_core/testing/unguarded.py",  # for tests of what engines and limits do with the guard off
}


def test_nothing_but_the_guard_uses_the_seal() -> None:
    sources = [path for folder in ("sqlcoder_core", "plugins", "connectors", "examples") for path in (ROOT / folder).rglob("*.py")]
    users = {str(path.relative_to(ROOT)) for path in sources if "GUARD_SEAL" in path.read_text("utf-8")}
    assert len(sources) > 30
    assert users == HOMES


def test_the_way_around_the_guard_is_used_by_tests_only() -> None:
    sources = [path for folder in ("sqlcoder_core", "plugins", "connectors", "examples") for path in (ROOT / folder).rglob("*.py")]
    users = {str(path.relative_to(ROOT)) for path in sources if "unguarded" in path.read_text("utf-8")}
    assert all(user.startswith("sqlcoder_core/testing/") for user in users)


def test_nobody_else_can_make_one() -> None:
    with pytest.raises(TypeError, match="made by the guard only"):
        CheckedQuery(text="DROP TABLE t", dialect="duckdb", seal=object())  # type: ignore[arg-type]


def test_the_hash_is_that_of_the_text_that_runs() -> None:
    query = check("SELECT 1 /* x */ + 1;", "duckdb", None)
    assert query.sha256 == hashlib.sha256(query.text.encode()).hexdigest()
