"""Plain columns for stdout: aligned, no frame, no colour, so that they can be cut and searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlcoder_core.values.printable import printable

_WIDEST = 44  # one long path must not push everybody's last column off the screen


def print_columns(rows: Iterable[Sequence[str]], *, heading: Sequence[str] | None = None) -> None:
    """Print rows of text in aligned columns; the last column is not padded, a very long cell pushes its own row only."""
    shown = [[printable(cell) for cell in row] for row in ([heading] if heading else []) + list(rows)]
    widths = [min(_WIDEST, max(len(row[index]) for row in shown)) for index in range(len(shown[0]) if shown else 0)]
    for row in shown:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        print("  ".join([*cells, row[-1]]).rstrip())
