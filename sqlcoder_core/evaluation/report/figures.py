"""The figures of a run: of all questions, of each category, tag and database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report.intervals import percentile

NO_CATEGORY = "(none)"
"""What questions without a category are listed under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts over answerable questions whose gold could be run; times and tokens over the same.

    `n` questions; `correct` is exact or subset; `answered` were given an answer, right or wrong; `failed` are refused and failed
    answers. `misled` are the answers to unanswerable questions beside those `n`, all of them wrong. Times are milliseconds, tokens
    means per question of those that a model answered (None: no model did).
    """

    n: int = 0
    correct: int = 0
    exact: int = 0
    subset: int = 0
    strict: int = 0
    valid: int = 0
    answered: int = 0
    abstained: int = 0
    failed: int = 0
    misled: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    tokens_read: float | None = None
    tokens_written: float | None = None

    @property
    def precision(self) -> float | None:
        """The share of the answers that is right, those to unanswerable questions among them; None without answers."""
        given = self.answered + self.misled
        return self.correct / given if given else None

    def share(self, count: int) -> float | None:
        """Of `n`; None where that is 0."""
        return count / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswerable:
    """Questions that the database cannot answer: `right` were met with an abstention, `wrong` with an answer, `failed` neither."""

    n: int = 0
    right: int = 0
    wrong: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Figures of the questions that share a category, a tag or a database."""

    name: str
    figures: Figures


def figures(judged: Iterable[Judged]) -> Figures:
    """Count the answerable and scored among them."""
    judged = tuple(judged)
    counted = [one for one in judged if one.answerable and one.outcome != "unscored"]
    times = sorted(one.latency_ms for one in counted if one.latency_ms > 0)
    used = [one.tokens for one in counted if one.tokens is not None]
    outcomes = Counter(one.outcome for one in counted)
    return Figures(
        n=len(counted),
        correct=outcomes["right"],
        exact=_given(counted, lambda one: one.exact),
        subset=_given(counted, lambda one: one.subset),
        strict=_given(counted, lambda one: one.strict),
        valid=_given(counted, lambda one: one.valid),
        answered=outcomes["right"] + outcomes["wrong"],
        abstained=outcomes["abstained"],
        failed=outcomes["failed"],
        misled=sum(not one.answerable and one.outcome == "wrong" for one in judged),
        p50_ms=round(percentile(times, 0.5), 3) if times else None,
        p95_ms=round(percentile(times, 0.95), 3) if times else None,
        tokens_read=sum(read for read, _ in used) / len(used) if used else None,
        tokens_written=sum(written for _, written in used) / len(used) if used else None,
    )


def unanswerable(judged: Iterable[Judged]) -> Unanswerable:
    """Count those that only an abstention answers rightly."""
    outcomes = Counter(one.outcome for one in judged if not one.answerable and one.outcome != "unscored")
    right, wrong = outcomes["right"] + outcomes["abstained"], outcomes["wrong"]
    return Unanswerable(n=right + wrong + outcomes["failed"], right=right, wrong=wrong, failed=outcomes["failed"])


def answers(judged: Iterable[Judged]) -> tuple[int, int]:
    """(Answers given, those of them that are right), unanswerable questions included: what "right of answered" is about."""
    told = [one.outcome == "right" for one in judged if answered(one)]
    return len(told), sum(told)


def answered(one: Judged) -> bool:
    """An answer was given, and it could be judged."""
    return one.outcome == "wrong" or (one.outcome == "right" and one.answerable)


def categories(report: Report) -> tuple[Group, ...]:
    """By category, in the order of the suite; none where the suite has only one."""
    return _groups(report.judged, lambda one: (one.category or NO_CATEGORY,))


def tags(report: Report) -> tuple[Group, ...]:
    """By tag, alphabetically; a question with several tags counts for each."""
    return tuple(sorted(_groups(report.judged, lambda one: one.tags, least=1), key=lambda group: group.name))


def bases(report: Report) -> tuple[Group, ...]:
    """By database, in the order of the suite; none where there is only one."""
    return _groups(report.judged, lambda one: (one.base,))


def unscored(report: Report) -> tuple[tuple[str, int], ...]:
    """(Reason, questions) of those whose gold could not be run, most frequent first."""
    return tuple(
        Counter(" ".join(one.why.split()) or "no reason given" for one in report.judged if one.outcome == "unscored").most_common()
    )


def _given(counted: Sequence[Judged], measure: Callable[[Judged], bool]) -> int:
    """How many answers meet a measure; what a withheld answer would have scored is not counted."""
    return sum(measure(one) for one in counted if one.outcome in ("right", "wrong"))


def _groups(judged: Sequence[Judged], names: Callable[[Judged], Sequence[str]], *, least: int = 2) -> tuple[Group, ...]:
    members: dict[str, list[Judged]] = {}
    for one in judged:
        for name in dict.fromkeys(names(one)):
            members.setdefault(name, []).append(one)
    counted = (Group(name=name, figures=figures(those)) for name, those in members.items())
    shown = tuple(group for group in counted if group.figures.n)
    return shown if len(shown) >= least else ()
