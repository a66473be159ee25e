"""Intervals and probabilities as the literature prints them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.evaluation.report.intervals import (
    Pairs,
    bootstrap_ratio_difference,
    mcnemar,
    paired_difference,
    pairs,
    percentile,
    wilson,
)


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998) 857-872, table I.
@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_of_newcombes_table(successes: int, count: int, low: float, high: float) -> None:
    found = wilson(successes, count)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_share_of_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert paired_difference(Pairs(both=0, first=0, second=0, neither=0)) is None


# The first is an example of Newcombe's paper on paired data (1998); the second is Bentur et al. in M. W. Fagerland, S. Lydersen and
# P. Laake, "Recommended tests and confidence intervals for paired binomial proportions", Statistics in Medicine 33 (2014) 2850-2875.
@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        (Pairs(both=36, first=2, second=12, neither=0), 0.0569, 0.3404),
        (Pairs(both=1, first=7, second=1, neither=12), -0.507, -0.026),
    ],
)
def test_paired_intervals_are_those_of_the_literature(table: Pairs, low: float, high: float) -> None:
    found = paired_difference(table)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5e-4)
    assert found.high == pytest.approx(high, abs=5e-4)


counts = st.integers(0, 400)


@settings(deadline=None)
@given(counts, counts, counts, counts)
def test_a_paired_interval_holds_its_value_stays_in_range_and_turns_with_the_runs(both: int, first: int, second: int, neither: int) -> None:
    found = paired_difference(Pairs(both=both, first=first, second=second, neither=neither))
    turned = paired_difference(Pairs(both=both, first=second, second=first, neither=neither))
    if found is None or turned is None:
        assert both + first + second + neither == 0
        return
    assert -1 - 1e-9 <= found.low <= found.value <= found.high <= 1 + 1e-9
    assert (found.low, found.high) == (pytest.approx(-turned.high), pytest.approx(-turned.low))


def test_two_equal_runs_differ_by_nothing_with_certainty_growing_by_the_count() -> None:
    few, many = (paired_difference(Pairs(both=count, first=0, second=0, neither=count)) for count in (10, 1000))
    assert few is not None and many is not None
    assert few.value == many.value == 0
    assert few.high - few.low > many.high - many.low


@pytest.mark.parametrize(
    ("first", "second", "p"),
    # By hand: the two tails of a fair coin. 1 and 7 of 8: (1 + 8) / 256 twice.
    [(7, 1, 18 / 256), (0, 0, 1.0), (5, 5, 1.0), (0, 5, 2 / 32), (1, 0, 1.0), (2, 10, 2 * (1 + 12 + 66) / 4096)],
)
def test_mcnemar_is_exact(first: int, second: int, p: float) -> None:
    assert mcnemar(Pairs(both=50, first=first, second=second, neither=9)) == pytest.approx(p)


def test_mcnemar_of_thousands_of_flips_does_not_overflow() -> None:
    assert 0 < mcnemar(Pairs(both=0, first=5200, second=5000, neither=0)) < 0.06


def test_pairs_are_counted_by_who_was_right() -> None:
    found = pairs([(True, True), (True, False), (False, True), (False, True), (False, False)])
    assert found == Pairs(both=1, first=1, second=2, neither=1)


def test_the_bootstrap_is_near_the_known_error_of_a_difference_of_ratios() -> None:
    # Always answered: the ratio is a plain share, and the spread of 120 flips among 400 questions is known in closed form.
    questions = [(True, True, True, True)] * 180 + [(True, True, True, False)] * 40 + [(True, False, True, True)] * 80
    questions += [(True, False, True, False)] * 100
    found = bootstrap_ratio_difference(questions)
    assert found is not None
    error = ((120 / 400 - 0.1**2) / 400) ** 0.5
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high) == (pytest.approx(0.1 - 1.96 * error, abs=0.008), pytest.approx(0.1 + 1.96 * error, abs=0.008))


def test_the_bootstrap_gives_the_same_figures_again() -> None:
    questions = [(True, True, False, False), (True, False, True, True), (False, False, True, False)] * 5
    assert bootstrap_ratio_difference(questions) == bootstrap_ratio_difference(questions)


def test_a_ratio_of_nothing_has_no_bootstrap() -> None:
    assert bootstrap_ratio_difference([(False, False, True, True)]) is None
    assert bootstrap_ratio_difference([]) is None


def test_percentiles_are_interpolated_between_neighbours() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile([10, 20, 30, 40, 50], 0.95) == pytest.approx(48)
    assert percentile([7], 0.95) == 7
