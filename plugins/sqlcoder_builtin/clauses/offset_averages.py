"""Bounds reckoned from an average: "at least 400 above the average bill", "more than twice the average", "more capacity than average"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.averages import past_of_all, same_as
from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.places import number_column
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Arith, Col, Compare, Expr, Item, Lit, Query, Scalarq

_TIMES = {"twice": 2, "double": 2, "thrice": 3, "triple": 3, "half": 0.5}


def from_average(p: Parse, at: int) -> int | None:
    """OPERATOR [so much above | so many times] the average of something."""
    if not p.is_cue(at, "gt", "ge", "lt", "le", "eq"):
        return None
    place = p.past(at + 1, "a", "an", "the", "than", "of")
    number = p.chunk(place)
    if number is None:
        return None
    factor = _TIMES.get(number.text.lower())
    if factor is None and number.number is None:
        return None
    amount = factor if factor is not None else number.number.value if number.number is not None else 0
    joint = p.chunk(place + 1)
    times = factor is not None or (joint is not None and joint.text.lower() == "times")
    sign = "*" if times else _sign(p, place + 1)
    average_at = p.past(place + 1 + (factor is None))
    if sign is None or not p.is_cue(average_at, "avg"):
        return None
    column, end = _averaged(p, at, average_at)
    if column is None:
        return None
    same, end = same_as(p, past_of_all(p, end), column.table)
    average = Scalarq(Query(column.table, (Item(Agg("avg", column.table, column)),)), same)
    bound: Expr = Arith(sign, Lit(amount), average) if times else Arith(sign, average, Lit(amount))  # type: ignore[arg-type]
    return add_condition(p, Compare(OPS[p.chunks[at].word], column, bound), at, end)


def _sign(p: Parse, at: int) -> str | None:
    if p.is_cue(at, "gt"):
        return "+"
    return "-" if p.is_cue(at, "lt") else None


def _averaged(p: Parse, at: int, average_at: int) -> tuple[Col | None, int]:
    """The column named behind "average", or the amount of the rows named there."""
    place = p.past(average_at + 1)
    table = p.table(place)
    if table is not None:
        return number_column(p, table), place + 1
    column = p.column(place, p.measures, p.frame.subject)
    if column is not None and p.is_measure(column):
        return column, place + 1
    before = p.column(at - 1, p.measures) if at else None
    if before is not None and p.is_measure(before):
        return before, average_at + 1
    return (number_column(p, p.frame.subject) if p.frame.subject is not None else None), average_at + 1


def more_than_average(p: Parse, at: int) -> int | None:
    """ "have more capacity than the average warehouse", "with a lower score than average"."""
    chunk = p.chunk(at)
    words = {"more": ">", "higher": ">", "larger": ">", "greater": ">", "less": "<", "lower": "<", "smaller": "<", "fewer": "<"}
    op = words.get(chunk.text.lower()) if chunk is not None else None
    column = p.column(at + 1, p.measures, p.frame.subject) if op is not None and p.table(at + 1) is None else None
    than = p.chunk(at + 2)
    if op is None or column is None or than is None or than.text.lower() != "than" or not p.is_measure(column):
        return None
    average_at = p.past(at + 3)
    if not p.is_cue(average_at, "avg"):
        return None
    end = p.past(average_at + 1)
    end = end + 1 if p.table(end) is not None or p.column(end) == column else average_at + 1
    same, end = same_as(p, past_of_all(p, end), column.table)
    average = Scalarq(Query(column.table, (Item(Agg("avg", column.table, column)),)), same)
    return add_condition(p, Compare(op, column, average), at, end)  # type: ignore[arg-type]
