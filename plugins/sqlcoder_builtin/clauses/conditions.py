"""Conditions on columns: comparisons, ranges, text matches, missing values, stored values, flags."""

from __future__ import annotations

from sqlcoder_builtin.clauses.literals import Constant, constant, hit_for
from sqlcoder_builtin.clauses.deeds import is_deed
from sqlcoder_builtin.clauses.places import column_for
from sqlcoder_builtin.cue_words import COMPARATIVES
from sqlcoder_builtin.describe import describe_pred
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import (
    Any_,
    Col,
    Compare,
    Comparison,
    Expr,
    Like,
    Lit,
    Not,
    Null,
    OneOf,
    Pred,
    Query,
    Scalarq,
    Truth,
    Age,
    Agg,
    Item,
)
from sqlcoder_core.api import TableName

OPS: dict[str, Comparison] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "=", "ne": "!="}
_FLIPPED: dict[Comparison, Comparison] = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=", "!=": "!="}
_OPENERS = ("eq", "ne", "gt", "ge", "lt", "le", "between", "like", "starts", "ends", "null", "not null")


def add_condition(p: Parse, pred: Pred, start: int, end: int) -> int:
    """Take up a condition; what a clause before it said ("or", "not") is looked at here."""
    phrase = p.phrase(start, end)
    before = p.before(start)
    either = before is not None and before.is_cue("or") and bool(p.frame.conditions) and not before.text.lower().startswith("either")
    tables = tables_of((pred,))
    p.frame.conditions.append(Condition(pred, phrase, start, either, tables[0] if tables else None))
    p.frame.read(start, phrase, describe_pred(pred))
    p.take(start, end)
    p.zone = "where"
    return end


