"""Exact, subset and strict: small tables as data, and what must hold for all tables."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.evaluation.matching import exact, strict, subset
from sqlcoder_core.evaluation.records import Rows

CASES = yaml.safe_load((Path(__file__).parent / "matches.yml").read_text())
MEASURES = {"exact": exact, "subset": subset, "strict": strict}


def table(given):
    if isinstance(given, dict):
        return Rows(columns=tuple(given["columns"]), rows=tuple(map(tuple, given["rows"])))
    return Rows(columns=tuple("abcdefgh"[: len(given[0])]), rows=tuple(map(tuple, given)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("measure", MEASURES)
def test_small_tables_match_as_the_rules_say(measure, case):
    said = MEASURES[measure](table(case["gold"]), table(case["ours"]), ordered=case.get("ordered", False))
    assert said is (measure in case["match"])


@pytest.mark.parametrize("case", [case for case in CASES if case["match"] != ["subset"]], ids=lambda case: case["name"])
@pytest.mark.parametrize("measure", ["exact", "strict"])
def test_exact_and_strict_do_not_care_which_side_is_the_gold(measure, case):
    sides = table(case["gold"]), table(case["ours"])
    ordered = case.get("ordered", False)
    assert MEASURES[measure](*sides, ordered=ordered) is MEASURES[measure](*reversed(sides), ordered=ordered)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.50"), 1.5),
        (Decimal("NaN"), None),
        (10**400, Decimal("1e400")),
        (date(2026, 7, 1), datetime(2026, 7, 1)),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 14, tzinfo=timezone(timedelta(hours=2)))),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 12)),
        (bytearray(b"x"), b"x"),
    ],
)
def test_values_of_engines_are_equal_by_what_they_mean(one, other):
    gold, ours = (Rows(columns=("v",), rows=((cell,), (7,))) for cell in (one, other))
    assert exact(gold, ours, ordered=False)
    assert subset(gold, ours, ordered=False)
    assert strict(gold, ours, ordered=False)


CELLS = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from(["", "a", "b"]), st.floats(allow_nan=True, width=16), st.dates())


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[CELLS] * width), max_size=8))
    return Rows(columns=tuple(draw(st.lists(st.sampled_from("abcd"), min_size=width, max_size=width))), rows=tuple(rows))


@settings(max_examples=200, deadline=None)
@given(tables(), st.booleans())
def test_a_table_matches_itself(one, ordered):
    assert exact(one, one, ordered=ordered)
    assert strict(one, one, ordered=ordered)
    assert subset(one, one, ordered=ordered) or not one.rows


@settings(max_examples=200, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_strict_does_not_care_about_the_order_of_rows_and_columns(one, chance):
    order = list(range(len(one.columns)))
    chance.shuffle(order)
    rows = [tuple(row[place] for place in order) for row in one.rows]
    chance.shuffle(rows)
    assert strict(one, Rows(columns=tuple("wxyz"[: len(order)]), rows=tuple(rows)), ordered=False)


@settings(max_examples=200, deadline=None)
@given(tables(), st.data())
def test_no_measure_lets_a_changed_cell_pass(one, data):
    if not one.rows:
        return
    row = data.draw(st.integers(0, len(one.rows) - 1))
    column = data.draw(st.integers(0, len(one.columns) - 1))
    changed = [list(line) for line in one.rows]
    changed[row][column] = "something else"
    ours = Rows(columns=one.columns, rows=tuple(map(tuple, changed)))
    assert not any(measure(one, ours, ordered=False) for measure in MEASURES.values())


def test_many_columns_of_few_values_are_told_apart():
    chance = random.Random(3)
    rows = tuple(tuple(chance.randint(0, 1) for _ in range(10)) for _ in range(2_000))
    one = Rows(columns=tuple("abcdefghij"), rows=rows)
    order = list(range(10))
    chance.shuffle(order)
    other = Rows(columns=one.columns, rows=tuple(tuple(row[place] for place in order) for row in reversed(rows)))
    assert strict(one, other, ordered=False)
    flipped = (*other.rows[:-1], tuple(1 - cell for cell in other.rows[-1]))
    assert not strict(one, Rows(columns=one.columns, rows=flipped), ordered=False)
