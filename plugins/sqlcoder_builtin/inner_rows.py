"""Conditions said of rows that others are compared with: "more expensive than all wines made in 2006"."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import date_column, period_pred
from sqlcoder_builtin.tree import Compare, Pred, Scalarq
from sqlcoder_core.api import TableName


def give_to_inner(p: Parse) -> None:
    """Move what is said behind each such comparison, up to the end of its clause, into the query it compares with."""
    for start in p.inner_from:
        held = next((one for one in p.frame.conditions if one.at < start and _nests(one) and _ends_at(p, one, start)), None)
        if held is not None and isinstance(held.pred, Compare) and isinstance(held.pred.right, Scalarq):
            inner = held.pred.right
            where = (*_conditions(p, inner.query.root, start), *_dates(p, inner.query.root, start))
            held.pred = replace(held.pred, right=replace(inner, query=replace(inner.query, where=(*inner.query.where, *where))))


def _nests(condition: Condition) -> bool:
    return isinstance(condition.pred, Compare) and isinstance(condition.pred.right, Scalarq)


def _ends_at(p: Parse, condition: Condition, start: int) -> bool:
    return condition.phrase == p.phrase(condition.at, start)


def _end(p: Parse, start: int) -> int:
    """Where the clause is over."""
    return next((at for at in range(start, len(p.chunks)) if p.chunks[at].kind == "mark" or p.chunks[at].word == ","), len(p.chunks))


def _conditions(p: Parse, table: TableName, start: int) -> list[Pred]:
    end = _end(p, start)
    moved = [one for one in p.frame.conditions if start <= one.at < end and one.about is not None and p.schema.to_one(table, one.about)]
    p.frame.conditions = [one for one in p.frame.conditions if all(one is not other for other in moved)]
    return [one.pred for one in moved]


def _dates(p: Parse, table: TableName, start: int) -> list[Pred]:
    end, found = _end(p, start), []
    for date in [date for date in p.frame.dates if start <= date.at < end]:
        column = date.column or date_column(p, table, date.at, "year")
        if column is not None and p.schema.to_one(table, column.table):
            p.frame.dates.remove(date)
            found.append(period_pred(p, column, date.period))
    return found