def comparison(p: Parse, at: int) -> int | None:
    """COLUMN is above 5, COLUMN between 1 and 3, COLUMN like 'x', COLUMN is missing."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name":
        return None
    operator_at = p.past(
        at + 1,
        "of",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "that",
        "be",
        "being",
        ",",
        "the",
        "value",
        "values",
        "number",
        "amount",
        "a",
        "an",
        "either",
        "with",
    )
    negated = p.is_cue(operator_at, "never")
    if negated:
        operator_at = p.past(operator_at + 1)
    if not p.is_cue(operator_at, *_OPENERS):
        return None
    if p.chunks[operator_at].word == "eq" and p.chunks[operator_at].text.lower() in ("is", "are", "was", "were"):
        following = p.past(operator_at + 1, "the", "a", "an", "either", "also", "any", "both")
        if p.is_cue(following, *_OPENERS) and not p.is_cue(following, "eq"):
            operator_at = following
        elif p.is_cue(following, "never"):
            negated, operator_at = True, (p.past(following + 1) if p.is_cue(p.past(following + 1), *_OPENERS) else operator_at)
    cue = p.chunks[operator_at].word
    if cue == "eq" and (said := p.chunk(p.past(operator_at + 1))) is not None and said.kind == "value" and is_deed(p, p.past(operator_at + 1)):
        return None
    if cue in ("null", "not null"):
        column = p.column(at)
        if column is None:
            return None
        return add_condition(p, Null(column, (cue == "not null") != negated), at, operator_at + 1)
    return _compared_name(p, at, operator_at, cue, negated)


def _compared_name(p: Parse, at: int, operator_at: int, cue: str, negated: bool) -> int | None:
    rhs_at = p.past(operator_at + 1, "the", "a", "an", "either", "than", "of", "to", "value", "word", "substring", "letter", "any", "equal")
    if cue == "between":
        column = p.column(at, p.numbers)
        return _between(p, column, at, rhs_at, negated) if column else None
    if cue in ("like", "starts", "ends"):
        column = p.column(at, p.texts)
        return text_match(p, column, at, rhs_at, cue, negated) if column else None
    named = _named_expression(p, at)
    if named is not None and cue in OPS and (bound := constant(p, rhs_at)) is not None and bound.number:
        return add_condition(p, Compare(OPS[cue], named, Lit(bound.value)), at, _past_unit(p, bound.end))
    average = _against_aggregate(p, at, rhs_at, cue)
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
    if hit is not None and hit.table and hit.column and hit.score >= 0.9 and hit.table.key == table.key:
        return None if p.frame.subject is None else equal(p, Col(hit.table, hit.column), at + 1, found, negated)
    from sqlcoder_builtin.clauses.heads import set_subject

    if p.zone == "select":
        set_subject(p, table, at)
    p.frame.mentioned.append((at, table))
    p.take(at, at + 1)
    return equal(p, Col(table, p.schema.display(table)[0]), at + 1, found, negated, people=p.schema.display(table))


def equal(p: Parse, column: Col, at: int, found: Constant, negated: bool, people: tuple[str, ...] = ()) -> int:
    """column = value, a list of values, or first and last name together."""
    if len(people) == 2 and isinstance(found.value, str) and len(found.value.split()) == 2 and not found.hits:
        first, last = found.value.split()
        parts = (Compare("=", Col(column.table, people[0]), Lit(first)), Compare("=", Col(column.table, people[1]), Lit(last)))
        from sqlcoder_builtin.tree import All_

        return add_condition(p, Not(All_(parts)) if negated else All_(parts), at, found.end)
    values, end = value_list(p, column, found)
    pred: Pred = OneOf(column, tuple(values), negated) if len(values) > 1 else _same(p, column, values[0], negated)
    return add_condition(p, pred, at, end)


def _same(p: Parse, column: Col, value: object, negated: bool) -> Pred:
    assert isinstance(value, (str, int, float, bool))
    inside = _held_inside(p, column, value)
    if inside is not None:
        return Like(column, inside, negated)
    return Compare("!=" if negated else "=", column, Lit(_typed(p, column, value)))


def _held_inside(p: Parse, column: Col, value: object) -> str | None:
    """An address holds a city; a sampled value that is none of the stored ones but stands inside them is looked for inside."""
    from sqlcoder_core.api import name_words

    found = p.schema.column(column.table, column.column)
    if not isinstance(value, str) or found.kind not in ("text", "other"):
        return None
    stored = [text for text in found.values if isinstance(text, str)]
    if value in stored:
        return None
    if any(value.lower() in text.lower() for text in stored):
        return f"%{value}%"
    address = {"address", "addr"} & set(name_words(column.column))
    return f"%{value}%" if address and not any(mark.isdigit() for mark in value) else None


def _typed(p: Parse, column: Col, value: str | int | float | bool) -> str | int | float | bool:
    """The constant as the column's type: numbers for text columns as text."""
    kind = p.schema.column(column.table, column.column).kind
    if kind == "text" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def value_list(p: Parse, column: Col, first: Constant) -> tuple[list[object], int]:
    """The values of "A, B or C" as they are stored in the column."""
    values: list[object] = [stored(p, column, first)]
    end = first.end
    while True:
        place = end
        joined = False
        while (chunk := p.chunk(place)) is not None and (
            chunk.is_cue("or", "and") or (chunk.kind == "stop" and chunk.word in (",", "the", "in", "either"))
        ):
            joined = True
            place += 1
        following = constant(p, place) if joined else None
        if following is None or (following.number and not first.number) or not _fits(p, column, following):
            return values, end
        if p.chunk(following.end) is not None and following.number and p.is_cue(place - 1, "gt", "lt"):
            return values, end
        values.append(stored(p, column, following))
        end = following.end


def _fits(p: Parse, column: Col, found: Constant) -> bool:
    if found.hits:
        return hit_for(p, found.hits, found.end - 1, column) is not None
    return True


def stored(p: Parse, column: Col, found: Constant) -> object:
    """The constant as it is stored in the column, else as it was said."""
    hit = hit_for(p, found.hits, found.end - 1, column)
    if hit is not None and hit.value is not None:
        return hit.value
    if found.hits and not found.quoted and not found.number:
        return p.phrase(found.end - 1, found.end) if isinstance(found.value, str) else found.value
    if isinstance(found.value, str):
        for value in p.schema.column(column.table, column.column).values:
            if isinstance(value, str) and value.lower() == found.value.lower():
                return value
    return found.value


def _number(p: Parse, column: Col, at: int, cue: str, found: Constant, negated: bool) -> int:
    op = OPS[cue]
    end = _past_unit(p, found.end)
    pred: Pred
    if found.number and op in ("=", "!="):
        values, end_values = value_list(p, column, found)
        if len(values) > 1:
            return add_condition(p, OneOf(column, tuple(values), op == "!=" or negated), at, end_values)  # type: ignore[arg-type]
        op, end = _open_ended(p, found.end, op)
    value = stored(p, column, found)
    assert isinstance(value, (str, int, float, bool))
    pred = Compare(op, column, Lit(_typed(p, column, value) if op in ("=", "!=") else value))
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
    "dollar dollars usd euro euros eur year years old percent % units unit kg km miles mile meters metres meter minutes minute hours hour seconds second pounds pound stars star points point days day feet cm lbs people square".split()
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


