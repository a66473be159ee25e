"""A cell as an engine gives it in, one that can be compared and sorted with any other out."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = float | str | bytes | datetime | time | timedelta | None
"""What `comparable` makes of a cell; all of them can be hashed, and two of one class sorted."""

Line: TypeAlias = tuple[Cell, ...]
"""A row of those."""

_NEAR_ZERO = 1e-8


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


def merged(one: list[Line], other: list[Line], tolerance: float) -> tuple[list[Line], list[Line]]:
    """Both tables with numbers that are close to each other made the same, so that equality and hashes can be relied on."""
    numbers = sorted({cell for line in (*one, *other) for cell in line if isinstance(cell, float)})
    same: dict[Cell, Cell] = {}
    last = kept = math.nan
    for number in numbers:
        kept = kept if is_close(last, number, tolerance) else number
        same[number] = kept
        last = number
    return [_replaced(line, same) for line in one], [_replaced(line, same) for line in other]


def _replaced(line: Line, same: dict[Cell, Cell]) -> Line:
    return tuple(same[cell] if isinstance(cell, float) else cell for cell in line)


_RANKS = {float: 0, str: 1, bytes: 2, datetime: 3, time: 4, timedelta: 5, type(None): 6}


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
