"""Conditions on columns that are named: comparisons, ranges, text matches, missing values."""

from __future__ import annotations

from sqlcoder_builtin.clauses.averages import against_aggregate
from sqlcoder_builtin.clauses.column_bounds import column_with_column
from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.deeds import is_deed
from sqlcoder_builtin.clauses.equalities import equal, stored, typed, value_list
from sqlcoder_builtin.clauses.heads import add_output, set_subject
from sqlcoder_builtin.clauses.literals import Constant, constant, hit_for
from sqlcoder_builtin.clauses.plain_measures import plain
from sqlcoder_builtin.clauses.ranges import between, open_ended, past_unit
from sqlcoder_builtin.clauses.text_matches import text_match
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Expr, Lit, Not, Null, OneOf, Pred, Raw

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
    if _asked(p, at):
        return _shown_and_compared(p, at, operator_at, cue, negated=negated)
    return _compared_name(p, at, operator_at, cue, negated)


def _asked(p: Parse, at: int) -> bool:
    """ "Which code includes ...", "what cities start with ...": the column is what is asked for as well."""
    before, opening = p.before(at), p.chunks[0]
    place = p.chunks.index(before) if before is not None else -1
    if place > 0 and p.is_cue(place, "distinct"):
        place -= 1
    return (
        place == 0
        and opening.is_cue("show")
        and opening.text.lower() in ("which", "what")
        and p.frame.subject is None
        and not p.frame.outputs
        and p.table(at) is None
    )


def _shown_and_compared(p: Parse, at: int, operator_at: int, cue: str, *, negated: bool) -> int | None:
    end = _compared_name(p, at, operator_at, cue, negated)
    column = p.column(at) if end is not None else None
    if column is not None:
        add_output(p, column, at, at + 1)
        p.zone = "where"
    return end


def _operator(p: Parse, at: int) -> tuple[int | None, bool]:
    """Where the comparison behind a name stands, and whether it is negated: "is not above", "are between"."""
    place = p.past(at + 1, *_BETWEEN_NAME_AND_OPERATOR)
    if p.is_cue(place, "that", "with") and p.is_cue(place + 1, "like", "starts", "ends") and _text_follows(p, at, place + 2):
        # "document names which contain ...", "names with the letter ...".
        place += 1
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


def _text_follows(p: Parse, at: int, place: int) -> bool:
    """A text stands there, and the name before is a column's rather than a table's."""
    following = p.chunk(p.past(place))
    return not _only_table(p, at) and p.chunks[at].score("column") >= 0.6 and following is not None and following.kind != "cue"


def _compared_name(p: Parse, at: int, operator_at: int, cue: str, negated: bool) -> int | None:
    rhs_at = p.past(operator_at + 1, "the", "a", "an", "either", "than", "of", "to", "value", "word", "substring", "letter", "any", "equal")
    if cue == "between":
        column = p.column(at, p.numbers, floor=0.6) if not _only_table(p, at) else None
        return between(p, column, at, rhs_at, negated) if column else None
    if cue in ("like", "starts", "ends"):
        letter = p.chunk(operator_at + 1)
        rhs_at = operator_at + 1 if letter is not None and letter.text in ("A", "I") else rhs_at
        column = p.column(at, p.texts)
        return text_match(p, column, at, rhs_at, cue, negated) if column else None
    if (found_column := _part_of_column(p, at, rhs_at, cue)) is not None:
        return found_column
    named = _named_expression(p, at)
    if named is not None and cue in OPS and (bound := constant(p, rhs_at)) is not None and bound.number:
        return add_condition(p, Compare(OPS[cue], named, Lit(bound.value)), at, past_unit(p, bound.end))
    average = against_aggregate(p, at, rhs_at, cue) if not _only_table(p, at) else None
    if average is not None:
        return average
    found = constant(p, rhs_at, words=cue in ("eq", "ne"))
    if found is None:
        return column_with_column(p, at, rhs_at, cue) if not _only_table(p, at) else None
    if found.number and p.table(p.past(found.end)) is not None and not p.chunks[at].score("column") >= 0.9:
        # "built at least 3 bridges": they are counted.
        return None
    column = p.column(at, p.numbers if found.number else p.texts) if not _only_table(p, at) else None
    if column is None:
        return _named_row(p, at, found, negated or cue == "ne") if cue in ("eq", "ne") else None
    if found.number and cue not in ("eq", "ne") and p.schema.is_flagged(column):
        # "organic products under 3 euros": a flag is never compared.
        return None
    if found.number or cue not in ("eq", "ne"):
        return _number(p, column, at, cue, found, negated)
    return equal(p, column, at, found, negated or cue == "ne")


def _part_of_column(p: Parse, at: int, rhs_at: int, cue: str) -> int | None:
    """ "more than 5 percent of the budget", "less than half the list price": no constant."""
    chunk = p.chunk(rhs_at)
    said = chunk is not None and (chunk.kind in ("number", "word") or chunk.text.lower() == "half")
    return column_with_column(p, at, rhs_at, cue) if said and not _only_table(p, at) else None


def _named_expression(p: Parse, at: int) -> Expr | None:
    """A glossary term that is a value of each row: "margin"."""
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
    if p.zone == "select":
        set_subject(p, table, at)
    p.frame.mentioned.append((at, table))
    p.take(at, at + 1)
    return equal(p, Col(table, p.schema.display(table)[0]), at + 1, found, negated, people=p.schema.display(table))


def _number(p: Parse, column: Col, at: int, cue: str, found: Constant, negated: bool) -> int:
    op = OPS[cue]
    end = past_unit(p, found.end)
    pred: Pred
    if found.number and op in ("=", "!="):
        values, end_values = value_list(p, column, found)
        if len(values) > 1:
            return add_condition(p, OneOf(column, tuple(values), op == "!=" or negated), at, end_values)
        op, end = open_ended(p, found.end, op)
    value = stored(p, column, found)
    pred = Compare(op, column, Lit(typed(p, column, value) if op in ("=", "!=") else value))
    return add_condition(p, Not(pred) if negated else pred, at, max(end, found.end))