def _against_aggregate(p: Parse, at: int, rhs_at: int, cue: str) -> int | None:
    """ "salary above the average (salary of all employees)", "price is the lowest"."""
    if not p.is_cue(rhs_at, "avg", "median", "high", "low") or cue not in ("gt", "ge", "lt", "le", "eq", "ne"):
        return None
    column = p.column(at, p.numbers)
    if column is None:
        return None
    from sqlcoder_builtin.clauses.measures import AGGREGATES

    function = AGGREGATES[p.chunks[rhs_at].word]
    end = rhs_at + 1
    inner = p.column(p.past(end))
    if inner is not None and (inner == column or p.schema.column(inner.table, inner.column).kind in ("integer", "number")):
        end = p.past(end) + 1
    else:
        inner = column
    same, end = _same_as(p, _past_of_all(p, end), inner.table)
    query = Query(inner.table, (Item(Agg(function, inner.table, inner)),))
    return add_condition(p, Compare(OPS[cue], column, Scalarq(query, same)), at, end)


def _past_of_all(p: Parse, at: int) -> int:
    """ "of all employees" behind an average."""
    place = p.past(at, "of", "for", "across", "among")
    if place > at or p.is_cue(place, "all", "per"):
        if p.is_cue(place, "all"):
            place = p.past(place + 1, "the", "of")
            if p.table(place) is not None:
                return place + 1
    return at


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
        or cue not in ("gt", "ge", "lt", "le", "ne")
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
    if chunk is not None and chunk.kind == "name" and (behind := p.chunk(p.past(number_at + 1, "of", "is"))) is not None and behind.kind == "number" and cue != "between":
        column, bound = p.column(number_at, p.numbers), constant(p, p.past(number_at + 1, "of", "is"))
        if column is not None and bound is not None and p.numbers(column.table, p.schema.column(column.table, column.column)):
            return add_condition(p, Compare(OPS[cue], column, Lit(bound.value)), at, _past_unit(p, bound.end))
    if cue != "between" and p.is_cue(number_at, "avg"):
        return _above_average(p, at, number_at, cue)
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
    pred = Compare(OPS[cue], column, Lit(found.value))
    return add_condition(p, pred, start, max(end, _past_unit(p, found.end)))


def _above_average(p: Parse, at: int, average_at: int, cue: str) -> int | None:
    """ "customers who spent more than average", "products above the average price"."""
    place = p.past(average_at + 1)
    column = p.column(place, p.measures)
    end = place + 1 if column else average_at + 1
    if column is None and p.frame.outputs:
        column = next(
            (
                output.expr
                for output in reversed(p.frame.outputs)
                if isinstance(output.expr, Col) and p.measures(output.expr.table, p.schema.column(output.expr.table, output.expr.column))
            ),
            None,
        )
    if column is None:
        return None
    same, end = _same_as(p, _past_of_all(p, end), column.table)
    query = Query(column.table, (Item(Agg("avg", column.table, column)),))
    return add_condition(p, Compare(OPS[cue], column, Scalarq(query, same)), at, end)


def _same_as(p: Parse, at: int, table: TableName) -> tuple[tuple[Col, ...], int]:
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


def _meant_number(p: Parse, at: int, end: int) -> tuple[Col | None, int, int]:
    """The column after the number ("more than 5 points"), else of the unit ("20 years old"), else the one spoken of before."""
    after = p.past(end, "of", "in", "the", "for")
    chunk = p.chunk(after)
    if chunk is not None and chunk.kind == "name" and p.table(after) is None:
        column = p.column(after, p.numbers)
        if column is not None and p.numbers(column.table, p.schema.column(column.table, column.column)):
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
    return column_for(p, "amount", near), at, end


