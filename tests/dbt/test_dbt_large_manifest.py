"""The generator that the benchmarks stand on writes what dbt would."""

from __future__ import annotations

import runpy
from pathlib import Path

from sqlcoder_core.api import Clash, Relationship, Table

GENERATOR = Path(__file__).parents[2] / "benchmarks" / "make_large_manifest.py"


def test_generated_manifest_is_read_whole(open_source, project) -> None:
    root = project()
    runpy.run_path(str(GENERATOR))["write"](root / "target", models=30, columns=12, tests=90, catalog=True)
    facts = list(open_source(root).facts(None))
    tables = [fact for fact in facts if isinstance(fact, Table)]
    assert [len(table.columns) for table in tables] == [12] * 30
    assert {table.primary_key for table in tables} == {("id",)}
    assert all(column.type and column.description for table in tables for column in table.columns)
    assert sum(isinstance(fact, Relationship) for fact in facts) == 30
    assert not [fact for fact in facts if isinstance(fact, Clash)]
