"""Questions about rows by other rows and by conditions: the rows they give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = yaml.safe_load((Path(__file__).parent / "relation_cases.yml").read_text(encoding="utf-8"))


def plain(row: Any) -> tuple[Any, ...]:
    return tuple(round(float(cell), 4) if isinstance(cell, (int, float)) else cell for cell in row)


@pytest.fixture(scope="module")
def databases(database: Any) -> dict[str, Any]:
    return {name: database(name) for name in FILE["schemas"]}


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["question"][:70])
def test_a_question_about_related_rows_gives_its_rows(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"], floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    columns, rows = databases[case["schema"]].rows(sql)
    places = [columns.index(name) for name in case.get("pick", columns)]
    found = [plain(row[place] for place in places) for row in rows]
    assert sorted(found, key=repr) == sorted(map(plain, case["rows"]), key=repr), sql
