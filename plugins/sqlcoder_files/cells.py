"""Cells as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlcoder_core.api import cell_text, float_name, json_text, json_value, printable

NULL = "NULL"


def display(cell: object) -> str:
    """One line of text: `NULL`, `true`, `2026-01-31 10:00:00`, floats in at most 15 digits; control characters escaped."""
    if isinstance(cell, bool) or cell is None:
        return {True: "true", False: "false", None: NULL}[cell]
    if isinstance(cell, float):
        return _float(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f") if cell.is_finite() else float_name(float(cell))
    if isinstance(cell, list | tuple | set | frozenset | dict):
        return printable(json_text(json_value(cell)))
    return printable(cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell_text(cell))


def is_number(cell: object) -> bool:
    """Belongs at the right edge of its column."""
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def is_numeric(cells: Iterable[object]) -> bool:
    """All cells that are not null are numbers, and there is one."""
    known = [is_number(cell) for cell in cells if cell is not None]
    return bool(known) and all(known)


def is_flexible(cells: Iterable[object]) -> bool:
    """The column holds text or lists, which may be cut with an ellipsis; a cut number or date would be another one."""
    return any(isinstance(cell, str | bytes | list | tuple | set | frozenset | dict) for cell in cells)


def _float(cell: float) -> str:
    if cell - cell != 0:
        return float_name(cell)
    text = format(cell, ".15g") if abs(cell) < 1e15 else repr(cell)
    return text + ".0" if text.lstrip("-").isdigit() else text
