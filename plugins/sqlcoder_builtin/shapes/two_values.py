"""The difference or the ratio of two things that were both asked for: "difference between the highest and the lowest price"."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import keys_of, named
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import measure_table
from sqlcoder_builtin.tree import Agg, Arith, Col, Expr, Item, Order, Pred, Query, Span
from sqlcoder_core.api import TableName


def _dated(p: Parse, expr: Expr) -> bool:
    """A first or a last date."""
    return isinstance(expr, Agg) and expr.function in ("min", "max") and isinstance(expr.arg, Col) and p.is_dated(expr.arg)


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """first - second, or first / second."""
    frame = p.frame
    if frame.difference_at < 0 and frame.ratio_at < 0:
        return None
    mark = max(frame.difference_at, frame.ratio_at)
    values = [output for output in frame.outputs if is_aggregate(output.expr)]
    if len(values) != 2:
        values = [output for output in frame.outputs if output.at > mark]
    if frame.ratio_at >= 0 and len(values) == 1:
        rest = next((table for at, table in p.tables_said if at > values[0].at + 1), None)
        if rest is not None:
            values.append(Output(Agg("count", rest), rest.name, values[0].at + 1))
    others = [Item(output.expr, output.alias) for output in frame.outputs if output not in values]
    if len(values) != 2 or any(is_aggregate(output.expr) for output in values) != all(is_aggregate(output.expr) for output in values):
        return None
    expr: Expr = Arith("/" if frame.ratio_at >= 0 else "-", values[0].expr, values[1].expr)
    if frame.ratio_at < 0 and all(_dated(p, output.expr) for output in values):
        # "between the first and the last order": the time that lies between them.
        expr = Span("day", values[0].expr, values[1].expr)
    keys, shown = keys_of(p, frame.groups)
    orders = tuple(Order(sort.expr if sort.expr is not None else expr, sort.descending) for sort in frame.sorts)
    limit = frame.limit if frame.limit is not None else (1 if any(sort.superlative for sort in frame.sorts) else None)
    group = (*keys, *(item.expr for item in others)) if is_aggregate(expr) else ()
    return Query(measure_table(expr), named([*shown, *others, Item(expr)]), where, tuple(group), order=orders, limit=limit)
