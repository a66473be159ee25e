"""Both of two: "cities with both customers and suppliers", "customers who bought A and B", "countries that have X and have Y"."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.assemble_parts import key_and_name, named
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import All_, Col, Compare, Has, Item, Like, Lit, OneOf, Pred, Query
from sqlcoder_core.api import TableName


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """Rows of the first that are also rows of the second."""
    if not p.frame.both and not _asks_for_values(p, where):
        return None
    return _two_tables(p, where) or _two_conditions(p, root, where)


def _two_tables(p: Parse, where: tuple[Pred, ...]) -> Query | None:
    """The asked column stands in both tables: an intersection."""
    outputs = [output.expr for output in p.frame.outputs]
    tables = list({table.key: table for _, table in p.tables_said}.values())
    if len(outputs) != 1 or not isinstance(outputs[0], Col) or len(tables) != 2 or where:
        return None
    columns = [p.schema.table(table).column(outputs[0].column) for table in tables]
    if None in columns:
        return None
    first, second = (
        Query(table, (Item(Col(table, column.name)),), distinct=False) for table, column in zip(tables, columns, strict=True) if column
    )
    return replace(first, combine=("intersect", second))


def _two_conditions(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """Two conditions that no single row can satisfy: related rows of each kind, or an intersection of the two lists."""
    pair = _conflicting(where)
    if pair is None:
        return None
    rest = tuple(
        pred for pred in where if pred not in pair and not (isinstance(pred, OneOf) and pred.left == getattr(pair[0], "left", None))
    )
    outputs = [Item(output.expr, output.alias) for output in p.frame.outputs]
    subject = p.frame.subject or root
    if any(is_aggregate(item.expr) for item in outputs):
        about = tables_of((pair[0],))[0]
        if len(outputs) != 1 or p.schema.to_one(subject, about):
            return None
        return Query(subject, named(outputs), (*rest, All_(tuple(Has(subject, about, (pred,)) for pred in pair))))
    if not outputs:
        outputs = [Item(column) for column in key_and_name(p, subject)]
    about = tables_of((pair[0],))[0]
    base = tables_of([item.expr for item in outputs])[0]
    if not p.schema.to_one(base, about):
        each = tuple(Has(base, about, (pred,)) for pred in pair)
        return Query(base, named(outputs), (*rest, All_(each)), distinct=p.frame.distinct)
    first, second = (Query(base, named(outputs), (*rest, pred)) for pred in pair)
    return replace(first, combine=("intersect", second))


def _asks_for_values(p: Parse, where: tuple[Pred, ...]) -> bool:
    """ "the towns shared by people older than 60 and younger than 20": values of rows of each kind, since no row is of both."""
    shown = [output.expr for output in p.frame.outputs]
    values = all(isinstance(expr, Col) and expr.column not in {*p.schema.key(expr.table), *p.schema.display(expr.table)} for expr in shown)
    return bool(shown) and values and any(_apart(one, other) for one in where for other in where)


def _apart(one: Pred, other: Pred) -> bool:
    """No number is above the one bound and below the other."""
    if not (isinstance(one, Compare) and isinstance(other, Compare) and one.left == other.left):
        return False
    low, high = one.right, other.right
    bounds = one.op in (">", ">=") and other.op in ("<", "<=") and isinstance(low, Lit) and isinstance(high, Lit)
    if not bounds or not isinstance(low, Lit) or not isinstance(high, Lit):
        return False
    return isinstance(low.value, (int, float)) and isinstance(high.value, (int, float)) and low.value >= high.value


def _conflicting(where: tuple[Pred, ...]) -> tuple[Pred, Pred] | None:
    for pred in where:
        if isinstance(pred, OneOf) and len(pred.values) == 2 and not pred.negated:
            first, second = (Compare("=", pred.left, Lit(value)) for value in pred.values)
            return first, second
    simple = [pred for pred in where if isinstance(pred, (Compare, Like))]
    for at, one in enumerate(simple):
        for other in simple[at + 1 :]:
            if one.left == other.left and one != other:
                return one, other
    return None
