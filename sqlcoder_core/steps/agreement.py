"""Results in, which of them say the same out: the same rows as often as each other, in any order of rows and columns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from sqlcoder_core.values.result import ResultSet

_DIGITS = 9
"""Significant digits of a number that count: sums of floats differ in the last ones with the order of adding."""


def result_key(result: ResultSet, sql: str) -> str:
    """Equal for results that say the same; names of columns do not count. Cut-off rows say the same only under the same `sql`."""
    if result.truncated:
        return f"cut {sql}"
    if not result.rows:
        return "no rows"
    columns = [_column(result.rows, at) for at in range(len(result.columns))]
    # Each cell carries its column's contents, so that columns are told apart without their names or places.
    marks = [_digest(sorted(column)) for column in columns]
    rows = sorted(_digest(sorted(f"{mark}{cell}" for mark, cell in zip(marks, row, strict=True))) for row in zip(*columns, strict=True))
    return f"{len(columns)} x {len(rows)} {_digest(rows)}"


def says_nothing(result: ResultSet) -> bool:
    """No rows, or one of NULLs alone: what a condition that nothing meets gives, whatever was computed over it."""
    return not result.rows or (len(result.rows) == 1 and all(cell is None for cell in result.rows[0]))


def _column(rows: Sequence[tuple[object, ...]], at: int) -> list[str]:
    return [_cell(row[at]) for row in rows]


def _cell(value: object) -> str:
    """Text that is the same for values which people would call the same: 1, 1.0 and true; a day and its midnight."""
    if value is None:
        return "-"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime) and value.time() == time():
        return f"d{value.date().isoformat()}"
    if isinstance(value, date):
        return f"d{value.isoformat()}"
    return f"{type(value).__name__[0]}{value}"


def _number(value: float | Decimal) -> str:
    try:
        number = float(value)
    except (OverflowError, ValueError):  # a whole number beyond every float, a NaN that signals
        return f"n{value}"
    return f"n{number:.{_DIGITS}g}" if number else "n0"


def _digest(texts: Sequence[str]) -> str:
    return hashlib.blake2b("\x00".join(texts).encode("utf-8", "replace"), digest_size=12).hexdigest()
