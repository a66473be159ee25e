"""A cell as an engine gives it in, one that can be compared and sorted with any other out."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = int | float | str | bytes | datetime | time | timedelta | None
"""What `comparable` and `precise` make of a cell; all of them can be hashed, and two of one class sorted."""

Line: TypeAlias = tuple[Cell, ...]
"""A row of those."""

_NEAR_ZERO = 1e-8
_STRICT_TOLERANCE = 1e-6
_STRICT_NEAR_ZERO = 1e-12
_WHOLE_FLOATS = 2.0**53
"""From here on floats have gaps between whole numbers."""


def comparable(cell: object) -> Cell:
    """Numbers and booleans as floats, not-a-number as None, dates as their midnight, lists and the like as text, the rest as it is.

    Moments with a time zone are taken to UTC and lose it.
    """
    if cell is None or isinstance(cell, str | bytes | timedelta):
        return cell
    if isinstance(cell, int | float | Decimal):
        return _number(cell)
    if isinstance(cell, date | time):
        return _moment(cell)
    return bytes(cell) if isinstance(cell, bytearray | memoryview) else _text(cell)


def by_rank(cell: Cell) -> tuple[int, Cell]:
    """A sort key: numbers, then text, bytes, moments, times, durations, and nulls last."""
    return _RANKS.get(type(cell), 1), "" if cell is None else cell


def is_close(one: Cell, other: Cell, tolerance: float) -> bool:
    """Equal, numbers to `tolerance` relative (near zero to 1e-8)."""
    if one == other:
        return True
    return isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=tolerance, abs_tol=_NEAR_ZERO)


def precise(cell: object) -> Cell:
    """As `comparable`, but whole numbers that a float cannot hold to the last digit stay whole."""
    known = comparable(cell)
    if isinstance(known, float) and _WHOLE_FLOATS <= abs(known) < math.inf and isinstance(cell, int | Decimal):
        return int(cell) if cell == int(cell) else known
    return known


def is_inexact(cell: Cell) -> bool:
    """Whether it is a number with a part behind the point, or a float so large that it stands for its neighbours too."""
    return isinstance(cell, float) and (abs(cell) >= _WHOLE_FLOATS or not cell.is_integer())


def is_same(one: Cell, other: Cell) -> bool:
    """Equal; where one of two numbers is inexact, to 1e-6 relative, near zero to 1e-12."""
    if one == other:
        return True
    if not (is_inexact(one) or is_inexact(other)) or not (isinstance(one, int | float) and isinstance(other, int | float)):
        return False
    return math.isclose(one, other, rel_tol=_STRICT_TOLERANCE, abs_tol=_STRICT_NEAR_ZERO)


_RANKS = {float: 0, int: 0, str: 1, bytes: 2, datetime: 3, time: 4, timedelta: 5, type(None): 6}


def _number(cell: int | float | Decimal) -> float | None:
    try:
        number = float(cell)
    except OverflowError:
        return math.inf if cell > 0 else -math.inf
    except ValueError:  # a signalling not-a-number
        return None
    return None if math.isnan(number) else number


def _moment(cell: date | time) -> datetime | time:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell
    return cell.replace(tzinfo=None) if isinstance(cell, time) else datetime(cell.year, cell.month, cell.day)


def _text(cell: object) -> str:
    """Nested values with their numbers made one, so that [1, 2] is [1.0, 2.0]; an object's keys in one order."""
    if isinstance(cell, list | tuple):
        return f"[{', '.join(map(_text, cell))}]"
    if isinstance(cell, dict):
        return f"{{{', '.join(sorted(f'{_text(key)}: {_text(value)}' for key, value in cell.items()))}}}"
    plain = comparable(cell) if isinstance(cell, int | float | Decimal | date | time) else cell
    return repr(plain) if isinstance(plain, str | float | datetime) else str(plain)