def comparative(p: Parse, at: int) -> int | None:
    """ "older than 30", "more expensive than 50 dollars"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "comparative":
        return None
    concepts, cue = COMPARATIVES[chunk.text.lower()]
    near = p.near_table(at) or p.subject()
    column = p.concept(concepts, near, p.numbers) if near else None
    rhs_at = p.past(at + 1)
    if column is None:
        return _older(p, near, at, rhs_at, cue) if near and "age" in concepts else None
    if p.is_cue(rhs_at, "avg", "median", "high", "low"):
        query = Query(column.table, (Item(Agg("avg", column.table, column)),))
        after = p.past(rhs_at + 1)
        end = after + 1 if p.column(after) and p.table(after) is None else rhs_at + 1
        same, end = _same_as(p, _past_of_all(p, end), column.table)
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


def missing(p: Parse, at: int) -> int | None:
    """ "missing email", "without a phone number": the column is null."""
    if p.is_cue(at, "null", "not null", "without"):
        place = p.past(at + 1)
        column = p.column(place)
        if column is None or p.table(place) is not None:
            return None
        if p.is_cue(at, "without") and column.column in p.schema.key(column.table):
            return None
        flag = p.schema.column(column.table, column.column)
        pred: Pred = Truth(column, False) if flag.kind == "boolean" else Null(column, p.is_cue(at, "not null"))
        return add_condition(p, pred, at, place + 1)
    return None


def flag(p: Parse, at: int) -> int | None:
    """A column that is true or false, said as an adjective: "active customers", "is refunded", "not verified"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name" or p.table(at) is not None:
        return None
    column = p.column(at, lambda table, column: is_flag(column.kind, column.values))
    if column is None or chunk.score("column") < 0.6:
        return None
    found = p.schema.column(column.table, column.column)
    if not is_flag(found.kind, found.values):
        return None
    before = p.before(at)
    if (
        before is not None
        and (before.is_cue("show", "and") and not p.table(p.past(at + 1)))
        and before.text.lower() not in ("are", "is", "which are")
    ):
        return None
    negated = before is not None and before.is_cue("never", "ne", "without")
    return add_condition(p, Truth(column, not negated), at, at + 1)


def is_flag(kind: str, values: tuple[object, ...]) -> bool:
    """True for booleans and for two values like Y and N."""
    if kind == "boolean":
        return True
    texts = {str(value).lower() for value in values}
    return 0 < len(texts) <= 2 and texts <= {"y", "n", "yes", "no", "true", "false", "t", "f", "0", "1"}


def aggregate_of(expr: Expr) -> bool:
    """True for an aggregate."""
    return isinstance(expr, Agg)


def happened(p: Parse, at: int) -> int | None:
    """ "have been delivered", "are discontinued", "not yet shipped": a date of that deed is there, or is missing."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("name", "verb") or not chunk.text.lower().endswith(("ed", "en", "id", "left")) or chunk.score("table") >= 0.95:
        return None
    column = p.column(at, p.dated)
    if column is None or not p.dated(column.table, p.schema.column(column.table, column.column)):
        return None
    following = p.chunk(p.past(at + 1))
    if following is not None and (following.kind in ("date", "unit") or following.is_cue("per", "by")):
        return None
    before = p.chunk(at - 1)
    linking = before is not None and (before.text.lower().split()[-1] in ("is", "are", "was", "were", "been", "be", "being", "yet", "not", "never", "never"))
    linking = linking or (chunk.text.lower() == "left" and before is not None and before.is_cue("that"))
    adjective = p.table(at + 1) is not None and p.table(at + 1) == column.table
    if not linking and not adjective:
        return None
    earlier = p.before(at)
    negated = earlier is not None and earlier.is_cue("never", "ne", "without")
    if negated and earlier is not None:
        earlier.used = True
    return add_condition(p, Null(column, not negated), at, at + 1)


def known(p: Parse, at: int) -> int | None:
    """ "customers who have an email", "with a phone number": the column has a value."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("with") or p.frame.subject is None:
        return None
    text = chunk.text.lower()
    place = p.past(at + 1, "a", "an", "any")
    article = place > at + 1 or text.endswith((" a", " an"))
    if not article and text.split()[-1] not in ("have", "has", "having"):
        return None
    column = p.column(place)
    if column is None or p.table(place) is not None or column.table.key != p.frame.subject.key or column.column in p.schema.key(column.table):
        return None
    ending = p.chunk(place + 1)
    if ending is not None and not (ending.word in (".", "?", ",") or ending.is_cue("and", "but", "per", "by", "sort", "ever")):
        return None
    found = p.schema.column(column.table, column.column)
    pred: Pred = Truth(column, True) if is_flag(found.kind, found.values) else Null(column, True)
    return add_condition(p, pred, at, place + 1)
