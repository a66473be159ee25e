"""Questions of time: which date, which period, how long; the rows that the likeliest reading gives are those of the case's SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parent / "time_cases.yml").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def databases(database: Any) -> dict[str, Any]:
    return {name: database(name) for name in {case["schema"] for case in CASES}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"][:70])
def test_a_question_of_time_gives_the_rows(databases: dict[str, Any], case: dict[str, Any]) -> None:
    proposal = databases[case["schema"]].ask(case["question"], floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    assert databases[case["schema"]].shows(sql, case["sql"], ordered=case.get("ordered", False)), sql
