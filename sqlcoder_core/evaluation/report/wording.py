"""Figures as people read them."""

from __future__ import annotations

from sqlcoder_core.evaluation.records import Report
from sqlcoder_core.evaluation.report.figures import answers, figures, unanswerable, unscored
from sqlcoder_core.evaluation.report.intervals import Interval, wilson

_REASONS = 3
"""So many reasons of unscored questions are told, the most frequent ones; all of them are in the JSON and on the page."""


def percent(share: float | None) -> str:
    """`73.4`, or `-` for what is not known."""
    return "-" if share is None else f"{100 * share:.1f}"


def span(interval: Interval) -> str:
    """`68.1 to 78.2`."""
    return f"{percent(interval.low)} to {percent(interval.high)}"


def change(interval: Interval) -> str:
    """`+3.5 (+0.4 to +6.6)`: percentage points."""
    value, low, high = (_signed(each) for each in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def _signed(share: float) -> str:
    text = f"{100 * share:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def milliseconds(value: float | None) -> str:
    """`4.2`, `380`, `12,400`, or `-`."""
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def count(number: int, thing: str) -> str:
    """`1 question`, `2 questions`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def duration(seconds: float) -> str:
    """`0.8 s`, `12 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def headline(report: Report) -> str:
    """The one sentence: `correct 73.5 % (147 of 200; 95 % interval 67.0 to 79.1)`."""
    found = figures(report.judged)
    interval = wilson(found.correct, found.n)
    if interval is None:
        return "no answerable question was scored"
    return f"correct {percent(interval.value)} % ({found.correct:,} of {found.n:,}; 95 % interval {span(interval)})"


def remarks(report: Report) -> list[str]:
    """What belongs beside the tables, a sentence each, in the order in which it matters."""
    told = [text for text in (_interrupted(report), _answers(report), _unanswerable(report), _kill(report)) if text]
    reasons = unscored(report)
    told += [f"{count(number, 'question')} unscored, counted in no share: {why}" for why, number in reasons[:_REASONS]]
    others = sum(number for _, number in reasons[_REASONS:])
    return [*told, f"{count(others, 'question')} more unscored for other reasons"] if others else told


def _interrupted(report: Report) -> str:
    if not report.interrupted:
        return ""
    return f"interrupted after {count(len(report.judged), 'question')}: the figures are of these only"


def _answers(report: Report) -> str:
    told, right = answers(report.judged)
    interval = wilson(right, told)
    if interval is None:
        return "no answer was given"
    also = ", answers to unanswerable questions counted as wrong" if unanswerable(report.judged).wrong else ""
    return f"right of answered {percent(interval.value)} % ({right:,} of {told:,}; 95 % interval {span(interval)}){also}"


def _unanswerable(report: Report) -> str:
    found = unanswerable(report.judged)
    if not found.n:
        return ""
    failed = f", {found.failed:,} failed" if found.failed else ""
    return f"{count(found.n, 'unanswerable question')}: {found.right:,} rightly abstained, {found.wrong:,} wrongly answered{failed}"


def _kill(report: Report) -> str:
    if report.kill is None or report.kill.rate is None:
        return ""
    caught = f"{percent(report.kill.rate)} % of slightly wrong queries ({report.kill.killed:,} of {report.kill.mutants:,} mutants)"
    return f"compared on fuzzed databases that catch {caught}"
