"""Comparisons with an average, a smallest or a largest value of all rows, or of the rows of the same group."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.measured import AGGREGATES
from sqlcoder_builtin.clauses.places import number_column
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Compare, Item, Query, Scalarq
from sqlcoder_core.api import TableName


def against_aggregate(p: Parse, at: int, rhs_at: int, cue: str) -> int | None:
    """ "salary above the average (salary of all employees)", "price is the lowest"."""
    if not p.is_cue(rhs_at, "avg", "median", "high", "low") or cue not in ("gt", "ge", "lt", "le", "eq", "ne"):
        return None
    column = p.column(at, p.numbers)
    if column is None:
        return None
    function = AGGREGATES[p.chunks[rhs_at].word]
    end = rhs_at + 1
    inner = p.column(p.past(end))
    if inner is not None and (inner == column or p.schema.of(inner).kind in ("integer", "number")):
        end = p.past(end) + 1
    else:
        inner = column
    same, end = same_as(p, past_of_all(p, end), inner.table)
    query = Query(inner.table, (Item(Agg(function, inner.table, inner)),))
    return add_condition(p, Compare(OPS[cue], column, Scalarq(query, same)), at, end)


def past_of_all(p: Parse, at: int) -> int:
    """ "of all employees" behind an average."""
    place = p.past(at, "of", "for", "across", "among")
    if (place > at or p.is_cue(place, "all", "per")) and p.is_cue(place, "all"):
        place = p.past(place + 1, "the", "of")
        if p.table(place) is not None:
            return place + 1
    return at


def above_average(p: Parse, at: int, average_at: int, cue: str) -> int | None:
    """ "customers who spent more than average", "products above the average price"."""
    place = p.past(average_at + 1)
    table = p.table(place)
    column = number_column(p, table) if table is not None else p.column(place, p.measures)
    end = place + 1 if column else average_at + 1
    if column is None and p.frame.outputs:
        column = next(
            (output.expr for output in reversed(p.frame.outputs) if isinstance(output.expr, Col) and p.is_measure(output.expr)),
            None,
        )
    if column is None:
        return None
    same, end = same_as(p, past_of_all(p, end), column.table)
    query = Query(column.table, (Item(Agg("avg", column.table, column)),))
    return add_condition(p, Compare(OPS[cue], column, Scalarq(query, same)), at, end)


def same_as(p: Parse, at: int, table: TableName) -> tuple[tuple[Col, ...], int]:
    """ "... of their category", "in the same department": rows that agree on that column."""
    place = p.past(at, "of", "in", "for", "within")
    own = p.chunk(place)
    if place == at or own is None or own.text.lower() not in ("their", "its", "the", "his", "her", "that"):
        return (), at
    place += 1
    if (chunk := p.chunk(place)) is not None and chunk.text.lower() in ("same", "own", "respective"):
        place += 1
    elif own.text.lower() in ("the", "that"):
        return (), at
    column, other = p.column(place, None, table), p.table(place)
    if other is not None and other.key != table.key:
        step = next(iter(p.schema.steps_between(table, other)), None)
        return ((Col(table, step.pairs[0][0]),), place + 1) if step is not None else ((), at)
    return ((column,), place + 1) if column is not None and column.table.key == table.key else ((), at)
