"""Rows that stay though they have none of what is counted: each figure becomes a query of its own, or a join keeps its left side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.tree import Agg, Arith, Col, Either, Expr, Figure, Has, Item, Lit, Order, Pred, Query
from sqlcoder_core.api import TableName


def kept(query: Query, schema: Schema, *, zero: bool) -> Query:
    """The query with rows that have no partner; `zero` shows sums of nothing as 0.

    Counts and sums per row of a table are taken beside each of its rows; in any other query the joins keep their left side.
    """
    table = _rows_of(query, schema)
    where = _sorted_out(query.where, table, schema) if table is not None else None
    if table is None or where is None:
        return replace(query, keep=True)
    outer, inner = where
    items = tuple(Item(_figure(item.expr, table, inner, schema, zero), item.alias) for item in query.select)
    order = tuple(Order(_figure(one.expr, table, inner, schema, zero), one.descending) for one in query.order)
    return Query(table, items, outer, order=order, limit=query.limit, digits=query.digits, outer=query.outer)


def _rows_of(query: Query, schema: Schema) -> TableName | None:
    """The table whose rows are grouped by, where every figure is one of rows that point to it."""
    keys = tables_of(query.group)
    whole = not (query.having or query.per_group or query.combine)
    table = next((one for one in keys if all(schema.to_one(one, other) for other in keys)), None)
    counted = tables_of(item.expr for item in query.select if is_aggregate(item.expr))
    named = {key.column for key in query.group if isinstance(key, Col) and table is not None and key.table.key == table.key}
    if table is None or not whole or not counted or not ({*schema.key(table)} <= named or {*schema.display(table)} <= named):
        return None
    return table if all(schema.path(table, one) and not schema.to_one(table, one) for one in counted) else None


def _sorted_out(where: Sequence[Pred], table: TableName, schema: Schema) -> tuple[tuple[Pred, ...], tuple[Pred, ...]] | None:
    """Conditions on the rows that are kept, and those on what is counted; None where one is on both."""
    outer: list[Pred] = []
    inner: list[Pred] = []
    for pred in where:
        own = [schema.to_one(table, one) for one in tables_of((pred,))]
        if not all(own) and any(own):
            return None
        if isinstance(pred, Has) and not pred.negated and not pred.where and pred.count is None:
            continue
        (outer if all(own) else inner).append(pred)
    return tuple(outer), tuple(inner)


def _figure(expr: Expr, table: TableName, where: tuple[Pred, ...], schema: Schema, zero: bool) -> Expr:
    """An aggregate as what is counted or added up beside one row."""
    if isinstance(expr, Arith):
        return replace(expr, left=_figure(expr.left, table, where, schema, zero), right=_figure(expr.right, table, where, schema, zero))
    if not isinstance(expr, Agg):
        return expr
    about = tuple(
        pred for pred in where if all(schema.to_one(expr.table, one) or schema.path(expr.table, one) for one in tables_of((pred,)))
    )
    figure = Figure(Has(table, expr.table, about, measure=expr))
    return Either(figure, Lit(0)) if zero and expr.function == "sum" else figure
