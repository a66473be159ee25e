"""How likely readings are said to be: the weights' file, the line that sums are read off, and what follows from both."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_builtin import weighing
from sqlcoder_builtin.proposer import BuiltinProposer, BuiltinSettings
from sqlcoder_builtin.rereading import Way, ways
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.trait_names import is_declared
from sqlcoder_builtin.weighing import Weights, digest, fitted, read
from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.question import Clock, Question

QUESTIONS = [
    (case["schema"], case["question"])
    for case in yaml.safe_load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))["cases"][::4]
]
TEXT = """
[weights]
always = 1.5
left = -2.0
[calibration]
lead = 0.5
reach = 2.0
knots = [[-2.0, 0.1], [0.0, 0.4], [2.0, 0.9]]
"""


def readings(database: Any, schema: str, text: str) -> list[Way]:
    linked = link(Question(text=text), memory_catalog(database(schema).facts))
    return ways(Ask(linked=linked, dialect="sqlite", clock=Clock()), Schema(linked))[0]


def made() -> Weights:
    return read(TEXT, "weights.toml")


def test_the_weights_that_come_with_the_package_can_be_read() -> None:
    assert len(fitted().weights) > 50
    assert len(digest()) == 12


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("left = -2.0", '"lfet" = -2.0', "no reading has the trait 'lfet'"),
        ("left = -2.0", 'left = "much"', "cannot be read"),
        ("left = -2.0", "left = nan", "no finite number"),
        ("[2.0, 0.9]", "[2.0, 0.3]", "rise with the rating"),
        ("[2.0, 0.9]", "[-1.0, 0.9]", "rise with the rating"),
        ("[2.0, 0.9]", "[2.0, 1.2]", "between 0 and 1"),
        ("lead = 0.5", "lead = -0.5", "rise with the rating"),
        ("reach = 2.0", "", "cannot be read"),
    ],
)
def test_weights_that_cannot_be_right_are_refused_by_name(was: str, becomes: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        read(TEXT.replace(was, becomes), "weights.toml")
    assert caught.value.place == "weights.toml"


def test_a_probability_never_falls_with_the_rating() -> None:
    for model in (made(), fitted()):
        for other in (None, -1.0, 0.5, 3.0):
            found = [model.probability(step / 10, other) for step in range(-90, 91)]
            assert found == sorted(found)
            assert 0 <= found[0] < found[-1] <= 1


def test_a_near_rival_makes_a_reading_less_likely() -> None:
    model = made()
    alone, clear, near, behind = (model.probability(0.0, other) for other in (None, -1.0, -0.1, 1.0))
    assert alone > clear > near > behind


def test_the_first_of_several_is_the_likeliest() -> None:
    ratings = [0.7, 0.6, -1.0, -4.0]
    found = made().probabilities(ratings)
    assert found == sorted(found, reverse=True)
    assert made().probabilities([0.7]) == [made().probability(0.7)]
    assert made().probabilities([]) == []


@pytest.mark.parametrize(("schema", "text"), QUESTIONS, ids=[text[:60] for _, text in QUESTIONS])
def test_traits_are_declared_bounded_and_the_same_each_time(database: Any, schema: str, text: str) -> None:
    once, again = readings(database, schema, text), readings(database, schema, text)
    assert [(way.sql, way.found, way.score) for way in once] == [(way.sql, way.found, way.score) for way in again]
    for way in once:
        assert [name for name in way.found if not is_declared(name)] == []
        assert all(0 < amount <= 15 for amount in way.found.values()), way.found


@pytest.mark.parametrize(("schema", "text"), QUESTIONS, ids=[text[:60] for _, text in QUESTIONS])
def test_no_reading_without_a_word_stands_before_one_that_places_it(database: Any, schema: str, text: str) -> None:
    found = readings(database, schema, text)
    assert all(first.score >= second.score for first, second in pairwise(found))
    if found:
        # What is left over in the first is left over in all: nothing is left out to sound surer.
        assert found[0].found.get("left", 0.0) == min(way.found.get("left", 0.0) for way in found)


def test_the_floor_withholds_what_is_less_likely(database: Any) -> None:
    shop = database("shop")
    (best, *_) = shop.ask("average amount by city", floor=0.0).candidates
    assert shop.ask("average amount by city", floor=best.score - 0.001).candidates
    assert not shop.ask("average amount by city", floor=best.score + 0.001).candidates


def test_the_signature_changes_with_the_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    proposer = BuiltinProposer(BuiltinSettings(), Context(project_dir=Path(), config_dir=Path(), cache_dir=Path()))
    before = dict(proposer.identity())
    other = tmp_path / "weights.toml"
    other.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(weighing, "FILE", other)
    digest.cache_clear()
    after = dict(proposer.identity())
    digest.cache_clear()
    assert before["rules"] == after["rules"]
    assert before["weights"] != after["weights"]


def test_readings_below_the_floor_are_offered_with_how_likely_they_are(database: Any) -> None:
    proposal = database("shop").ask("average amount by city", floor=0.99)
    assert not proposal.candidates
    assert 1 <= len(proposal.withheld) <= 2
    assert f"too doubtful ({proposal.withheld[0].score:.2f})" in (proposal.reason or "")
