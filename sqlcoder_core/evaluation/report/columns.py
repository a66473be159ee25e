"""What the columns of the tables are, in the terminal, in Markdown and in HTML alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlcoder_core.evaluation.records import Report
from sqlcoder_core.evaluation.report.figures import Figures, Group, bases, categories, figures, tags
from sqlcoder_core.evaluation.report.wording import milliseconds, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`brief` is the heading where space is short, `meaning` what a reader who asks is told."""

    name: str
    brief: str
    meaning: str
    cell: Callable[[Figures], str]


def _of_all(pick: Callable[[Figures], int]) -> Callable[[Figures], str]:
    return lambda found: percent(found.share(pick(found)))


def _tokens(found: Figures) -> str:
    if found.tokens_read is None or found.tokens_written is None:
        return "-"
    return f"{found.tokens_read:,.0f}+{found.tokens_written:,.0f}"


FAILED = Column(name="failed", brief="failed", meaning="refused by the guard, or an error", cell=_of_all(lambda found: found.failed))
COUNT = Column(name="n", brief="n", meaning="answerable questions whose gold could be run", cell=lambda found: f"{found.n:,}")
SCORES = (
    Column(name="correct", brief="correct", meaning="exact or subset", cell=_of_all(lambda found: found.correct)),
    Column(
        name="exact", brief="exact", meaning="the same table as the gold's, duplicates dropped", cell=_of_all(lambda found: found.exact)
    ),
    Column(name="subset", brief="subset", meaning="the gold's columns are among ours", cell=_of_all(lambda found: found.subset)),
    Column(
        name="strict",
        brief="strict",
        meaning="the same rows as often, no extra column, in the gold's order where it has one",
        cell=_of_all(lambda found: found.strict),
    ),
    Column(name="valid", brief="valid", meaning="our SQL ran", cell=_of_all(lambda found: found.valid)),
    Column(name="abstained", brief="abst.", meaning="no answer, for lack of confidence", cell=_of_all(lambda found: found.abstained)),
    FAILED,
    Column(name="answered", brief="answ.", meaning="coverage: an answer was given", cell=_of_all(lambda found: found.answered)),
    Column(
        name="right of answered",
        brief="right",
        meaning="precision: correct among the answers, those to unanswerable questions included",
        cell=lambda found: percent(found.precision),
    ),
)
EFFORT = (
    Column(name="p50 ms", brief="p50 ms", meaning="half of the questions were faster", cell=lambda found: milliseconds(found.p50_ms)),
    Column(name="p95 ms", brief="p95 ms", meaning="19 of 20 questions were faster", cell=lambda found: milliseconds(found.p95_ms)),
    Column(name="tokens", brief="tokens", meaning="mean tokens read + written by the model", cell=_tokens),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows under one heading; `name` is empty for the row of everything."""

    name: str
    groups: tuple[Group, ...]


def sections(report: Report, *, databases: bool) -> tuple[Section, ...]:
    """Categories, tags, if wanted databases, as far as the suite has them, and the row "all" at the end."""
    found = [("category", categories(report)), ("tag", tags(report)), ("database", bases(report) if databases else ())]
    whole = Group(name="all", figures=figures(report.judged))
    return (*(Section(name=name, groups=groups) for name, groups in found if groups), Section(name="", groups=(whole,)))


def effort_columns(report: Report) -> tuple[Column, ...]:
    """Those of time and tokens that something is known for."""
    whole = figures(report.judged)
    return tuple(column for column in EFFORT if column.cell(whole) != "-")
