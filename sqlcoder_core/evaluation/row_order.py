"""A query with an ORDER BY in, which of its rows may change places out: those that it orders by equal values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.evaluation.cells import comparable
from sqlcoder_core.evaluation.records import Rows

_KEY = "sqlcoder_key_"
_NUMBER = "\U0010ffff"
"""A column's name that sorts behind every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKeys:
    """Where the values that a query orders by are found: `places` counts columns of what `probe` gives, from the end where negative.

    `probe` is the query itself, or the same with what it orders by as further columns.
    """

    probe: str
    places: tuple[int, ...]


def sort_keys(sql: str, dialect: str) -> SortKeys | None:
    """What the outermost query orders by; None where it does not order, or where that cannot be told from outside."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except (SqlglotError, RecursionError):
        return None
    query = tree.unnest() if isinstance(tree, exp.Subquery) else tree
    order = query.args.get("order")
    if order is None or not isinstance(query, exp.Query):
        return None
    keys = [one.this for one in order.expressions]
    places = [_place(key, query) for key in keys]
    if all(place is not None for place in places):
        return SortKeys(probe=sql, places=tuple(place for place in places if place is not None))
    if not isinstance(query, exp.Select) or query.args.get("distinct") is not None:
        return None
    probe = query.copy()
    for number, key in enumerate(keys):
        place = _place(key, query)
        shown = key if place is None else query.selects[place].unalias()
        probe.append("expressions", exp.alias_(shown.copy(), f"{_KEY}{number}"))
    return SortKeys(probe=probe.sql(dialect), places=tuple(range(-len(keys), 0)))


def blocks(keys: SortKeys, found: Rows) -> tuple[str, ...]:
    """For each row the name of its block: rows of one block are ordered by equal values, and may change places."""
    names: list[str] = []
    last: tuple[object, ...] | None = None
    for row in found.rows:
        values = tuple(comparable(row[place]) for place in keys.places)
        names.append(names[-1] if names and values == last else f"block {len(names)}")
        last = values
    return tuple(names)


def numbered(rows: Rows, names: Sequence[str]) -> Rows:
    """The same rows with the block of each place as a last column: then order counts as far as it is meant to, in any order of rows."""
    return Rows(columns=(*rows.columns, _NUMBER), rows=tuple((*row, name) for row, name in zip(rows.rows, names, strict=True)))


def _place(key: exp.Expr, query: exp.Query) -> int | None:
    """The output column that is ordered by: by its number, its name, or the same expression."""
    outputs = query.selects
    if any(isinstance(one, exp.Star) or one.is_star for one in outputs):
        return None
    if isinstance(key, exp.Literal) and key.is_int:
        place = int(key.name) - 1
        return place if 0 <= place < len(outputs) else None
    if isinstance(key, exp.Column) and not key.table:
        named = [place for place, one in enumerate(outputs) if one.alias_or_name.lower() == key.name.lower()]
        return named[0] if len(named) == 1 else None
    same = [place for place, one in enumerate(outputs) if one.unalias() == key]
    return same[0] if same else None
