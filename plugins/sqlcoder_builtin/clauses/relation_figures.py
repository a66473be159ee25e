"""Figures of related rows: "who spent over 1000 in total", "whose total is the largest", "won at least twice"."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.literals import constant
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.plain_measures import plain
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Arith, Col, Comparison, Expr, Has, Lit, Raw
from sqlcoder_core.api import TableName


def summed_relation(p: Parse, at: int) -> int | None:
    """ "who spent more than 1000", "with total revenue over 500", "whose average order is above 50": an aggregate per subject."""
    start = at
    entry = measured(p, at)
    if entry is None:
        chunk = p.chunk(at)
        if chunk is None or chunk.kind not in ("verb", "word") or (entry := plain(p, at)) is None or not entry.money:
            return None
    operator_at = p.past(entry.end, "of", "is", "are", "was", "were", "a", "an", "has", "have", "that", "in")
    if p.is_cue(operator_at, "sum"):
        operator_at = p.past(operator_at + 1)
    if p.is_cue(p.past(at), "count") and operator_at > entry.end and p.chunks[operator_at - 1].word == "of":
        # "number of pledges of at least 1,000 dollars": each of them, not how many there are.
        return None
    exactly = p.is_cue(operator_at, "eq") and p.is_cue(p.past(at), "count") and p.is_cue(at - 1, "whose", "with", "that")
    if not p.is_cue(operator_at, "gt", "ge", "lt", "le") and not exactly:
        return None
    subject = _subject_or_group(p)
    expr: Expr = entry.expr
    if isinstance(expr, Raw) and not expr.aggregate:
        return None
    if not isinstance(expr, (Agg, Raw)):
        if not entry.money or subject is None or entry.table.key == subject.key or p.schema.to_one(subject, entry.table):
            return None
        expr = Agg("sum", entry.table, entry.expr)
    if isinstance(expr, Agg) and expr.arg is None and p.is_cue(at, "sum") is False and not p.is_cue(p.past(at), "count"):
        return None
    found = constant(p, p.past(operator_at + 1, "a", "an", "the", "of"))
    if found is None or not isinstance(found.value, (int, float)) or subject is None:
        return None
    op = OPS[p.chunks[operator_at].word]
    return _per_subject(p, subject, expr, op, found.value, start, found.end)


def _subject_or_group(p: Parse) -> TableName | None:
    if p.frame.subject is not None:
        return p.frame.subject
    for output in p.frame.outputs:
        if isinstance(output.expr, Col):
            return output.expr.table
    return p.subject()


def _by_value(p: Parse, table: TableName) -> bool:
    """ "teams with an average score below 3": the values of a column are what is grouped by, not the rows that hold them."""
    shown = [output.expr for output in p.frame.outputs]
    if p.frame.subject is not None or len(shown) != 1 or not isinstance(shown[0], Col):
        return False
    column = shown[0]
    own = {*p.schema.key(column.table), *p.schema.display(column.table)}
    return column.column not in own and p.schema.to_one(table, column.table)


def _per_subject(p: Parse, subject: TableName, expr: Expr, op: Comparison, bound: int | float, start: int, end: int) -> int:
    table = expr.table if isinstance(expr, (Agg, Raw)) else subject
    grouped_here = table.key == subject.key or bool(p.frame.groups) or _by_value(p, table)
    if grouped_here and not isinstance(expr, Arith):
        p.frame.having.append((expr, op, Lit(bound), p.phrase(start, end)))
        p.frame.read(start, p.phrase(start, end), f"groups with {describe(expr)} {op} {bound}")
        p.take(start, end)
        p.zone = "where"
        return end
    return add_condition(p, Has(subject, table, count=(op, bound), measure=expr), start, end)


def ranked_relation(p: Parse, at: int) -> int | None:
    """ "whose total order quantity is the largest": the first by an aggregate of its rows."""
    entry = measured(p, at) if p.is_cue(p.past(at), "sum", "avg", "count") else None
    subject = _subject_or_group(p)
    if entry is None or not entry.aggregated or subject is None or not p.is_cue(at - 1, "whose", "that", "with"):
        return None
    place = p.past(entry.end, "is", "are", "was", "the")
    place = p.past(place + 1) if p.is_cue(place, "eq") else place
    if not p.is_cue(place, "high", "low"):
        return None
    p.frame.sorts.append(Sort(p.chunks[place].word == "high", p.phrase(at, place + 1), at, entry.expr, superlative=True))
    p.frame.read(at, p.phrase(at, place + 1), f"{'highest' if p.chunks[place].word == 'high' else 'lowest'} {describe(entry.expr)} first")
    p.take(at, place + 1)
    p.zone = "where"
    return place + 1


def how_often(p: Parse, at: int) -> int | None:
    """ "aircraft that have won a match at least twice": the related rows spoken of before are counted."""
    if not p.is_cue(at, "gt", "ge", "lt", "le", "eq", "only") or not p.frame.conditions:
        return None
    place = p.past(at + 1, "a", "an", "than")
    number, times = p.chunk(place), p.chunk(place + 1)
    last = p.frame.conditions[-1]
    if number is None or number.number is None or not isinstance(last.pred, Has) or last.pred.count is not None or last.pred.negated:
        return None
    once = number.text.lower() in ("once", "twice", "thrice")
    if not once and (times is None or times.text.lower() not in ("times", "time")):
        return None
    last.pred = replace(last.pred, count=(OPS.get(p.chunks[at].word, "="), number.number.value))
    end = place + 1 if once else place + 2
    p.frame.read(at, p.phrase(at, end), f"{OPS.get(p.chunks[at].word, '=')} {number.number.value} of them")
    p.take(at, end)
    return end
