"""What is shown and in which order: the rows that the likeliest reading gives are those of the case's SQL, in its order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_builtin.said_lists import lists_reworded
from sqlcoder_builtin.said_orders import orders_reworded

CASES = yaml.safe_load((Path(__file__).parent / "order_cases.yml").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def rentals(database: Any) -> Any:
    return database("rentals")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"][:80])
def test_what_is_shown_and_its_order_are_as_said(rentals: Any, case: dict[str, Any]) -> None:
    proposal = rentals.ask(case["question"], floor=0.0)
    assert proposal.candidates, proposal.reason
    sql = proposal.candidates[0].sql
    assert rentals.shows(sql, case["sql"], ordered="ORDER BY" in case["sql"]), sql


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("show them, the longest one first", "show them, the longest first"),
        ("list staff, those with the most sales at the top", "list staff, most sales first"),
        ("list staff from most to least productive", "list staff, most productive first"),
        ("list rates from the dearest to the cheapest with their code", "list rates with their code, dearest first"),
        ("orders from highest to lowest", "orders from highest to lowest"),
        ("the top 5 customers", "the top 5 customers"),
        ("specialties by average length", "specialties by average length"),
    ],
)
def test_an_order_is_put_into_the_form_that_is_read(said: str, read: str) -> None:
    assert orders_reworded(said) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Which shops closed? Name and city, please.", "Which shops closed? Return Name and city."),
        ("Which shops closed? The result should have the name and the city.", "Which shops closed? Return the name and the city."),
        ("the 5 largest rooms - id, floor and size", "the 5 largest rooms. Return id, floor and size."),
        ("Which shops closed? Shops without an address appear too.", "Which shops closed? Shops without an address appear too."),
        ("Which shops closed? I want to know who owned them.", "Which shops closed? I want to know who owned them."),
    ],
)
def test_a_sentence_that_only_lists_asks_for_columns(said: str, read: str) -> None:
    assert lists_reworded(said) == read
