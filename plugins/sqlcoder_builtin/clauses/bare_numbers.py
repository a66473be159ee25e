"""Comparisons with no column named before them: "over 100", "older than 30"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.averages import above_average, past_of_all, same_as
from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.flags import is_flag
from sqlcoder_builtin.clauses.literals import constant
from sqlcoder_builtin.clauses.measured import AGGREGATES
from sqlcoder_builtin.clauses.places import number_column
from sqlcoder_builtin.clauses.ranges import between, open_ended, past_unit
from sqlcoder_builtin.cue_words import comparatives
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Age, Agg, Col, Compare, Has, Item, Lit, Query, Scalarq
from sqlcoder_core.api import TableName, name_words


def bare_comparison(p: Parse, at: int) -> int | None:
    """ "over 100", "more than 20 years old", "at least 5 dollars": the number column that is meant by what stands around."""
    exactly = p.is_cue(at, "eq") and p.chunks[at].text.lower() in ("exactly", "precisely")
    if not p.is_cue(at, "gt", "ge", "lt", "le", "between") and not exactly:
        return None
    number_at = p.past(at + 1, "a", "an", "the", "of", "than")
    cue = p.chunks[at].word
    chunk = p.chunk(number_at)
    if (
        chunk is not None
        and chunk.kind == "name"
        and (behind := p.chunk(p.past(number_at + 1, "of", "is"))) is not None
        and behind.kind == "number"
        and cue != "between"
    ):
        column, bound = p.column(number_at, p.numbers), constant(p, p.past(number_at + 1, "of", "is"))
        if column is not None and bound is not None and p.is_number(column):
            return add_condition(p, Compare(OPS[cue], column, Lit(bound.value)), at, past_unit(p, bound.end))
    if cue != "between" and p.is_cue(number_at, "avg"):
        return above_average(p, at, number_at, cue)
    if chunk is None or chunk.kind not in ("number", "date"):
        return None
    found = constant(p, number_at)
    if found is None:
        return None
    column, start, end = _meant_number(p, at, found.end)
    if column is None or (exactly and (end <= found.end or start < at)):
        # "exactly five" of what is named behind only.
        return None
    if cue == "between":
        return between(p, column, start, number_at, False)
    subject = p.frame.subject
    if (
        subject is not None
        and isinstance(found.value, (int, float))
        and {"quantity", "unit"} & set(name_words(column.column))
        and not p.schema.to_one(subject, column.table)
    ):
        # "products that sold more than 200 units": what all their sales add up to.
        added = Has(subject, column.table, count=(OPS[cue], found.value), measure=Agg("sum", column.table, column))
        return add_condition(p, added, start, max(end, past_unit(p, found.end)))
    pred = Compare(OPS[cue], column, Lit(found.value))
    return add_condition(p, pred, start, max(end, past_unit(p, found.end)))


def _meant_number(p: Parse, at: int, end: int) -> tuple[Col | None, int, int]:
    """The column after the number ("more than 5 points"), else of the unit ("20 years old"), else the one spoken of before."""
    after = p.past(end, "of", "in", "the", "for")
    chunk = p.chunk(after)
    if chunk is not None and chunk.kind == "name" and p.table(after) is None:
        column = p.column(after, p.numbers)
        if column is not None and p.is_number(column):
            return column, at, after + 1
    near = p.spoken_near(at)
    if p.table(after) is not None:
        # "more than 2 documents": they are counted.
        return None, at, end
    if (
        chunk is not None
        and near is not None
        and (chunk.text.lower() in ("years", "year") and (following := p.chunk(after + 1)) and following.text.lower() in ("old", "age"))
    ):
        return p.concept(("age",), near, p.numbers), at, after + 2
    previous = p.before(at)
    if previous is not None and previous.kind == "name" and p.table(p.chunks.index(previous)) is None:
        place = p.chunks.index(previous)
        column = p.column(place, p.numbers, floor=0.6)
        if column is not None and (p.is_number(column) or p.is_dated(column)) and not _flags(p, column):
            return column, place, end
    if (again := _compared_before(p, at)) is not None:
        return again, at, end
    if near is None:
        return None, at, end
    return number_column(p, near), at, end


def _flags(p: Parse, column: Col) -> bool:
    """ "organic products under 3 euros": a flag is never compared."""
    found = p.schema.of(column)
    return is_flag(found.kind, found.values) or name_words(column.column)[-1:] == ("flag",)


def _compared_before(p: Parse, at: int) -> Col | None:
    """ "above 50 or below 46": the column of the comparison before."""
    if not p.is_cue(at - 1, "or", "and", "but") or not p.frame.conditions:
        return None
    last = p.frame.conditions[-1]
    compared = isinstance(last.pred, Compare) and isinstance(last.pred.left, Col) and isinstance(last.pred.right, Lit)
    if not compared or not isinstance(last.pred, Compare) or not isinstance(last.pred.left, Col) or not p.is_number(last.pred.left):
        return None
    return last.pred.left


def comparative(p: Parse, at: int) -> int | None:
    """ "older than 30", "more expensive than 50 dollars"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "comparative":
        return None
    concepts, cue = comparatives()[chunk.text.lower()]
    near = p.spoken_near(at)
    column = p.concept(concepts, near, p.numbers) if near else None
    rhs_at = p.past(at + 1)
    if column is None:
        return _older(p, near, at, rhs_at, cue) if near and "age" in concepts else None
    if p.is_cue(rhs_at, "avg", "median", "high", "low"):
        query = Query(column.table, (Item(Agg(AGGREGATES[p.chunks[rhs_at].word], column.table, column)),))
        after = p.past(rhs_at + 1)
        end = after + 1 if p.column(after) and p.table(after) is None else rhs_at + 1
        same, end = same_as(p, past_of_all(p, end), column.table)
        return add_condition(p, Compare(OPS[cue], column, Scalarq(query, same)), at, end)
    if cue == "between":
        return between(p, column, at, rhs_at, False)
    found = constant(p, rhs_at)
    if found is None or not found.number:
        return None
    op, end = open_ended(p, past_unit(p, found.end), OPS[cue])
    return add_condition(p, Compare(op, column, Lit(found.value)), at, end)


def _older(p: Parse, near: TableName, at: int, rhs_at: int, cue: str) -> int | None:
    """Age from a date of birth."""
    column = p.concept(("birth_date", "date_of_birth", "birthday", "birth"), near, p.dated)
    found = constant(p, rhs_at)
    if column is None or found is None or not isinstance(found.value, (int, float)):
        return None
    return add_condition(p, Compare(OPS[cue], Age(column), Lit(found.value)), at, past_unit(p, found.end))


def years_old(p: Parse, at: int) -> int | None:
    """ "students who are 18 years old", "aged 25 or older"."""
    chunk, unit, old = p.chunk(at), p.chunk(at + 1), p.chunk(at + 2)
    aged = p.chunk(at - 1)
    if chunk is None or chunk.kind != "number" or chunk.number is None or p.is_cue(at - 1, "gt", "ge", "lt", "le"):
        return None
    said = unit is not None and unit.text.lower() in ("year", "years") and old is not None and old.text.lower().startswith("old")
    if not said and (aged is None or aged.text.lower() != "aged"):
        return None
    near = p.spoken_near(at)
    column = p.concept(("age",), near, p.numbers) if near is not None else None
    if column is None:
        return None
    op, end = open_ended(p, at + 3 if said else at + 1, "=")
    if aged is not None and aged.text.lower() == "aged":
        aged.used = True
    return add_condition(p, Compare(op, column, Lit(chunk.number.value)), at, end)
