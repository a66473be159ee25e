"""What `policy:` hides is in no catalog, no answer and no cache; what it keeps from sampling is not looked into."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sqlcoder_core.session import Session
from sqlcoder_core.values.catalog import Table, TableName
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Question


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "hr.duckdb")) as database:
        database.execute("CREATE TABLE people (id INTEGER, city VARCHAR, remark VARCHAR, salary INTEGER)")
        database.execute("INSERT INTO people VALUES (1, 'Paris', 'shy-canary', 10), (2, 'Rome', 'shy-canary', 20)")
        database.execute("CREATE TABLE payroll AS SELECT 1 AS id")
    return tmp_path


def opened(folder: Path, *overrides: str) -> Session:
    environ = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    return Session.open(Options(database="hr.duckdb", overrides=overrides), cwd=folder, environ=environ)


def people(session: Session) -> Table:
    found = session.catalog.table(TableName(name="people", schema="main"))
    assert found is not None
    return found


def test_a_hidden_column_is_not_answered_with(folder: Path) -> None:
    with opened(folder, "policy.hidden=[people.salary]") as session:
        assert [column.name for column in people(session).columns if column.hidden] == ["salary"]
        asked = session.ask(Question(text="average salary of people"))
        assert asked.status in ("abstained", "refused")
        counted = session.ask(Question(text="how many people are there"))
        assert (counted.status, counted.result and counted.result.rows) == ("answered", ((2,),))


def test_a_hidden_table_is_not_offered(folder: Path) -> None:
    with opened(folder, "policy.hidden=[pay*]") as session:
        assert [str(name) for name in session.catalog.names()] == ["main.people"]
    with opened(folder) as session:
        assert len(list(session.catalog.names())) == 2  # the policy is part of the cache's key


def test_what_must_not_be_sampled_is_in_no_catalog_and_no_cache(folder: Path) -> None:
    with opened(folder, "policy.no_sample=[remark]") as session:
        column = people(session).column("remark")
        assert column is not None
        assert (column.values, column.minimum, column.hidden) == ((), None, False)
    assert not [file for file in (folder / "cache").rglob("*") if file.is_file() and b"shy-canary" in file.read_bytes()]
    with opened(folder) as session:
        column = people(session).column("remark")
        assert column is not None
        assert column.values == ("shy-canary",)
