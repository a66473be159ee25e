"""Questions on databases of which no stored value is known, and the rows that their likeliest reading gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parent / "unseen_cases.yml").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def databases(database: Any) -> dict[str, Any]:
    return {name: database(name) for name in {case["schema"] for case in CASES}}


def plain(row: Any) -> tuple[Any, ...]:
    return tuple(float(cell) if isinstance(cell, (int, float)) else cell for cell in row)


def in_order(rows: list[tuple[Any, ...]], case: dict[str, Any]) -> list[tuple[Any, ...]]:
    return rows if case.get("ordered") else sorted(rows, key=repr)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"][:70])
def test_the_likeliest_reading_gives_the_rows(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"], floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    columns, rows = databases[case["schema"]].rows(sql)
    places = [columns.index(name) for name in case.get("pick", columns)]
    found = in_order([plain(row[place] for place in places) for row in rows], case)
    wanted = [in_order(list(map(plain, case[key])), case) for key in ("rows", "any") if key in case]
    assert found in wanted, sql
