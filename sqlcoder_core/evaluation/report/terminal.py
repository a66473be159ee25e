"""A report as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.records import Report
from sqlcoder_core.evaluation.report.columns import COUNT, FAILED, SCORES, Column, Section, effort_columns, sections
from sqlcoder_core.evaluation.report.grid import Grid, Line
from sqlcoder_core.evaluation.report.wording import duration, headline, remarks
from sqlcoder_core.values.printable import printable

_WIDE = 118
"""From here on, failures, times and tokens stand beside the scores instead of below them."""


def render_table(report: Report, width: int = 80, *, colour: bool = False, unicode: bool = True) -> str:
    """The report for a terminal of `width` columns, without a line end at the end.

    Shares are percent of the answerable questions of their row. `unicode` False keeps to ASCII.
    """
    grid = Grid(width=width, colour=colour, unicode=unicode)
    return "\n".join(_lines(report, grid))


def _lines(report: Report, grid: Grid) -> Iterator[str]:
    yield grid.paint(f"{printable(report.suite)} ({printable(report.kind)})", "bold")
    yield from grid.wrapped(headline(report))
    for text in remarks(report):
        yield from grid.wrapped(printable(text))
    groups, effort = sections(report, databases=False), effort_columns(report)
    narrow = [tuple(column for column in SCORES if column is not FAILED), (FAILED, *effort)]
    for columns in [(*SCORES, *effort)] if grid.width >= _WIDE else narrow:
        if groups[-1].groups[0].figures.n:
            yield ""
            yield from _table(groups, columns, grid)
    yield from _signature(report, grid)


def _table(groups: Sequence[Section], columns: Sequence[Column], grid: Grid) -> Iterator[str]:
    heading = ("", COUNT.brief, *(column.brief for column in columns))
    lines: list[Line] = [Line(cells=("% of n" if FAILED not in columns[:1] else "", *heading[1:]), style="bold")]
    for section in groups:
        lines.append(Line(cells=(f"by {section.name}" if section.name else "",), rule=True))
        for group in section.groups:
            cells = (printable(group.name), COUNT.cell(group.figures), *(column.cell(group.figures) for column in columns))
            lines.append(Line(cells=cells, style="" if section.name else "bold"))
    return grid.drawn(lines)


def _signature(report: Report, grid: Grid) -> Iterator[str]:
    facts = [f"{printable(name)} {printable(value)}" for name, value in report.signature]
    yield ""
    for line in grid.wrapped(grid.dot.join([*facts, f"took {duration(report.seconds)}"])):
        yield grid.paint(line, "dim")
