"""The one measure of a frame, and the same measure over some of its rows only."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.tree import Agg, All_, Any_, Arith, Col, Expr, Has, Lit, Not, Pred, Raw
from sqlcoder_core.api import TableName


def measure_of(p: Parse, root: TableName) -> Expr:
    """The aggregate asked for; number columns are added up; else rows of what is asked about are counted."""
    for output in p.frame.outputs:
        if is_aggregate(output.expr):
            return output.expr
    for output in p.frame.outputs:
        if isinstance(output.expr, Col) and p.is_measure(output.expr):
            return Agg("sum", output.expr.table, output.expr)
    return Agg("count", p.frame.subject or root)


def measure_table(expr: Expr) -> TableName:
    """The table whose rows a measure is over."""
    return tables_of((expr,))[0]


def limited(schema: Schema, expr: Expr, pred: Pred) -> Expr:
    """The measure over rows that satisfy `pred`."""
    if isinstance(expr, Arith):
        return replace(expr, left=limited(schema, expr.left, pred), right=limited(schema, expr.right, pred))
    if isinstance(expr, (Agg, Raw)):
        placed = reachable(schema, expr.table, pred)
        return replace(expr, where=placed if expr.where is None else All_((expr.where, placed)))
    return expr


def reachable(schema: Schema, table: TableName, pred: Pred) -> Pred:
    """The condition for rows of `table`: to-one columns as they are, many-side ones inside EXISTS."""
    if isinstance(pred, (All_, Any_)):
        return replace(pred, parts=tuple(reachable(schema, table, part) for part in pred.parts))
    if isinstance(pred, Not):
        return Not(reachable(schema, table, pred.part))
    far = [other for other in tables_of((pred,)) if other.key != table.key and not schema.to_one(table, other)]
    return Has(table, far[0], (pred,)) if far and schema.path(table, far[0]) is not None else pred


def hundredfold(expr: Expr) -> Expr:
    """In percent."""
    return Arith("*", Lit(100.0), expr)
