"""Rows of facts: a table on a terminal, lines with tabs when piped."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from sqlcoder_core.cli.terminal import width
from sqlcoder_core.values.printable import printable

_NUMBERS = ("columns", "rows", "score")
_LEAST = 18
"""Letters of a description, below which it says nothing."""
_SHORT = ("table", "kind", "fact")


def print_json(data: object) -> None:
    """Readable JSON; what JSON does not know is text."""
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def print_rows(rows: Sequence[dict[str, str]], headings: Sequence[str], title: str | None = None) -> None:
    """A table on a terminal; when piped, a line for each row with tabs between, headings first."""
    cells = [[printable(row[heading]) for heading in headings] for row in rows]
    if sys.stdout.isatty():
        if headings[0] == "table":
            cells, headings = _on_one_line(cells, headings)
        _print_table(cells, headings, title)
        return
    for line in (headings, *cells):
        print("\t".join(cell.replace("\t", " ") for cell in line))


def _on_one_line(cells: list[list[str]], headings: Sequence[str]) -> tuple[list[list[str]], Sequence[str]]:
    """A list has a line for each table: descriptions are cut to what is left, and where that is little the sources make room."""
    taken = sum(max(len(row[index]) for row in (headings, *cells)) + 3 for index in range(len(headings) - 1))
    left = width() - taken - 2
    if left < _LEAST and "from" in headings:
        index = headings.index("from")
        return _on_one_line([[*row[:index], *row[index + 1 :]] for row in cells], [*headings[:index], *headings[index + 1 :]])
    left = max(left, _LEAST)
    return [[*row[:-1], row[-1] if len(row[-1]) <= left else f"{row[-1][: left - 1]}…"] for row in cells], headings


def _print_table(cells: Sequence[Sequence[str]], headings: Sequence[str], title: str | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", pad_edge=False)
    for heading in headings:
        number = heading in _NUMBERS
        narrow = 24 if heading == "from" else None
        no_wrap = number or heading in _SHORT
        grid.add_column(heading, justify="right" if number else "left", no_wrap=no_wrap, overflow="fold", max_width=narrow)
    shown = ""
    for first, *rest in cells:
        # A column's name stands at its first fact only.
        repeated = headings[0] == "column" and first == shown
        shown = first
        grid.add_row(Text("" if repeated else first, style="bold"), *map(Text, rest))
    Console(highlight=False).print(grid)
