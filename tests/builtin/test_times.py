"""Questions of time: which date, which period, how long; the rows that the likeliest reading gives are those of the case's SQL."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parent / "time_cases.yml").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def databases(database: Any) -> dict[str, Any]:
    return {name: database(name) for name in {case["schema"] for case in CASES}}


def plain(cell: Any) -> Any:
    return round(float(cell), 3) if isinstance(cell, (int, float)) else cell


def covers(ours: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]], *, ordered: bool) -> bool:
    """Some columns of ours have the rows wanted; further columns are free."""
    width = len(wanted[0])

    def cells(rows: list[tuple[Any, ...]], places: tuple[int, ...]) -> list[tuple[Any, ...]]:
        found = [tuple(plain(row[place]) for place in places) for row in rows]
        return found if ordered else sorted(found, key=repr)

    target = cells(wanted, tuple(range(width)))
    return bool(ours) and any(cells(ours, places) == target for places in permutations(range(len(ours[0])), width))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"][:70])
def test_a_question_of_time_gives_the_rows(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"], floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    _, ours = databases[case["schema"]].rows(sql)
    _, wanted = databases[case["schema"]].rows(case["sql"])
    assert wanted, "the case's SQL gives no rows"
    assert covers(ours, wanted, ordered=case.get("ordered", False)), sql
