"""How many rows of an order: "top 5 customers by revenue", "the 3 most expensive", "bottom two"; what they are ranked by."""

from __future__ import annotations

from sqlcoder_builtin.clauses.measured import Measured
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.cue_words import RATE_WORDS
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import TableName, name_words, singular


def top(p: Parse, at: int) -> int | None:
    """ "top 5 customers by revenue", "the 3 most expensive products", "first 10 orders", "bottom two"."""
    chunk = p.chunk(at)
    if chunk is None:
        return None
    if (
        chunk.is_cue("high", "low", "best", "worst", "first", "last")
        and (number := p.chunk(at + 1)) is not None
        and number.kind == "number"
        and number.number
    ):
        told = isinstance(number.number.value, int) and number.number.value <= 10_000 and not number.number.percent
        if not told or p.is_cue(at - 1, "gt", "lt", "ge", "le"):
            return None
        p.frame.limit = int(number.number.value)
        p.frame.top = True
        p.frame.read(at, p.phrase(at, at + 2), f"the first {p.frame.limit}")
        following = p.chunk(at + 2)
        if following is not None and (following.kind == "superlative" or following.is_cue("high", "low", "common", "rare")):
            p.take(at, at + 2)
            return at + 2
        _open_sort(p, at, descending=chunk.word in ("high", "best", "last"), dated=chunk.word in ("first", "last"))
        p.take(at, at + 2)
        return at + 2
    if chunk.kind == "number" and chunk.number and (following := p.chunk(p.past(at + 1))) is not None:
        if (
            isinstance(chunk.number.value, int)
            and not chunk.number.percent
            and (following.kind == "superlative" or following.is_cue("high", "low", "common", "rare", "first", "last", "best", "worst"))
        ):
            p.frame.limit, p.frame.top = int(chunk.number.value), True
            p.take(at, at + 1)
            return at + 1
        if _plain_limit(p, at):
            p.frame.limit, p.frame.top = int(chunk.number.value), True
            p.take(at, at + 1)
            return at + 1
    return None


def _plain_limit(p: Parse, at: int) -> bool:
    """ "which 3 wineries ...": a number before a table in the head."""
    before, number = p.before(at), p.chunks[at].number
    whole = number is not None and isinstance(number.value, int) and 0 < number.value <= 1000 and not number.percent
    if whole and p.zone == "select" and before is not None and before.is_cue("show") and _values_ranked(p, at):
        return True
    if whole and p.zone == "select" and p.table(p.past(at + 1)) is not None and any(_ranks(p, place) for place in range(at, len(p.chunks))):
        # "the names of the three artists who have the most songs".
        return not p.is_cue(at - 1, "gt", "ge", "lt", "le", "eq", "with")
    return whole and p.zone == "select" and before is not None and before.is_cue("show") and p.table(p.past(at + 1)) is not None


def _values_ranked(p: Parse, at: int) -> bool:
    """ "which 3 studios ...", where a studio is a column's value, and the highest of something is asked for."""
    place = p.past(at + 1)
    column = p.column(place, floor=0.85) if p.table(place) is None else None
    if column is None or singular(p.chunks[place].text.lower()) == p.chunks[place].text.lower():
        return False
    return p.texts(column.table, p.schema.of(column)) and any(_ranks(p, ahead) for ahead in range(place, len(p.chunks)))


def _ranks(p: Parse, at: int) -> bool:
    return p.chunks[at].kind == "superlative" or p.is_cue(at, "high", "low", "common", "rare")


def _open_sort(p: Parse, at: int, *, descending: bool, dated: bool) -> None:
    """An order whose measure comes later ("by revenue"), or a date ("last 5 orders")."""
    p.frame.sorts.append(Sort(descending, p.chunks[at].text, at, None, superlative=True, table=None if not dated else _first_table(p, at)))


def _first_table(p: Parse, at: int) -> TableName | None:
    return next((table for place, table in p.tables_said if place > at), None)


_ADDITIVE = frozenset(
    "amount total quantity revenue sale cost payment hour unit count fee paid spent value refund expense profit minute".split()
)


def _adds_up(expr: Expr) -> bool:
    """Amounts add up; prices, scores and ages do not."""
    return not isinstance(expr, Col) or (bool(_ADDITIVE & set(name_words(expr.column))) and not RATE_WORDS & set(name_words(expr.column)))


def by_measure(p: Parse, at: int) -> int | None:
    """ "... by revenue", "based on sales", "in terms of amount" behind "top N"."""
    waiting = next((sort for sort in p.frame.sorts if sort.superlative and sort.expr is None), None)
    if waiting is None or (not p.is_cue(at, "by", "per", "sort", "with", "that") and not _in_terms(p, at)):
        return None
    place = p.past(at + 1, "the", "their", "its", "of", "terms", "in", "have", "has", "largest")
    while p.is_cue(place, "with", "that"):
        place = p.past(place + 1)
    values = _values_shown(p)
    entry = measured(p, place, values)
    if entry is None or (p.is_cue(at, "per") and p.chunks[at].text.lower() not in ("based on", "according to")):
        return None
    if p.is_cue(at, "with", "that") and not p.is_cue(place, "high", "low", "best", "worst"):
        return None
    if p.is_cue(place, "high", "low"):
        waiting.descending = p.chunks[place].word == "high"
        inner = measured(p, place + 1)
        entry = inner or entry
    waiting.expr = summed(p, entry)
    if values is not None and isinstance(waiting.expr, Col):
        waiting.expr = Agg("avg" if RATE_WORDS & set(name_words(waiting.expr.column)) else "sum", waiting.expr.table, waiting.expr)
    p.frame.shown_sort = waiting.expr
    p.frame.read(waiting.at, p.phrase(at, entry.end), f"ranked by {describe(waiting.expr)}")
    p.take(at, entry.end)
    return entry.end


def _values_shown(p: Parse) -> TableName | None:
    """The table of "the bottom three categories", where a category is a column's value: figures of it are added up."""
    shown = [output.expr for output in p.frame.outputs]
    if p.frame.subject is not None or len(shown) != 1 or not isinstance(shown[0], Col):
        return None
    column = shown[0]
    own = {*p.schema.display(column.table), *p.schema.key(column.table)}
    return column.table if column.column not in own and p.schema.of(column).kind == "text" else None


def _in_terms(p: Parse, at: int) -> bool:
    chunk = p.chunk(at)
    return (
        chunk is not None
        and chunk.text.lower() == "in"
        and (following := p.chunk(at + 1)) is not None
        and following.text.lower() == "terms"
    )


def summed(p: Parse, entry: Measured) -> Expr:
    """A number column of another table than the subject's is added up per subject."""
    subject = p.subject()
    if entry.aggregated or (not isinstance(entry.expr, (Col,)) and subject is None):
        return entry.expr
    if entry.money and (subject is None or entry.table.key != subject.key):
        return Agg("sum", entry.table, entry.expr)
    if subject is not None and entry.table.key != subject.key and not p.schema.to_one(subject, entry.table):
        return Agg("sum" if _adds_up(entry.expr) else "max", entry.table, entry.expr)
    return entry.expr
