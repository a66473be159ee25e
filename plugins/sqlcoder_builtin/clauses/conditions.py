"""Conditions on columns: comparisons, ranges, text matches, missing values, stored values, flags."""

from __future__ import annotations

from sqlcoder_builtin.clauses.averages import above_average, against_aggregate, past_of_all, same_as
from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.deeds import is_deed
from sqlcoder_builtin.clauses.equalities import equal, stored, typed, value_list
from sqlcoder_builtin.clauses.literals import Constant, constant, hit_for
from sqlcoder_builtin.clauses.places import number_column
from sqlcoder_builtin.cue_words import comparatives
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import (
    Age,
    Agg,
    Any_,
    Col,
    Compare,
    Comparison,
    Expr,
    Has,
    Item,
    Like,
    Lit,
    Not,
    Null,
    OneOf,
    Pred,
    Query,
    Scalarq,
)
from sqlcoder_core.api import TableName, name_words

_OPENERS = ("eq", "ne", "gt", "ge", "lt", "le", "between", "like", "starts", "ends", "null", "not null")


_BETWEEN_NAME_AND_OPERATOR = (
    *("of", "is", "are", "was", "were", "has", "have", "had", "that", "be", "being", ",", "the"),
    *("value", "values", "number", "amount", "a", "an", "either", "with"),
)


def comparison(p: Parse, at: int) -> int | None:
    """COLUMN is above 5, COLUMN between 1 and 3, COLUMN like 'x', COLUMN is missing."""
    chunk = p.chunk(at)
    if chunk is None or not (chunk.kind == "name" or (chunk.is_cue("sum") and chunk.names)):
        return None
    operator_at, negated = _operator(p, at)
    if operator_at is None:
        return None
    cue, after = p.chunks[operator_at].word, p.past(operator_at + 1)
    if cue == "eq" and after < len(p.chunks) and p.chunks[after].kind == "value" and is_deed(p, after):
        return None
    if cue in ("null", "not null"):
        column = p.column(at)
        return add_condition(p, Null(column, (cue == "not null") != negated), at, operator_at + 1) if column is not None else None
    return _compared_name(p, at, operator_at, cue, negated)


def _operator(p: Parse, at: int) -> tuple[int | None, bool]:
    """Where the comparison behind a name stands, and whether it is negated: "is not above", "are between"."""
    place = p.past(at + 1, *_BETWEEN_NAME_AND_OPERATOR)
    negated = p.is_cue(place, "never")
    place = p.past(place + 1) if negated else place
    if not p.is_cue(place, *_OPENERS):
        return None, negated
    if not (p.chunks[place].word == "eq" and p.chunks[place].text.lower() in ("is", "are", "was", "were")):
        return place, negated
    following = p.past(place + 1, "the", "a", "an", "either", "also", "any", "both")
    if p.is_cue(following, *_OPENERS) and not p.is_cue(following, "eq"):
        return following, negated
    if p.is_cue(following, "never"):
        further = p.past(following + 1)
        return (further if p.is_cue(further, *_OPENERS) else place), True
    return place, negated


def _compared_name(p: Parse, at: int, operator_at: int, cue: str, negated: bool) -> int | None:
    rhs_at = p.past(operator_at + 1, "the", "a", "an", "either", "than", "of", "to", "value", "word", "substring", "letter", "any", "equal")
    if cue == "between":
        column = p.column(at, p.numbers, floor=0.6) if not _only_table(p, at) else None
        return _between(p, column, at, rhs_at, negated) if column else None
    if cue in ("like", "starts", "ends"):
        column = p.column(at, p.texts)
        return text_match(p, column, at, rhs_at, cue, negated) if column else None
    named = _named_expression(p, at)
    if named is not None and cue in OPS and (bound := constant(p, rhs_at)) is not None and bound.number:
        return add_condition(p, Compare(OPS[cue], named, Lit(bound.value)), at, _past_unit(p, bound.end))
    average = against_aggregate(p, at, rhs_at, cue) if not _only_table(p, at) else None
    if average is not None:
        return average
    found = constant(p, rhs_at, words=cue in ("eq", "ne"))
    if found is None:
        return _column_with_column(p, at, rhs_at, cue)
    column = p.column(at, p.numbers if found.number else p.texts) if not _only_table(p, at) else None
    if column is None:
        return _named_row(p, at, found, negated or cue == "ne") if cue in ("eq", "ne") else None
    if found.number or cue not in ("eq", "ne"):
        return _number(p, column, at, cue, found, negated)
    return equal(p, column, at, found, negated or cue == "ne")


def _named_expression(p: Parse, at: int) -> Expr | None:
    """A glossary term that is a value of each row: "margin"."""
    from sqlcoder_builtin.clauses.measures import plain
    from sqlcoder_builtin.tree import Raw

    found = plain(p, at)
    return found.expr if found is not None and isinstance(found.expr, Raw) and not found.expr.aggregate else None


def _only_table(p: Parse, at: int) -> bool:
    chunk = p.chunks[at]
    return p.table(at) is not None and chunk.score("table") >= chunk.score("column") + 0.1


