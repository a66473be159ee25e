"""The expected rows are what the SQL beside them gives on the shipped database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from sqlcoder_core.testing.expected_rows import mismatch


def test_the_sql_beside_each_question_gives_its_rows(shop: Path, cases: tuple[Any, ...]) -> None:
    wrong = {}
    with duckdb.connect(str(shop / "shop.duckdb"), read_only=True) as connection:
        for case in cases:
            for sql, expected in case.readings:
                rows = connection.execute(sql).fetchall()
                wrong[f"{case.id}: {sql}"] = mismatch(expected, expected.columns, rows)
    assert {sql: why for sql, why in wrong.items() if why} == {}


def test_there_are_thirty_questions_of_different_kinds(cases: tuple[Any, ...]) -> None:
    assert len(cases) == 30
    assert [name for name, often in Counter(case.id for case in cases).items() if often > 1] == []
