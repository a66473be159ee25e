"""Repairs, case by case: what a broken query becomes, that the guard passes it, and that engines run it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from case_catalogs import case_catalog, duckdb_database, sqlite_database

from sqlcoder_core.errors import Refused
from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.mending import Mended, mended
from sqlcoder_core.sql.soundness import findings
from sqlcoder_core.values.problem import Problem

HERE = Path(__file__).parent


def cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.yml")):
        for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            found.append(pytest.param(entry, id=f"{path.stem}-{number}"))
    return found


catalog = cache(case_catalog)
sqlite = cache(sqlite_database)
duck = cache(duckdb_database)


def run(sql: str, dialect: str, name: str) -> list[Any]:
    """The rows, sorted; raises what the engine raises. Dialects of other engines are not run."""
    if dialect == "duckdb":
        return sorted(duck(name).execute(sql).fetchall(), key=repr)
    return sorted(sqlite(name).execute(sql).fetchall(), key=repr) if dialect == "sqlite" else []


def problems(sql: str, dialect: str, known: IndexedCatalog, engine: str | None) -> tuple[Problem, ...]:
    """What is said of the query on its way: by the guard, the findings, or the engine in the words of the case."""
    try:
        found = findings(check(sql, dialect, known), known)
    except Refused as refused:
        return (Problem(code=refused.code, message=refused.message, span=refused.span, hint=refused.hint, found_by="guard"),)
    return (Problem(code="database", message=engine, found_by="engine"),) if engine else found


@pytest.mark.parametrize("entry", cases())
def test_mends_as_the_case_says(entry: dict[str, Any]) -> None:
    name = entry.get("schema", "shop")
    for dialect in entry.get("dialect", "duckdb").split():
        known = catalog(name)
        proposed = list(mended(entry["sql"], dialect, known, problems(entry["sql"], dialect, known, entry.get("engine"))))
        if "mended" not in entry:
            assert proposed == []
            continue
        assert proposed, "nothing is proposed"
        first: Mended = proposed[0]
        assert first.sql == entry["mended"]
        assert entry.get("note", "") in first.note
        assert first.note
        check(first.sql, dialect, known)
        rows = run(first.sql, dialect, name)
        if "as" in entry:
            assert rows == run(entry["as"], dialect, name)
