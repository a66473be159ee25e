"""Growth from period to period, and running totals."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.assemble_parts import group_expr, keys_of, named
from sqlcoder_builtin.frame import Group
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import date_column
from sqlcoder_builtin.shapes.measure import hundredfold, measure_of, measure_table
from sqlcoder_builtin.tree import Arith, Expr, Item, Order, Over, Pred, Query
from sqlcoder_core.api import TableName

_UNIT = {"mom": "month", "yoy": "year", "qoq": "quarter", "wow": "week"}
_PER_YEAR = {"month": 12, "quarter": 4, "week": 52, "year": 1}


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """One row per period with the measure and its change from the one before, or its running total."""
    frame = p.frame
    if frame.growth is None and not frame.running:
        return None
    measure = measure_of(p, root)
    time = _time_group(p, measure_table(measure))
    if time is None:
        return None
    key = group_expr(time)
    keys, shown = keys_of(p, [time])
    extra: list[Item] = []
    if frame.running:
        extra.append(Item(Over("running", measure, key), None))
    if frame.growth is not None:
        extra.append(_change(p, measure, key, time.unit or "month"))
    items = named([*shown, Item(measure), *extra])
    return Query(measure_table(measure), items, where, tuple(keys), order=(Order(key),))


def _time_group(p: Parse, table: TableName) -> Group | None:
    """The group that is a time, else the unit that the words of growth name."""
    found = next((group for group in p.frame.groups if group.unit is not None and group.column is not None), None)
    if found is not None:
        return found
    unit = _UNIT.get(p.frame.growth or "", "month" if p.frame.running else None)
    column = date_column(p, table, 0, unit) if unit else None
    return Group("period", 0, column=column, unit=unit) if column is not None else None


def _change(p: Parse, measure: Expr, key: Expr, unit: str) -> Item:
    offset = _PER_YEAR.get(unit, 1) if p.frame.growth == "yoy" else 1
    before = Over("lag", measure, key, offset)
    difference = Arith("-", measure, before)
    words = " ".join(chunk.text.lower() for chunk in p.chunks)
    relative = p.frame.share == "percentage" or any(word in words for word in ("percent", "%", "growth", "rate", "grow", "relative"))
    if not relative:
        return Item(difference, "change")
    fraction = Arith("/", difference, before)
    return Item(hundredfold(fraction), "change_percent")


def with_order(query: Query, key: Expr) -> Query:
    """The query sorted by a key."""
    return replace(query, order=(Order(key),))
