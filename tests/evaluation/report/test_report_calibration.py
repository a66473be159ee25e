"""Confidence held against what happened, computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from sqlcoder_core.evaluation.records import Judged
from sqlcoder_core.evaluation.report.calibration import (
    CurvePoint,
    area_under_risk,
    brier,
    calibration_error,
    coverage_curve,
    given,
    reliability,
    withheld,
)

FOUR = ((0.9, True), (0.8, False), (0.6, True), (0.3, False))


def test_the_curve_adds_the_most_confident_answers_first() -> None:
    assert coverage_curve(FOUR, 5) == (
        CurvePoint(confidence=0.9, coverage=0.2, precision=1.0),
        CurvePoint(confidence=0.8, coverage=0.4, precision=0.5),
        CurvePoint(confidence=0.6, coverage=0.6, precision=2 / 3),
        CurvePoint(confidence=0.3, coverage=0.8, precision=0.5),
    )


def test_equal_confidences_are_one_point_whatever_their_order() -> None:
    there, back = [(0.5, True), (0.5, False)], [(0.5, False), (0.5, True)]
    assert coverage_curve(there, 2) == coverage_curve(back, 2) == (CurvePoint(confidence=0.5, coverage=1.0, precision=0.5),)
    assert area_under_risk(there) == area_under_risk(back) == 0.5


def test_the_area_under_the_risk_is_the_mean_of_the_shares_of_wrong_ones() -> None:
    assert area_under_risk(FOUR) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert area_under_risk([]) is None
    assert area_under_risk([(0.2, True), (0.9, True)]) == 0


def test_the_calibration_error_weighs_bins_by_their_answers() -> None:
    # Bins (0.8, 0.9] with two answers of mean 0.87, one right, and (0.2, 0.3] with one of 0.3, wrong.
    scored = ((0.9, True), (0.84, False), (0.3, False))
    assert calibration_error(scored) == pytest.approx((2 * abs(0.5 - 0.87) + 1 * 0.3) / 3)
    assert calibration_error(()) is None


def test_the_brier_score_is_the_mean_squared_distance() -> None:
    assert brier(FOUR) == pytest.approx((0.01 + 0.64 + 0.16 + 0.09) / 4)
    assert brier(()) is None


@pytest.mark.parametrize(("confidence", "low"), [(0.0, 0.0), (0.1, 0.0), (0.1000001, 0.1), (0.5, 0.4), (1.0, 0.9)])
def test_a_bound_belongs_to_the_bin_below_it(confidence: float, low: float) -> None:
    (found,) = reliability([(confidence, True)])
    assert found.low == low


@settings(deadline=None)
@for_all(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_answer_is_in_one_bin_and_no_score_leaves_its_range(scored: list[tuple[float, bool]]) -> None:
    assert sum(each.count for each in reliability(scored)) == len(scored)
    for value in (calibration_error(scored), brier(scored), area_under_risk(scored)):
        assert value is not None
        assert -1e-9 <= value <= 1 + 1e-9


def one(**more: object) -> Judged:
    return Judged(**{"id": "q", "question": "?", "base": "b", **more})  # type: ignore[arg-type]


def test_an_answer_to_an_unanswerable_question_is_a_wrong_one() -> None:
    assert given([one(answerable=False, outcome="wrong", confidence=0.7)]) == ((0.7, False),)


def test_a_withheld_answer_counts_only_where_it_was_run() -> None:
    run = one(status="abstained", outcome="abstained", confidence=0.2, sql="SELECT 1", valid=True, subset=True)
    blind = one(status="abstained", outcome="abstained", confidence=0.2)
    assert withheld([run, blind]) == ((0.2, True),)
    assert given([run, blind]) == ()


def test_failed_and_unscored_questions_are_on_no_curve() -> None:
    questions = [one(outcome="unscored", confidence=0.4), one(status="failed", outcome="failed", confidence=0.4)]
    assert given(questions) == withheld(questions) == ()
