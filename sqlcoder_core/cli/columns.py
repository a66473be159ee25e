"""Plain columns for stdout: aligned, no frame, no colour, so that they can be cut and searched."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import accumulate

from sqlcoder_core.cli import terminal
from sqlcoder_core.values.printable import printable

_WIDEST = 44  # one long path must not push everybody's last column off the screen
_GAP = 2
_READABLE = 24
"""Characters of a column that is cut that are still worth reading."""


def print_columns(rows: Iterable[Sequence[str]], *, heading: Sequence[str] | None = None, width: int | None = None) -> None:
    """Print rows of text in aligned columns; the last column is not padded, a very long cell pushes its own row only.

    With a `width`, columns at the right that begin beyond it are left out, and lines end there.
    """
    shown = [[printable(cell) for cell in row] for row in ([heading] if heading else []) + list(rows)]
    widths = [min(_WIDEST, max(len(row[index]) for row in shown)) for index in range(len(shown[0]) if shown else 0)]
    count = len(widths) if width is None else _fitting(widths, width)
    for row in shown:
        cells = [cell.ljust(column) for cell, column in zip(row[: count - 1], widths, strict=False)]
        line = "  ".join([*cells, *row[count - 1 : count]]).rstrip()
        print(line if width is None or len(line) <= width else line[: width - 1] + "…")


def terminal_width() -> int | None:
    """Characters of a line where a person reads; None in a pipe, where nothing may be cut."""
    return terminal.width() if sys.stdout.isatty() else None


def _fitting(widths: Sequence[int], width: int) -> int:
    """How many columns can be read: whole ones, and one that is cut but keeps the better part of a line's words."""
    ends = list(accumulate(column + _GAP for column in widths))
    starts = [0, *ends[:-1]]
    return max(1, sum(end - _GAP <= width or width - start >= _READABLE for start, end in zip(starts, ends, strict=True)))
