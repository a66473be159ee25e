"""Questions on small databases: the rows they give, and the words they do not understand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))
CASES = FILE["cases"]


def cells(row: Any) -> tuple[Any, ...]:
    return tuple(round(float(cell), 4) if isinstance(cell, (int, float)) else cell for cell in row)


def picked(columns: list[str], rows: list[tuple[Any, ...]], wanted: list[str] | None) -> list[tuple[Any, ...]]:
    places = [columns.index(name) for name in wanted] if wanted else range(len(columns))
    return [cells(tuple(row[place] for place in places)) for row in rows]


def asked_for(columns: list[str], schema: dict[str, Any], width: int) -> list[str] | None:
    """Without what may stand beside the columns asked for: keys, and figures that rows were ranked by; None where nothing is to spare."""
    keys = set(schema["keys"].values())
    for spare in (lambda name: name in keys, lambda name: name in keys or name.startswith(FIGURES)):
        left = [name for name in columns if not spare(name)]
        if len(columns) > width == len(left):
            return left
    figured = [name for name in columns if not name.startswith(FIGURES)]
    return figured if len(columns) > width == len(figured) else None


FIGURES = ("number_of_", "total_", "average_", "max_", "min_")


@pytest.fixture(scope="module")
def databases(database: Any) -> dict[str, Any]:
    return {name: database(name) for name in FILE["schemas"]}


@pytest.mark.parametrize("case", [case for case in CASES if "rows" in case], ids=lambda case: case["question"][:70])
def test_a_question_gives_its_rows(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"], instructions=case.get("instructions"), floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    columns, rows = databases[case["schema"]].rows(sql)
    wanted = [cells(row) for row in case["rows"]]
    width = len(wanted[0]) if wanted else len(columns)
    found = picked(columns, rows, case.get("pick") or asked_for(columns, FILE["schemas"][case["schema"]], width))
    if not case.get("ordered"):
        found, wanted = sorted(found, key=repr), sorted(wanted, key=repr)
    # The order of columns is free where their values tell them apart.
    assert found == wanted or sorted(map(sorted_cells, found)) == sorted(map(sorted_cells, wanted)), sql


def sorted_cells(row: tuple[Any, ...]) -> list[str]:
    return sorted(map(repr, row))


@pytest.mark.parametrize("case", [case for case in CASES if "abstains" in case], ids=lambda case: case["question"][:70])
def test_words_that_are_not_understood_are_named(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"])
    assert not proposal.candidates
    assert set(case["abstains"]) <= set(proposal.unplaced)


@pytest.mark.parametrize("case", [case for case in CASES if "reason" in case], ids=lambda case: case["question"][:70])
def test_a_reading_that_cannot_be_meant_is_not_given(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"])
    assert not proposal.candidates, proposal.candidates[0].sql
    assert case["reason"] in proposal.reason