def _named_row(p: Parse, at: int, found: Constant, negated: bool) -> int | None:
    """ "airlines named JetBlue", "the aircraft is Boeing": the table's display column."""
    table = p.table(at)
    if table is None or found.number or not (found.capital or found.quoted or found.hits):
        return None
    hit = hit_for(p, found.hits, at, None, table)
    if not (found.capital or found.quoted) and (hit is None or hit.score < 0.85 or hit.table is None or hit.table.key != table.key):
        # A word that is stored, but elsewhere, names no row of this table.
        return None
    if hit is not None and hit.table and hit.column and hit.score >= 0.85 and hit.table.key == table.key:
        return None if p.frame.subject is None else equal(p, Col(hit.table, hit.column), at + 1, found, negated)
    from sqlcoder_builtin.clauses.heads import set_subject

    if p.zone == "select":
        set_subject(p, table, at)
    p.frame.mentioned.append((at, table))
    p.take(at, at + 1)
    return equal(p, Col(table, p.schema.display(table)[0]), at + 1, found, negated, people=p.schema.display(table))


def _number(p: Parse, column: Col, at: int, cue: str, found: Constant, negated: bool) -> int:
    op = OPS[cue]
    end = _past_unit(p, found.end)
    pred: Pred
    if found.number and op in ("=", "!="):
        values, end_values = value_list(p, column, found)
        if len(values) > 1:
            return add_condition(p, OneOf(column, tuple(values), op == "!=" or negated), at, end_values)
        op, end = _open_ended(p, found.end, op)
    value = stored(p, column, found)
    pred = Compare(op, column, Lit(typed(p, column, value) if op in ("=", "!=") else value))
    return add_condition(p, Not(pred) if negated else pred, at, max(end, found.end))


def _open_ended(p: Parse, end: int, op: Comparison) -> tuple[Comparison, int]:
    """ "5 or more", "10 or less"."""
    if p.is_cue(end, "or") and (chunk := p.chunk(end + 1)) is not None:
        if chunk.text.lower() in ("more", "above", "greater", "higher", "over", "later", "older", "larger"):
            return ">=", end + 2
        if chunk.text.lower() in ("less", "below", "fewer", "lower", "under", "earlier", "younger", "smaller"):
            return "<=", end + 2
    return op, _past_unit(p, end)


_UNITS = frozenset(
    [
        "dollar",
        "dollars",
        "usd",
        "euro",
        "euros",
        "eur",
        "year",
        "years",
        "old",
        "percent",
        "%",
        "units",
        "unit",
        "kg",
        "km",
        "miles",
        "mile",
        "meters",
        "metres",
        "meter",
        "minutes",
        "minute",
        "hours",
        "hour",
        "seconds",
        "second",
        "pounds",
        "pound",
        "stars",
        "star",
        "points",
        "point",
        "days",
        "day",
        "feet",
        "cm",
        "lbs",
        "people",
        "square",
    ]
)


def _past_unit(p: Parse, at: int) -> int:
    while (chunk := p.chunk(at)) is not None and chunk.text.lower() in _UNITS and not (chunk.kind == "name" and chunk.names[0].score > 0.9):
        at += 1
    return at


def _between(p: Parse, column: Col | None, start: int, at: int, negated: bool) -> int | None:
    low = constant(p, at)
    if low is None or column is None:
        return None
    high_at = p.past(_past_unit(p, low.end))
    if not p.is_cue(high_at, "and") and not (p.chunk(high_at) and p.chunks[high_at].text.lower() in ("to", "-")):
        return None
    high = constant(p, p.past(high_at + 1))
    if high is None:
        return None
    from sqlcoder_builtin.tree import All_

    both = All_((Compare(">=", column, Lit(low.value)), Compare("<=", column, Lit(high.value))))
    return add_condition(p, Not(both) if negated else both, start, _past_unit(p, high.end))


def text_match(p: Parse, column: Col, start: int, at: int, cue: str, negated: bool) -> int | None:
    """LIKE with the % signs where they belong; several joined by "or" or "and"."""
    found = constant(p, at, words=True)
    if found is None:
        chunk = p.chunk(at)
        if chunk is None or chunk.kind not in ("name", "stop", "cue") or chunk.is_cue("and", "or"):
            return None
        found = Constant(chunk.text, at + 1)
    text = str(found.value) if found.number or found.quoted else p.phrase(at, found.end)
    preds: list[Pred] = [Like(column, _pattern(text, cue), negated)]
    end = found.end
    while p.is_cue(end, "or") and (following := constant(p, p.past(end + 1), words=True)):
        preds.append(Like(column, _pattern(str(following.value), cue), negated))
        end = following.end
    pred = preds[0] if len(preds) == 1 else Any_(tuple(preds))
    return add_condition(p, pred, start, end)


def _pattern(text: str, cue: str) -> str:
    text = text.strip("%")
    return {"like": f"%{text}%", "starts": f"{text}%", "ends": f"%{text}"}[cue]


