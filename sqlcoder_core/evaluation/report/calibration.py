"""Whether confidence can be believed: accuracy against coverage, calibration error, Brier score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlcoder_core.evaluation.records import Judged

Scored = tuple[float, bool]
"""A confidence between 0 and 1, and whether the answer is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """If answers of at least `confidence` were given: the share of all questions answered, and the share of answers right."""

    confidence: float
    coverage: float
    precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers whose confidence lies between two bounds: how many, their mean confidence, and the share that is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def given(judged: Iterable[Judged]) -> tuple[Scored, ...]:
    """The answers that were given, with confidence; an answer to an unanswerable question is a wrong one."""
    return tuple(
        (one.confidence, one.outcome == "right")
        for one in judged
        if one.confidence is not None and one.status == "answered" and one.outcome in ("right", "wrong")
    )


def withheld(judged: Iterable[Judged]) -> tuple[Scored, ...]:
    """The answers that were held back for low confidence, as far as they were run and judged all the same."""
    return tuple(
        (one.confidence, one.answerable and (one.exact or one.subset))
        for one in judged
        if one.confidence is not None and one.status == "abstained" and one.outcome != "unscored" and one.sql is not None and one.valid
    )


def coverage_curve(scored: Iterable[Scored], questions: int) -> tuple[CurvePoint, ...]:
    """One point for each distinct confidence, highest first; `questions` is what coverage is a share of."""
    points, count, right = [], 0, 0
    for confidence, answers in _levels(scored):
        count, right = count + len(answers), right + sum(answers)
        points.append(CurvePoint(confidence=confidence, coverage=count / questions, precision=right / count))
    return tuple(points)


def area_under_risk(scored: Iterable[Scored]) -> float | None:
    """Mean share of wrong answers over all numbers of most confident answers kept; 0 is perfect; None without answers.

    AURC of Y. Geifman, G. Uziel and R. El-Yaniv, "Bias-reduced uncertainty estimation for deep neural classifiers", ICLR 2019.
    Among equal confidences the order is chance, so each of them counts with the mean error of its level.
    """
    count, wrong, total = 0, 0.0, 0.0
    for _, answers in _levels(scored):
        share = 1 - sum(answers) / len(answers)
        for _ in answers:
            count, wrong = count + 1, wrong + share
            total += wrong / count
    return total / count if count else None


def calibration_error(scored: Sequence[Scored], bins: int = 10) -> float | None:
    """Expected calibration error: mean distance of accuracy from confidence over equally wide bins, weighted; None without answers.

    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017, equation 3.
    """
    if not scored:
        return None
    return sum(each.count * abs(each.accuracy - each.confidence) for each in reliability(scored, bins)) / len(scored)


def brier(scored: Sequence[Scored]) -> float | None:
    """Mean squared distance of confidence from what happened (1 right, 0 wrong); 0.25 for always 0.5; None without answers.

    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950) 1-3, in its usual
    form for two outcomes.
    """
    return sum((confidence - right) ** 2 for confidence, right in scored) / len(scored) if scored else None


def reliability(scored: Iterable[Scored], bins: int = 10) -> tuple[Bin, ...]:
    """The bins that hold answers, lowest first; a bound belongs to the bin below it, 0 to the first."""
    return tuple(_bin(number, bins, list(members)) for number, members in groupby(sorted(scored), lambda one: _number(one[0], bins)))


def _number(confidence: float, bins: int) -> int:
    place = confidence * bins
    return min(max(int(place) - (place == int(place)), 0), bins - 1)


def _bin(number: int, bins: int, members: Sequence[Scored]) -> Bin:
    count = len(members)
    return Bin(
        low=number / bins,
        high=(number + 1) / bins,
        count=count,
        confidence=sum(confidence for confidence, _ in members) / count,
        accuracy=sum(right for _, right in members) / count,
    )


def _levels(scored: Iterable[Scored]) -> Iterator[tuple[float, list[bool]]]:
    for confidence, members in groupby(sorted(scored, key=lambda one: -one[0]), lambda one: one[0]):
        yield confidence, [right for _, right in members]
