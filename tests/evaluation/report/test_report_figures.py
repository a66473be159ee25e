"""What is counted, and of what."""

from __future__ import annotations

from typing import Any

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report.figures import Figures, Unanswerable, answers, bases, categories, figures, tags, unanswerable, unscored


def one(**more: Any) -> Judged:
    return Judged(**{"id": "q", "question": "?", "base": "b", **more})


RIGHT = one(outcome="right", exact=True, strict=True, valid=True, latency_ms=10, tokens=(100, 10), category="a", tags=("x", "y"))
LENIENT = one(outcome="right", subset=True, valid=True, latency_ms=20, tokens=(200, 20), category="b", tags=("y",))
WRONG = one(outcome="wrong", valid=True, latency_ms=30, category="b")
HELD = one(outcome="abstained", status="abstained", exact=True, subset=True, strict=True, valid=True, sql="SELECT 1", category="a")
FAILED = one(outcome="failed", status="refused", category="a")
UNSCORED = one(outcome="unscored", why="the gold fails", valid=True, latency_ms=99, category="c")
MISLED = one(outcome="wrong", answerable=False, valid=True, latency_ms=77)
WISE = one(outcome="right", answerable=False, status="abstained")
ALL = (RIGHT, LENIENT, WRONG, HELD, FAILED, UNSCORED, MISLED, WISE)


def test_each_question_is_counted_once_and_withheld_answers_score_nothing() -> None:
    assert figures(ALL) == Figures(
        n=5, correct=2, exact=1, subset=1, strict=1, valid=3, answered=3, abstained=1, failed=1, misled=1,
        p50_ms=20, p95_ms=29, tokens_read=150, tokens_written=15,
    )  # fmt: skip


def test_right_of_answered_counts_answers_to_unanswerable_questions() -> None:
    assert answers(ALL) == (4, 2)
    assert figures(ALL).precision == 0.5
    assert figures([RIGHT, WISE]).precision == 1


def test_unanswerable_questions_stand_apart() -> None:
    assert unanswerable(ALL) == Unanswerable(n=2, right=1, wrong=1, failed=0)
    # An abstention is right there under either word.
    assert unanswerable([one(outcome="abstained", answerable=False, status="abstained")]).right == 1


def test_nothing_has_no_share() -> None:
    empty = figures([])
    assert (empty.n, empty.share(0), empty.precision, empty.p50_ms, empty.tokens_read) == (0, None, None, None, None)


def report(*judged: Judged) -> Report:
    return Report(suite="s", kind="own", judged=judged)


def test_categories_keep_the_order_of_the_suite_and_leave_out_those_without_a_scored_question() -> None:
    assert [(group.name, group.figures.n) for group in categories(report(*ALL))] == [("a", 3), ("b", 2)]


def test_a_single_category_or_database_is_no_group() -> None:
    assert categories(report(RIGHT, HELD)) == ()
    assert bases(report(*ALL)) == ()


def test_a_question_counts_for_each_of_its_tags_once() -> None:
    found = tags(report(RIGHT, LENIENT, one(outcome="right", tags=("y", "y"))))
    assert [(group.name, group.figures.n) for group in found] == [("x", 1), ("y", 3)]


def test_unscored_questions_are_counted_by_reason() -> None:
    assert unscored(report(UNSCORED, UNSCORED, one(outcome="unscored"))) == (("the gold fails", 2), ("no reason given", 1))
