"""Aggregates that joins would count twice: counted distinct, computed over distinct rows, or each in a query of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlcoder_builtin.expr_walk import aggregates_of, is_aggregate, tables_of
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.tree import Agg, Arith, Col, Expr, Function, Item, Lit, Order, Pred, Query, Raw
from sqlcoder_core.api import TableName


def distinct_rows(query: Query, schema: Schema) -> tuple[Query, str | None]:
    """The query with row counts made distinct by key; what cannot be made so is told in the note."""
    notes: list[str] = []

    def fix(expr: Expr) -> Expr:
        if isinstance(expr, Arith):
            return replace(expr, left=fix(expr.left), right=fix(expr.right))
        if not isinstance(expr, Agg) or expr.distinct or expr.function in ("min", "max"):
            return expr
        key = schema.key(expr.table)
        if expr.function == "count" and expr.arg is None and len(key) == 1:
            return replace(expr, arg=Col(expr.table, key[0]), distinct=True)
        notes.append(f"rows of {expr.table.name} are repeated by a join, so its {expr.function} may count some more than once")
        return expr

    select = tuple(Item(fix(item.expr), item.alias) for item in query.select)
    order = tuple(Order(fix(order.expr), order.descending) for order in query.order)
    return replace(query, select=select, order=order), notes[0] if notes else None


@dataclass(slots=True)
class Once:
    """Distinct rows of what is aggregated, and what is selected over them: (function or None, inner alias, alias)."""

    inner: Query
    select: list[tuple[Function | None, str, str]]
    keys: list[str]
    orders: list[tuple[str, bool]]


def counted_once(query: Query, schema: Schema) -> Once | None:
    """Each row of the aggregated table once per group, where sums and averages would see it several times; None where it cannot be."""
    aggregates = [item.expr for item in query.select if isinstance(item.expr, Agg)]
    tables = {aggregate.table.key for aggregate in aggregates}
    others = [item for item in query.select if not isinstance(item.expr, Agg)]
    if len(tables) != 1 or query.having or any(is_aggregate(item.expr) for item in others) or any(agg.where for agg in aggregates):
        return None
    table = aggregates[0].table
    if not schema.key(table):
        return None
    items = {item.expr: f"{_alias(item.expr, at)}" for at, item in enumerate(others)}
    rows = [Item(Col(table, name), f"row_{at + 1}") for at, name in enumerate(schema.key(table))]
    values = {agg: f"value_{at + 1}" for at, agg in enumerate(aggregates) if agg.arg is not None}
    inner = [
        *(Item(expr, alias) for expr, alias in items.items()),
        *rows,
        *(Item(agg.arg, alias) for agg, alias in values.items() if agg.arg),
    ]
    select: list[tuple[Function | None, str, str]] = []
    for at, item in enumerate(query.select):
        if isinstance(item.expr, Agg):
            select.append((item.expr.function, values.get(item.expr, "row_1"), item.alias or f"value_{at + 1}"))
        else:
            select.append((None, items[item.expr], item.alias or items[item.expr]))
    named = {item.expr: select[at][2] for at, item in enumerate(query.select)}
    if any(order.expr not in named for order in query.order):
        return None
    distinct = Query(query.root, tuple(inner), query.where, distinct=True, need=query.need)
    return Once(distinct, select, list(items.values()), [(named[order.expr], order.descending) for order in query.order])


def needs_split(query: Query) -> bool:
    """True when aggregates of several tables would repeat each other's rows, or leave out those that have no partner."""
    tables = {aggregate.table.key for aggregate in aggregates_of((*query.select, *query.order))}
    return len(tables) > 1 and not query.having


@dataclass(slots=True)
class Final:
    """What the statement over the parts selects; `places` says where each computed part is."""

    items: list[Item] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    places: dict[Expr, tuple[str, str]] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()


def split(query: Query, schema: Schema) -> tuple[dict[str, Query], Final]:
    """One query per aggregated table with the same keys and conditions, and what is selected over them."""
    final = Final(orders=query.order)
    parts: dict[str, Query] = {}
    keys = [Item(key, f"key_{at + 1}") for at, key in enumerate(query.group)]
    final.keys = [str(item.alias) for item in keys]
    aggregates = aggregates_of((*query.select, *query.order))
    for table in {aggregate.table.key: aggregate.table for aggregate in aggregates}.values():
        own = [aggregate for aggregate in aggregates if aggregate.table.key == table.key]
        name = f"{table.name}_part".lower()
        items = [Item(aggregate, f"value_{at + 1}") for at, aggregate in enumerate(own)]
        parts[name] = Query(table, (*keys, *items), _conditions(query, table, schema), query.group)
        final.places |= {item.expr: (name, str(item.alias)) for item in items}
    first = next(iter(parts))
    final.places |= {item.expr: (first, str(item.alias)) for item in keys}
    final.items = [Item(item.expr, item.alias or _alias(item.expr, at)) for at, item in enumerate(query.select)]
    return parts, final


def _conditions(query: Query, table: TableName, schema: Schema) -> tuple[Pred, ...]:
    """Conditions on other aggregated tables do not limit this one; shared ones do."""
    others = {aggregate.table.key for aggregate in aggregates_of(query.select)} - {table.key}
    return tuple(pred for pred in query.where if not {name.key for name in tables_of((pred,))} & others)


def _alias(expr: Expr, at: int) -> str:
    return expr.column if isinstance(expr, Col) else f"value_{at + 1}"


def plain_outputs(query: Query) -> tuple[Expr, ...]:
    """Outputs that are no aggregates: what such a query must group by."""
    return tuple(item.expr for item in query.select if not is_aggregate(item.expr) and not isinstance(item.expr, (Lit, Raw)))