def _column_with_column(p: Parse, at: int, rhs_at: int, cue: str) -> int | None:
    """ "actual cost above planned cost": two columns of rows that meet."""
    left, right = p.column(at), p.column(rhs_at)
    chunk = p.chunk(rhs_at)
    if (
        left is None
        or right is None
        or left == right
        or chunk is None
        or chunk.score("column") < 0.85
        or p.chunks[at].score("column") < 0.6
        or _only_table(p, at)
        or cue not in ("gt", "ge", "lt", "le")
    ):
        return None
    if p.schema.distance(left.table, right.table) > 3 or p.table(rhs_at) is not None:
        return None
    return add_condition(p, Compare(OPS[cue], left, right), at, rhs_at + 1)


def bare_comparison(p: Parse, at: int) -> int | None:
    """ "over 100", "more than 20 years old", "at least 5 dollars": the number column that is meant by what stands around."""
    if not p.is_cue(at, "gt", "ge", "lt", "le", "between"):
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
            return add_condition(p, Compare(OPS[cue], column, Lit(bound.value)), at, _past_unit(p, bound.end))
    if cue != "between" and p.is_cue(number_at, "avg"):
        return above_average(p, at, number_at, cue)
    if chunk is None or chunk.kind not in ("number", "date"):
        return None
    found = constant(p, number_at)
    if found is None:
        return None
    column, start, end = _meant_number(p, at, found.end)
    if column is None:
        return None
    if cue == "between":
        return _between(p, column, start, number_at, False)
    subject = p.frame.subject
    if (
        subject is not None
        and isinstance(found.value, (int, float))
        and {"quantity", "unit"} & set(name_words(column.column))
        and not p.schema.to_one(subject, column.table)
    ):
        # "products that sold more than 200 units": what all their sales add up to.
        added = Has(subject, column.table, count=(OPS[cue], found.value), measure=Agg("sum", column.table, column))
        return add_condition(p, added, start, max(end, _past_unit(p, found.end)))
    pred = Compare(OPS[cue], column, Lit(found.value))
    return add_condition(p, pred, start, max(end, _past_unit(p, found.end)))


def _meant_number(p: Parse, at: int, end: int) -> tuple[Col | None, int, int]:
    """The column after the number ("more than 5 points"), else of the unit ("20 years old"), else the one spoken of before."""
    after = p.past(end, "of", "in", "the", "for")
    chunk = p.chunk(after)
    if chunk is not None and chunk.kind == "name" and p.table(after) is None:
        column = p.column(after, p.numbers)
        if column is not None and p.is_number(column):
            return column, at, after + 1
    near = p.near_table(at) or p.subject()
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
        if column is not None:
            return column, place, end
    if near is None:
        return None, at, end
    return number_column(p, near), at, end


def comparative(p: Parse, at: int) -> int | None:
    """ "older than 30", "more expensive than 50 dollars"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "comparative":
        return None
    concepts, cue = comparatives()[chunk.text.lower()]
    near = p.near_table(at) or p.subject()
    column = p.concept(concepts, near, p.numbers) if near else None
    rhs_at = p.past(at + 1)
    if column is None:
        return _older(p, near, at, rhs_at, cue) if near and "age" in concepts else None
    if p.is_cue(rhs_at, "avg", "median", "high", "low"):
        query = Query(column.table, (Item(Agg("avg", column.table, column)),))
        after = p.past(rhs_at + 1)
        end = after + 1 if p.column(after) and p.table(after) is None else rhs_at + 1
        same, end = same_as(p, past_of_all(p, end), column.table)
        return add_condition(p, Compare(OPS[cue], column, Scalarq(query, same)), at, end)
    if cue == "between":
        return _between(p, column, at, rhs_at, False)
    found = constant(p, rhs_at)
    if found is None or not found.number:
        return None
    return add_condition(p, Compare(OPS[cue], column, Lit(found.value)), at, _past_unit(p, found.end))


def _older(p: Parse, near: TableName, at: int, rhs_at: int, cue: str) -> int | None:
    """Age from a date of birth."""
    column = p.concept(("birth_date", "date_of_birth", "birthday", "birth"), near, p.dated)
    found = constant(p, rhs_at)
    if column is None or found is None or not isinstance(found.value, (int, float)):
        return None
    return add_condition(p, Compare(OPS[cue], Age(column), Lit(found.value)), at, _past_unit(p, found.end))


_TEXTS = ("description", "text", "note", "comment", "body", "content", "message", "detail", "name", "title", "subject")


def bare_text(p: Parse, at: int) -> int | None:
    """ "diagnoses that mention diabetes": the text column of what is asked about."""
    chunk = p.chunk(at)
    before = p.chunk(at - 1)
    if chunk is None or not chunk.is_cue("like", "starts", "ends") or p.frame.subject is None:
        return None
    if before is not None and before.kind == "name" and p.table(at - 1) is None:
        return None
    column = p.concept(_TEXTS, p.frame.subject, p.texts)
    place = p.past(at + 1, "the", "a", "an", "word")
    following = p.chunk(place)
    if column is None or column.table.key != p.frame.subject.key or following is None or following.kind not in ("word", "quoted", "value"):
        return None
    return text_match(p, column, at, place, chunk.word, False)
