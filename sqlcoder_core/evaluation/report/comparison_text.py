"""A comparison for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report.comparison import Comparison, Couple, Measure, compared
from sqlcoder_core.evaluation.report.differences import broken
from sqlcoder_core.evaluation.report.grid import Grid, Line
from sqlcoder_core.evaluation.report.wording import change, count, percent
from sqlcoder_core.values.printable import printable, printable_lines


def render_comparison(before: Report, after: Report, width: int = 80, *, colour: bool = False, unicode: bool = True) -> str:
    """What changed between two runs over the same questions, without a line end at the end; differences in percentage points."""
    return "\n".join(_lines(compared(before, after), Grid(width=width, colour=colour, unicode=unicode)))


def verdict(found: Comparison) -> str:
    """The one sentence: is the second run better at being correct, and is that more than chance?"""
    if not found.measures or found.measures[0].name != "correct":
        return "nothing to compare"
    first = found.measures[0]
    lost, won = first.flips or (0, 0)
    sure = (
        "no question changed sides"
        if not lost + won
        else ("better" if first.difference.value > 0 else "worse")
        if first.certain
        else "no difference that these questions can tell from chance"
    )
    return f"correct {percent(first.before)} % before, {percent(first.after)} % after over {count(first.n, 'common question')}: {sure}"


def _lines(found: Comparison, grid: Grid) -> Iterator[str]:
    yield from grid.wrapped(verdict(found))
    for warning in found.warnings:
        yield from (grid.paint(line, "yellow") for line in grid.wrapped(f"warning: {printable(warning)}"))
    if found.measures:
        yield ""
        yield from grid.drawn(list(_table(found)))
    for title, couples, style in (("lost", found.lost, "red"), ("won", found.won, "green")):
        yield from _flips(title, couples, style, grid)
    if found.signature:
        yield ""
        yield grid.paint("what differs in the signatures", "bold")
        for name, before, after in found.signature:
            text = f"{printable(name)}: {printable(before or '(none)')} {grid.arrow} {printable(after or '(none)')}"
            yield from grid.wrapped(text, "  ")


def _table(found: Comparison) -> Iterator[Line]:
    yield Line(cells=("percent", "n", "before", "after", "difference (95 %)", "lost", "won", "p"), style="bold")
    yield Line(cells=("",), rule=True)
    yield from (_line(measure) for measure in found.measures)
    if found.categories:
        yield Line(cells=("correct by category",), rule=True)
        yield from (_line(measure) for measure in found.categories)


def _line(measure: Measure) -> Line:
    lost, won = ("-", "-") if measure.flips is None else (f"{number:,}" for number in measure.flips)
    p = "-" if measure.p is None else f"{measure.p:.3f}" if measure.p >= 0.001 else "<.001"
    style = "" if not measure.certain else "green" if measure.difference.value > 0 else "red"
    cells = (
        printable(measure.name), f"{measure.n:,}", percent(measure.before), percent(measure.after), change(measure.difference), lost, won, p
    )  # fmt: skip
    return Line(cells=cells, style=style)


def _flips(title: str, couples: Sequence[Couple], style: str, grid: Grid) -> Iterator[str]:
    if not couples:
        return
    yield ""
    yield grid.paint(f"{title}: {count(len(couples), 'question')}", style)
    for one, other in couples:
        yield from grid.wrapped(f"{printable(one.id)}  {printable(one.question)}", "  ")
        yield from _said("before", one, grid)
        yield from _said("after", other, grid)


def _said(when: str, one: Judged, grid: Grid) -> Iterator[str]:
    text = printable_lines(broken(one.sql)) if one.sql else f"{one.outcome}: {printable(one.why)}".rstrip(": ")
    first, *rest = text.split("\n")
    yield f"  {grid.paint(f'{when:<6}', 'dim')}  {first}"
    yield from (f"          {line}" for line in rest)
