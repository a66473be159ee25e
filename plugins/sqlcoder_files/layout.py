"""How a result is laid out in a terminal of some width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

from sqlcoder_core.api import ResultSet, printable
from sqlcoder_files.cells import display, is_flexible, is_numeric

GAP = 2
_READABLE = 12
"""Columns of text are not cut below this width."""
_FEW = 3
"""Up to so many rows are better read one under the other than with text cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as text. `natural` is the width it wants, `least` the width below which it stops being readable."""

    name: str
    cells: tuple[str, ...]
    right: bool
    natural: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`widths` belong to the leading columns; those after them do not fit. `cut` says that some cells are shortened."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    kind: Literal["table", "records"] = "table"
    cut: bool = False

    @property
    def left_out(self) -> int:
        """How many columns do not fit."""
        return len(self.columns) - len(self.widths)


def lay_out(result: ResultSet, rows: Sequence[Sequence[object]], width: int | None) -> Layout:
    """Columns and their widths; no width means that everything is shown in full."""
    columns = tuple(_column(name, tuple(row[number] for row in rows)) for number, name in enumerate(result.columns))
    natural = tuple(column.natural for column in columns)
    if width is None or _total(natural) <= width:
        return Layout(columns=columns, widths=natural)
    widths = _shrunk(columns, width)
    cut = any(cell_len(text) > limit for column, limit in zip(columns, widths, strict=False) for text in column.cells)
    records = len(rows) <= _FEW and (cut or len(widths) < len(columns))
    return Layout(columns=columns, widths=widths, kind="records" if records else "table", cut=cut)


def fitted(text: str, width: int, *, right: bool, ellipsis: str) -> str:
    """Text of exactly that many terminal cells, padded or shortened."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - len(ellipsis)) + ellipsis
    padding = " " * (width - size)
    return padding + text if right else text + padding


def _column(name: str, cells: tuple[object, ...]) -> Column:
    name = printable(name)
    texts = tuple(display(cell) for cell in cells)
    body = max((cell_len(text) for text in texts), default=0)
    natural = max(cell_len(name), body)
    least = _READABLE if is_flexible(cells) else max(body, _READABLE)
    return Column(name=name, cells=texts, right=is_numeric(cells), natural=natural, least=min(natural, least))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1) + 2


def _shrunk(columns: tuple[Column, ...], width: int) -> tuple[int, ...]:
    """The widest columns give way first; when all are at their least, columns at the end are left out."""
    count = len(columns)
    while count > 1 and _total([column.least for column in columns[:count]]) > width:
        count -= 1
    shown = columns[:count]
    cap = width
    while cap > _READABLE and _total([_capped(column, cap) for column in shown]) > width:
        cap -= 1
    return tuple(min(_capped(column, cap), max(width - 2, 1)) for column in shown)


def _capped(column: Column, cap: int) -> int:
    return min(column.natural, max(column.least, cap))
