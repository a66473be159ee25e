"""What one table has and another has not: "which cities have suppliers but no customers", the city standing in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Has, Item, Pred, Query
from sqlcoder_core.api import TableName


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """The values of the asked column in the one table, except those in the other."""
    frame = p.frame
    if frame.lacking_at >= 0:
        return _lacking(p, where)
    if len(frame.outputs) != 1:
        return None
    outputs = [output.expr for output in frame.outputs]
    tables = list({table.key: table for _, table in p.tables_said}.values())
    plain = (frame.subject is None or frame.subject_at > frame.outputs[0].at) and not (
        frame.groups or frame.sorts or frame.dates or frame.having
    )
    if not isinstance(outputs[0], Col) or len(tables) != 2 or not plain:
        return None
    related = list(_walk(where))
    absent = [has for has in related if isinstance(has, Has) and has.negated]
    if len(absent) != 1 or not all(isinstance(has, Has) and has.count is None for has in related):
        return None
    if absent[0].table.key not in {table.key for table in tables}:
        return None
    kept = next(table for table in tables if table.key != absent[0].table.key)
    columns = [p.schema.table(table).column(outputs[0].column) for table in (kept, absent[0].table)]
    if any(
        column is None or column.name in p.schema.display(table) for column, table in zip(columns, (kept, absent[0].table), strict=True)
    ):
        return None
    first, second = (
        Query(table, (Item(Col(table, column.name)),), distinct=True)
        for table, column in zip((kept, absent[0].table), columns, strict=True)
        if column is not None
    )
    p.frame.read(0, outputs[0].column, f"{outputs[0].column} of {kept.name}, except those of {absent[0].table.name}")
    return replace(first, combine=("except", second))


def _lacking(p: Parse, where: tuple[Pred, ...]) -> Query | None:
    """Values of a column, except those of rows that satisfy what is said behind "without"."""
    shown = tuple(Item(output.expr, output.alias) for output in p.frame.outputs)
    before = {condition.pred for condition in p.frame.conditions if condition.at < p.frame.lacking_at}
    first = tuple(pred for pred in where if pred in before)
    if len(first) == len(where) or not isinstance(shown[0].expr, Col):
        return None
    root = shown[0].expr.table
    return Query(root, shown, first, distinct=True, combine=("except", Query(root, shown, where, distinct=True)))


def _walk(where: tuple[Pred, ...]) -> Iterator[Pred]:
    """Every condition, those of related rows too."""
    for pred in where:
        yield pred
        if isinstance(pred, Has):
            yield from _walk(pred.where)
