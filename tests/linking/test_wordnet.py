"""What the extract of WordNet says of words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlcoder_core.linking import wordnet


@pytest.mark.parametrize(
    ("adjective", "noun", "low"),
    [
        ("priciest", "price", False),
        ("longest", "length", False),
        ("shorter", "duration", True),
        ("heaviest", "weight", False),
        ("largest", "size", False),
        ("smallest", "size", True),
        ("youngest", "age", True),
        ("wealthiest", "wealth", False),
        ("productive", "productivity", False),
        ("profitable", "profit", False),
    ],
)
def test_adjectives_measure_nouns(adjective: str, noun: str, low: bool) -> None:
    found = wordnet.measured_by(adjective)
    assert found is not None
    assert noun in found.nouns
    assert found.low is low


@pytest.mark.parametrize("word", ["table", "customers", "zzgrbl"])
def test_other_words_measure_nothing(word: str) -> None:
    assert wordnet.measured_by(word) is None


@pytest.mark.parametrize(
    ("said", "kin"),
    [
        ("expired", "expiration"),
        ("published", "publication"),
        ("payment", "pay"),
        ("paid", "payment"),
        ("inspected", "inspection"),
        ("decided", "decision"),
        ("arrived", "arrival"),
        ("began", "begin"),
    ],
)
def test_families_hold_words_of_one_root(said: str, kin: str) -> None:
    assert kin in wordnet.family(said)


def test_neighbours_are_of_the_usual_sense() -> None:
    assert "customer" in wordnet.broader("policyholder")
    assert "catalog" in wordnet.same("catalogue")
    assert "start" in wordnet.same("began")


def test_people_and_workers_are_told() -> None:
    assert wordnet.is_person("donor")
    assert not wordnet.is_worker("donor")
    assert wordnet.is_worker("employee")
    assert not wordnet.is_person("invoice")


def test_verbs_that_are_also_nouns_are_not_verbs_only() -> None:
    assert all(map(wordnet.is_verb, ("attracted", "filed", "stand", "held", "logged")))
    assert not any(map(wordnet.is_verb, ("place", "record", "overdue", "unpaid", "invoice")))


def test_adverbs_are_told() -> None:
    assert wordnet.is_adverb("currently")
    assert not wordnet.is_adverb("monthly")


def test_lines_are_sorted_and_small() -> None:
    path = Path(wordnet.__file__).with_name("wordnet.txt")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    assert path.stat().st_size < 400_000


def test_the_licence_stands_beside_the_extract() -> None:
    text = Path(wordnet.__file__).with_name("wordnet_licence.txt").read_text(encoding="utf-8")
    assert "Princeton University" in text
    assert "WITHOUT" in text.upper() or "AS IS" in text.upper()
