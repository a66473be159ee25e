"""Columns in, what they contain out: counts, ranges and values, by a few portable statements with quoted identifiers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlcoder_core.values.catalog import ColumnKind, Scalar
from sqlcoder_core.values.result import ColumnProfile

FEW_VALUES = 100
MANY_VALUES = 1_000
LONGEST_VALUE = 200
_ORDERED = ("integer", "number", "text", "date", "timestamp", "time")
_LISTED = ("text", "integer", "boolean")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """A column to look into: its name, the same quoted for the engine, its kind."""

    name: str
    quoted: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to look: `relation` quoted, `sample` the same cut to `sample_rows` rows for what would cost too much on all of them.

    `partial` says that `relation` itself is a sample: nothing found in it is complete. `values` writes the statement for the
    most frequent values of a quoted column, for engines that have no LIMIT.
    """

    relation: str
    sample: str
    sample_rows: int
    seconds: float
    partial: bool = False
    values: Callable[[str, int], str] | None = None


Fetch = Callable[[str], Sequence[Sequence[object]]]


def profile_columns(fetch: Fetch, place: Place, columns: Sequence[Probed]) -> Iterator[ColumnProfile]:
    """One profile per column until the time is up. `fetch` runs one statement and returns its rows.

    Ranges and nulls come from the whole table in one pass. Values of text, whole numbers and booleans are complete where
    there are at most 100 of them; of text up to 1,000 of the most frequent are kept otherwise.
    """
    until = time.monotonic() + place.seconds
    ranges = list(fetch(_ranges_statement(place, columns))[0]) if columns else []
    rows = _whole(ranges[0]) if ranges else 0
    for index, column in enumerate(columns):
        if time.monotonic() >= until:
            return
        filled, low, high = ranges[1 + 3 * index : 4 + 3 * index]
        values, complete, distinct = _values(fetch, place, column, sampled=place.partial or rows > place.sample_rows)
        yield ColumnProfile(
            column=column.name,
            distinct_count=distinct,
            null_fraction=1 - _whole(filled) / rows if rows else None,
            minimum=_text(low),
            maximum=_text(high),
            values=values,
            values_complete=complete,
        )


def _ranges_statement(place: Place, columns: Sequence[Probed]) -> str:
    parts = ["COUNT(*)"]
    for column in columns:
        ordered = column.kind in _ORDERED
        parts.append(f"COUNT({column.quoted})")
        parts += [f"MIN({column.quoted})", f"MAX({column.quoted})"] if ordered else ["NULL", "NULL"]
    return f"SELECT {', '.join(parts)} FROM {place.relation}"


def _values(fetch: Fetch, place: Place, column: Probed, *, sampled: bool) -> tuple[tuple[Scalar, ...], bool, int | None]:
    """Values, whether there are no others, and how many there are."""
    if column.kind not in _LISTED:
        return (), False, _distinct(fetch, place, column) if column.kind in _ORDERED and not sampled else None
    most = MANY_VALUES if column.kind == "text" else FEW_VALUES
    relation = place.sample if sampled else place.relation
    statement = place.values(column.quoted, most + 1) if place.values else _values_statement(relation, column.quoted, most + 1)
    found = [row[0] for row in fetch(statement)]
    values = tuple(value for value in found[:most] if isinstance(value, str | int | float) and len(str(value)) <= LONGEST_VALUE)
    if len(found) <= most:
        return values, not sampled and len(values) == len(found), None if sampled else len(found)
    return values if column.kind == "text" else (), False, None if sampled else _distinct(fetch, place, column)


def _values_statement(relation: str, quoted: str, most: int) -> str:
    return f"SELECT {quoted} FROM {relation} WHERE {quoted} IS NOT NULL GROUP BY {quoted} ORDER BY COUNT(*) DESC, {quoted} LIMIT {most}"


def _distinct(fetch: Fetch, place: Place, column: Probed) -> int:
    return _whole(fetch(f"SELECT COUNT(DISTINCT {column.quoted}) FROM {place.relation}")[0][0])


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float | Decimal) else 0


def _text(value: object) -> str | None:
    """As the engine prints it: ISO dates, plain numbers; long text is left out."""
    if value is None or isinstance(value, bytes):
        return None
    text = value.isoformat(" ") if isinstance(value, datetime) else str(value)
    known = isinstance(value, str | int | float | Decimal | date | timedelta) or hasattr(value, "isoformat")
    return text if known and len(text) <= LONGEST_VALUE else None
