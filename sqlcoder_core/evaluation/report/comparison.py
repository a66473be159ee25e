"""Two runs over the same questions: what changed, how surely, and which questions flipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report.figures import NO_CATEGORY, answered
from sqlcoder_core.evaluation.report.intervals import Interval, bootstrap_ratio_difference, mcnemar, paired_difference, pairs

Couple = tuple[Judged, Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure over the common questions: shares before and after, and the paired 95 % interval of their difference.

    `flips` are (lost, won) questions and `p` is the exact McNemar probability; None for a ratio, which has no flips.
    """

    name: str
    n: int
    before: float
    after: float
    difference: Interval
    flips: tuple[int, int] | None = None
    p: float | None = None

    @property
    def certain(self) -> bool:
        """The interval leaves out 0."""
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything the two reports say together.

    `measures` are over all common questions, `categories` is *correct* by category. `won` are wrong before and right after, `lost`
    the other way round. `signature` are (name, before, after) where the two differ, None for a missing name.
    """

    before: Report
    after: Report
    measures: tuple[Measure, ...]
    categories: tuple[Measure, ...]
    won: tuple[Couple, ...]
    lost: tuple[Couple, ...]
    signature: tuple[tuple[str, str | None, str | None], ...]
    warnings: tuple[str, ...]


def compared(before: Report, after: Report) -> Comparison:
    """Pair the questions by database and id, and compare those that are the same and scored in both."""
    couples, warnings = _couples(before, after)
    answerable = [couple for couple in couples if couple[0].answerable]
    return Comparison(
        before=before,
        after=after,
        measures=tuple(_measures(couples, answerable)),
        categories=tuple(_categories(answerable)),
        won=tuple(couple for couple in couples if not _right(couple[0]) and _right(couple[1])),
        lost=tuple(couple for couple in couples if _right(couple[0]) and not _right(couple[1])),
        signature=tuple(_differing(dict(before.signature), dict(after.signature))),
        warnings=(*_suite_warnings(before, after), *warnings),
    )


def _couples(before: Report, after: Report) -> tuple[list[Couple], list[str]]:
    first, second = _keyed(before), _keyed(after)
    common = [(first[key], second[key]) for key in first if key in second]
    same = [(one, other) for one, other in common if (one.question, one.answerable) == (other.question, other.answerable)]
    scored = [couple for couple in same if "unscored" not in (couple[0].outcome, couple[1].outcome)]
    counts = (
        (len(first) - len(common), "only in the first report"),
        (len(second) - len(common), "only in the second report"),
        (len(common) - len(same), "worded differently in the two reports"),
        (len(same) - len(scored), "unscored in at least one of the reports"),
    )
    warnings = [f"{number:,} question{'' if number == 1 else 's'} {what}: left out" for number, what in counts if number]
    if not scored:
        warnings.append("the two reports have no scored question in common")
    return scored, warnings


def _keyed(report: Report) -> dict[tuple[str, str, int], Judged]:
    """By database, id, and how often this id came before: ids that a suite repeats stay apart."""
    seen: Counter[tuple[str, str]] = Counter()
    keyed = {}
    for one in report.judged:
        keyed[one.base, one.id, seen[one.base, one.id]] = one
        seen[one.base, one.id] += 1
    return keyed


def _right(one: Judged) -> bool:
    return one.outcome == "right" or (one.outcome == "abstained" and not one.answerable)


def _strict(one: Judged) -> bool:
    return one.strict and answered(one)


def _measures(couples: Sequence[Couple], answerable: Sequence[Couple]) -> Iterator[Measure]:
    unanswerable = [couple for couple in couples if not couple[0].answerable]
    shares: tuple[tuple[str, Sequence[Couple], Callable[[Judged], bool]], ...] = (
        ("correct", answerable, _right),
        ("strict", answerable, _strict),
        ("answered", answerable, answered),
        ("rightly abstained", unanswerable, _right),
    )
    yield from (measure for name, those, test in shares if (measure := _share(name, those, test)))
    ratio = _precision(couples)
    yield from (ratio,) if ratio else ()


def _share(name: str, couples: Iterable[Couple], test: Callable[[Judged], bool]) -> Measure | None:
    table = pairs((test(one), test(other)) for one, other in couples)
    difference = paired_difference(table)
    if difference is None:
        return None
    return Measure(
        name=name,
        n=table.count,
        before=(table.both + table.first) / table.count,
        after=(table.both + table.second) / table.count,
        difference=difference,
        flips=(table.first, table.second),
        p=mcnemar(table),
    )


def _precision(couples: Sequence[Couple]) -> Measure | None:
    questions = [
        (answered(one), answered(one) and _right(one), answered(other), answered(other) and _right(other)) for one, other in couples
    ]
    difference = bootstrap_ratio_difference(questions)
    if difference is None:
        return None
    sums = [sum(each[place] for each in questions) for place in range(4)]
    before, after = sums[1] / sums[0], sums[3] / sums[2]
    return Measure(name="right of answered", n=len(questions), before=before, after=after, difference=difference)


def _categories(answerable: Sequence[Couple]) -> Iterator[Measure]:
    names = dict.fromkeys(couple[0].category or NO_CATEGORY for couple in answerable)
    for name in names if len(names) > 1 else ():
        measure = _share(name, [couple for couple in answerable if (couple[0].category or NO_CATEGORY) == name], _right)
        yield from (measure,) if measure else ()


def _differing(before: dict[str, str], after: dict[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def _suite_warnings(before: Report, after: Report) -> Iterator[str]:
    if (before.suite, before.kind) != (after.suite, after.kind):
        yield f"the suites differ: {before.suite} ({before.kind}) and {after.suite} ({after.kind})"
    first, second = dict(before.signature), dict(after.signature)
    for name, value in first.items():
        other = second.get(name, value)
        if name.replace("_", " ").replace("-", " ").lower() in _DATA and value != other:
            yield f"the suites' data differ: {name} {value} and {other}"
    for place, report in (("first", before), ("second", after)):
        if report.interrupted:
            yield f"the {place} run was interrupted: its report is of {len(report.judged):,} questions only"


_DATA = {"data", "data hash", "suite hash"}
