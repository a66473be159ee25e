"""Sums, averages, counts, groups and ratios: the likeliest reading shows the rows of the case's SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_builtin.figure_wording import figures_reworded, in_percent

_FILE = yaml.safe_load((Path(__file__).parent / "figure_cases.yml").read_text(encoding="utf-8"))
CASES, ABSTAINS = _FILE["cases"], _FILE["abstains"]


@pytest.fixture(scope="module")
def zoo(database: Any) -> Any:
    return database("zoo")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"][:80])
def test_the_figures_are_those_that_were_asked_for(zoo: Any, case: dict[str, Any]) -> None:
    proposal = zoo.ask(case["question"], floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    assert zoo.shows(sql, case["sql"], ordered=False), sql


@pytest.mark.parametrize("case", ABSTAINS, ids=lambda case: case["question"])
def test_what_nothing_keeps_or_defines_is_named_and_not_guessed(zoo: Any, case: dict[str, Any]) -> None:
    proposal = zoo.ask(case["question"])
    assert not proposal.candidates
    assert any(case["left"] in said for said in proposal.unplaced)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("each category's portion of revenue", "For each category, share of revenue"),
        ("part of the jobs handled by agencies", "share of jobs handled by agencies"),
        ("what do fines add up to per reason", "what is the total fines per reason"),
        ("Central Library's copies, counted by condition", "number of Central Library's copies by condition"),
        ("churn rate by plan, that is the share of viewers who left", "the share of viewers who left by plan"),
        ("average total weight of a shipment", "average total weight per shipment"),
        ("How many orders are there?", "How many orders are there?"),
        ("parts per supplier", "parts per supplier"),
    ],
)
def test_other_words_for_a_figure_are_said_in_the_grammars_own(said: str, read: str) -> None:
    assert figures_reworded(said) == read


def test_how_much_of_something_in_percent_asks_for_a_percentage() -> None:
    assert in_percent("how much of the stock is sold, in percent?") == "what percentage of the stock is sold?"
