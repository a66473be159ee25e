"""Adjectives that no list holds: what they say of columns, and where they stand in a question."""

from __future__ import annotations

import pytest

from sqlcoder_builtin.cue_words import comparatives, superlatives
from sqlcoder_builtin.degrees import columns_of, degrees
from sqlcoder_core.api import tokenise


@pytest.mark.parametrize(
    ("said", "column", "descending"),
    [
        ("lengthiest", "page", True),
        ("pricier", "price", True),
        ("smallest", "area", False),
        ("least reliable", "reliability", False),
        ("most productive", "productivity", True),
        ("wealthiest", "income", True),
    ],
)
def test_superlatives_rank_by_columns(said: str, column: str, descending: bool) -> None:
    concepts, found = superlatives()[said]
    assert column in concepts
    assert found is descending


@pytest.mark.parametrize(
    ("said", "column", "cue"),
    [("smaller than", "area", "lt"), ("pricier than", "price", "gt"), ("less productive than", "productivity", "lt")],
)
def test_comparatives_compare_columns(said: str, column: str, cue: str) -> None:
    concepts, found = comparatives()[said]
    assert column in concepts
    assert found == cue


def test_nouns_that_end_alike_are_no_degrees() -> None:
    assert list(degrees(tokenise("guests with a request of the highest interest"), frozenset())) == []


def test_what_is_named_so_is_no_degree() -> None:
    tokens = tokenise("the lengthiest one")
    assert list(degrees(tokens, frozenset())) == [("superlative", 1, 2)]
    assert list(degrees(tokens, frozenset({(1, 2)}))) == []


def test_words_that_measure_nothing_have_no_columns() -> None:
    assert columns_of("customers") is None
