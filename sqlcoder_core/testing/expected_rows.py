"""Rows that came back, held against the rows that were expected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

Row: TypeAlias = Sequence[object]
Pairing: TypeAlias = tuple[int | None, ...]
"""For each expected column the column found for it; None where it is missing and may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRows:
    """What a question must give: `rows` under `columns`, each row as often as it stands there.

    Columns are found by value, so their names do not matter; those in `may_lack` may be missing. Any other column is a
    mistake, but for names in `may_also_have`. `order` names the column whose order counts (rows that are equal there may
    change places). Numbers are equal to a relative 1e-6, a moment at midnight is the day.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    may_lack: tuple[str, ...] = ()
    may_also_have: tuple[str, ...] = ()
    order: str | None = None


def mismatch(expected: ExpectedRows, columns: Sequence[str], rows: Sequence[Row]) -> str | None:
    """Why `rows` under `columns` are not what was expected, in one line; None when they are."""
    if len(rows) != len(expected.rows):
        return f"{len(rows)} rows instead of {len(expected.rows)}"
    pairings = list(_pairings(expected, columns, rows))
    if not pairings:
        return _missing_column(expected, rows)
    reasons = [_mismatch_under(pairing, expected, columns, rows) for pairing in pairings]
    return None if None in reasons else reasons[0]


def _mismatch_under(pairing: Pairing, expected: ExpectedRows, columns: Sequence[str], rows: Sequence[Row]) -> str | None:
    if unwanted := _unwanted(pairing, expected, columns):
        return f"columns that nobody asked for: {', '.join(unwanted)}"
    order = _expected_places(pairing, expected, rows)
    if order is None:
        return "the columns are right one by one, not side by side"
    if expected.order is None:
        return None
    column = expected.columns.index(expected.order)
    sorted_as_expected = all(
        _equal(expected.rows[place][column], wanted[column]) for place, wanted in zip(order, expected.rows, strict=True)
    )
    return None if sorted_as_expected else f"not in the order of {expected.order}"


def _pairings(expected: ExpectedRows, columns: Sequence[str], rows: Sequence[Row]) -> Iterator[Pairing]:
    """Ways to find the expected columns among those that came back, the most complete first."""
    width = len(rows[0]) if rows else len(columns)
    choices = [_choices(index, name, expected, rows, width) for index, name in enumerate(expected.columns)]

    def extend(taken: Pairing) -> Iterator[Pairing]:
        if len(taken) == len(choices):
            yield taken
            return
        for choice in choices[len(taken)]:
            if choice is None or choice not in taken:
                yield from extend((*taken, choice))

    return extend(())


def _choices(index: int, name: str, expected: ExpectedRows, rows: Sequence[Row], width: int) -> list[int | None]:
    wanted = [row[index] for row in expected.rows]
    found: list[int | None] = [place for place in range(width) if _same_values(wanted, [row[place] for row in rows])]
    return [*found, None] if name in expected.may_lack else found


def _unwanted(pairing: Pairing, expected: ExpectedRows, columns: Sequence[str]) -> list[str]:
    allowed = {name.lower() for name in expected.may_also_have}
    return [name for place, name in enumerate(columns) if place not in pairing and name.lower() not in allowed]


def _expected_places(pairing: Pairing, expected: ExpectedRows, rows: Sequence[Row]) -> list[int] | None:
    """For each row that came back the expected row it is, each used once; None when there is no such assignment."""
    left = list(range(len(expected.rows)))
    places = []
    for row in rows:
        place = next((place for place in left if _same_row(pairing, expected.rows[place], row)), None)
        if place is None:
            return None
        left.remove(place)
        places.append(place)
    return places


def _same_row(pairing: Pairing, wanted: Row, row: Row) -> bool:
    return all(found is None or _equal(cell, row[found]) for cell, found in zip(wanted, pairing, strict=True))


def _missing_column(expected: ExpectedRows, rows: Sequence[Row]) -> str:
    width = len(rows[0]) if rows else 0
    names = [name for index, name in enumerate(expected.columns) if not _choices(index, name, expected, rows, width)]
    return f"no column holds the values of {', '.join(names) or 'two expected columns at once'}"


def _same_values(wanted: Sequence[object], found: Sequence[object]) -> bool:
    pairs = zip(sorted(wanted, key=_rank), sorted(found, key=_rank), strict=True)
    return all(_equal(one, other) for one, other in pairs)


def _equal(one: object, other: object) -> bool:
    one, other = _plain(one), _plain(other)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) or one == other
    return type(one) is type(other) and one == other


def _plain(cell: object) -> object:
    """Numbers as floats, moments at midnight as days, the rest as it is."""
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0):
        return cell.date()
    return cell


def _rank(cell: object) -> tuple[str, float, str]:
    """A key by which cells of any kinds sort, equal numbers together."""
    plain = _plain(cell)
    if isinstance(plain, float):
        return ("number", plain, "")
    return ("day" if isinstance(plain, date) else type(plain).__name__, 0.0, str(plain))
