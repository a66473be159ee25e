"""Orders and how many rows: "sorted by", "top 5", "the most expensive", "with the fewest orders"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.heads import add_output, set_subject
from sqlcoder_builtin.clauses.measured import Measured
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.said_keys import Key, said_key
from sqlcoder_builtin.cue_words import RATE_WORDS
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import TableName, name_words, singular


def sort(p: Parse, at: int) -> int | None:
    """ "sorted by name descending", "ordered by their age and name"."""
    if not p.is_cue(at, "sort"):
        return None
    end = at + 1
    if (
        p.chunks[at].text.lower() == "ordered by"
        and p.frame.subject is not None
        and p.table(p.past(end)) is not None
        and p.frame.subject != p.table(p.past(end))
    ):
        p.zone = "where"
        p.take(at, end)
        return end
    direction, end = _direction(p, end)
    found_any = False
    place = p.past(end, "the", "by", "in", "their", "of", "its", "to", "results", "them", "from", "on", "a", "it", "descending", "both")
    if p.is_cue(place, "by"):
        place = p.past(place + 1)
    while (key := _key(p, place)) is not None:
        this, end = _direction(p, key.end)
        p.frame.sorts.append(
            Sort(_first(p, at, key, this if this is not None else direction), p.phrase(at, end), at, key.expr, by_time=key.by_time)
        )
        p.frame.read(at, p.phrase(at, end), f"{_sorted(key)}{', highest first' if p.frame.sorts[-1].descending else ''}")
        found_any = True
        following = end
        while (chunk := p.chunk(following)) is not None and (
            chunk.is_cue("and") or (chunk.kind == "stop" and chunk.word in (",", "then", "by"))
        ):
            following += 1
        if following == end:
            break
        place = p.past(following, "by", "the", "then")
    if not found_any:
        later, end = _direction(p, place)
        direction = later if later is not None else direction
        if direction is None:
            return None
        p.frame.sorts.append(Sort(direction, p.phrase(at, end), at))
    p.take(at, end)
    return end


def _first(p: Parse, at: int, key: Key, said: bool | None) -> bool:
    """Whether the highest comes first: as said; of what is ranked, the best."""
    number = key.expr is not None and (not isinstance(key.expr, Col) or p.is_measure(key.expr))
    return said if said is not None else number and "rank" in p.chunks[at].text.lower()


def _key(p: Parse, at: int) -> Key | None:
    """What is sorted by from a place on: something shown, else a measure."""
    if (known := said_key(p, at)) is not None:
        return known
    entry = measured(p, at)
    return Key(entry.end, _sorted_by(p, entry)) if entry is not None else None


def _sorted(key: Key) -> str:
    return f"sorted by {describe(key.expr)}" if key.expr is not None else "sorted by time"


def _sorted_by(p: Parse, entry: Measured) -> Expr:
    """A table as a sort key means its rows' names, unless rows are counted."""
    if entry.counted and isinstance(entry.expr, Agg) and entry.expr.arg is None and not p.is_cue(entry.end - 2, "count"):
        outputs = [output.expr for output in p.frame.outputs if is_aggregate(output.expr)]
        if entry.expr in outputs:
            return entry.expr
        return Col(entry.table, p.schema.display(entry.table)[0])
    return entry.expr


def _direction(p: Parse, at: int) -> tuple[bool | None, int]:
    """Descending or not, when said here."""
    place = p.past(at, "in", "by", "the", "from", ",", "and", "of", "order")
    if p.is_cue(place, "desc", "asc"):
        return p.chunks[place].word == "desc", place + 1
    return None, at


def direction(p: Parse, at: int) -> int | None:
    """ "in descending order of age", "alphabetically", "from highest to lowest"."""
    if not p.is_cue(at, "desc", "asc"):
        return None
    chunk = p.chunks[at]
    place = p.past(at + 1, "of", "by", "the", "their", "its", "on", "to", "according", "time", "they")
    if p.is_cue(place, "by", "per"):
        place = p.past(place + 1)
    alphabetical = "alphabet" in chunk.text.lower() or "lexic" in chunk.text.lower()
    key = _key(p, place) if place > at + 1 or chunk.text.lower().endswith(" of") else None
    if key is not None and key.by_time:
        p.frame.sorts.append(Sort(chunk.word == "desc", p.phrase(at, key.end), at, by_time=True))
        p.take(at, key.end)
        return key.end
    expr = key.expr if key is not None else None
    ranked = bool(p.frame.sorts) and p.frame.sorts[-1].superlative and not p.frame.top
    if ranked and expr is None and p.frame.sorts[-1].expr is not None and any(group.each for group in p.frame.groups):
        # "for each city the oldest, ordered from oldest to youngest": the same once more, for what is shown.
        expr = p.frame.sorts[-1].expr
        flipped = _by_age(p, expr, chunk.text)
        p.frame.sorts.append(Sort((chunk.word == "desc") != flipped, chunk.text, at, expr))
        p.take(at, at + 1)
        return at + 1
    if expr is None and not alphabetical and p.frame.sorts and p.frame.sorts[-1].expr is not None:
        p.frame.sorts[-1].descending = (chunk.word == "desc") != _by_age(p, p.frame.sorts[-1].expr, chunk.text)
        p.take(at, at + 1)
        return at + 1
    end = key.end if key is not None else at + 1
    p.frame.sorts.append(Sort(chunk.word == "desc", p.phrase(at, end), at, expr))
    p.frame.read(
        at, p.phrase(at, end), f"sorted{f' by {describe(expr)}' if expr else ''}{', highest first' if chunk.word == 'desc' else ''}"
    )
    p.take(at, end)
    return end


def _by_age(p: Parse, expr: Expr | None, said: str) -> bool:
    """ "from oldest to youngest" by a date of birth: the earliest date comes first."""
    return isinstance(expr, Col) and p.is_dated(expr) and bool({"oldest", "youngest"} & set(said.lower().split()))


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
    entry = measured(p, place)
    if entry is None or (p.is_cue(at, "per") and p.chunks[at].text.lower() not in ("based on", "according to")):
        return None
    if p.is_cue(at, "with", "that") and not p.is_cue(place, "high", "low", "best", "worst"):
        return None
    if p.is_cue(place, "high", "low"):
        waiting.descending = p.chunks[place].word == "high"
        inner = measured(p, place + 1)
        entry = inner or entry
    waiting.expr = summed(p, entry)
    p.frame.shown_sort = waiting.expr
    p.frame.read(waiting.at, p.phrase(at, entry.end), f"ranked by {describe(waiting.expr)}")
    p.take(at, entry.end)
    return entry.end


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


def edge(p: Parse, at: int) -> int | None:
    """ "the first order", "latest invoice", "most recent payment": by date, one row."""
    if not p.is_cue(at, "first", "last"):
        return None
    other = p.past(at + 2, "the")
    if p.is_cue(at + 1, "and") and p.is_cue(other, "first", "last") and p.chunks[at].word != p.chunks[other].word:
        return _both_edges(p, at, other)
    table = p.table(p.past(at + 1))
    column = p.column(p.past(at + 1), p.dated)
    if (opened := _done_latest(p, at)) is not None:
        return opened
    if table is None and column is not None and _picks_row(p, at):
        return _by_date(p, at, column)
    if table is None and column is not None and (p.is_dated(column) or "year" in name_words(column.column)) and p.zone == "select":
        end = p.past(at + 1) + 1
        end += p.chunk(end) is not None and p.chunks[end].text.lower() in ("date", "dates")
        add_output(p, Agg("min" if p.chunks[at].word == "first" else "max", column.table, column), at, end)
        return end
    if table is None and (p.chunk(p.past(at + 1)) is None or p.chunks[p.past(at + 1)].kind not in ("name", "number", "unit")):
        return _trailing_edge(p, at)
    dates = p.schema.dates(table) if table is not None else ()
    if not dates or table is None:
        return None
    named = p.chunk(p.past(at + 1) + 1)
    if named is not None and named.kind == "unit" and named.word == "date" and p.zone == "select":
        end = p.past(at + 1) + 2
        add_output(p, Agg("min" if p.chunks[at].word == "first" else "max", table, Col(table, dates[0])), at, end)
        return end
    if p.chunks[0].text.lower().startswith("when"):
        end = p.past(at + 1) + 1
        set_subject(p, table, end - 1)
        add_output(p, Agg("min" if p.chunks[at].word == "first" else "max", table, Col(table, dates[0])), at, end)
        return end
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.chunks[at].text, at, Col(table, dates[0]), superlative=True, table=table))
    p.frame.read(at, p.chunks[at].text, f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {table.name}.{dates[0]}")
    p.take(at, at + 1)
    return at + 1


def _done_latest(p: Parse, at: int) -> int | None:
    """ "the most recently opened track": the column of that deed, before the table whose row is meant."""
    table, column = p.table(at + 2), p.column(at + 1)
    if table is None or column is None or column.table.key != table.key or not p.chunks[at + 1].text.lower().endswith(("ed", "ilt", "ade")):
        return None
    p.take(at, at + 2)
    set_subject(p, table, at + 2)
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.phrase(at, at + 2), at, column, superlative=True, table=table))
    p.frame.read(at, p.phrase(at, at + 2), f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {describe(column)}")
    return at + 2


def _picks_row(p: Parse, at: int) -> bool:
    """ "the appointment with the most recent start date": which one, not what the date is."""
    before = p.before(at)
    return before is not None and before.is_cue("with", "that", "whose") and (p.frame.subject is not None or bool(p.frame.outputs))


def _by_date(p: Parse, at: int, column: Col) -> int:
    end = p.past(at + 1) + 1
    if (unit := p.chunk(end)) is not None and unit.kind == "unit":
        end += 1
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.phrase(at, end), at, column, superlative=True))
    p.frame.read(at, p.phrase(at, end), f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {describe(column)}")
    p.take(at, end)
    p.zone = "where"
    return end


def _trailing_edge(p: Parse, at: int) -> int | None:
    """ "which was founded the earliest", "left office the latest": by the date named just before."""
    place = at - 1
    while place > 0 and p.chunks[place].kind in ("stop", "verb"):
        place -= 1
    column = p.column(place) if p.table(place) is None else None
    subject = p.frame.subject
    if column is None and subject is not None and p.chunks[at].text.lower().endswith("recently") and (dates := p.schema.dates(subject)):
        column, place = Col(subject, dates[0]), at
    if column is None:
        return None
    found = p.schema.of(column)
    named = {*p.schema.display(column.table), *p.schema.key(column.table)}
    if not (p.dated(column.table, found) or found.kind in ("integer", "number") or (found.kind == "text" and found.name not in named)):
        return None
    p.frame.outputs = [output for output in p.frame.outputs if output.at != place]
    set_subject(p, column.table, place)
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.phrase(place, at + 1), at, column, superlative=True))
    p.frame.read(at, p.phrase(place, at + 1), f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {describe(column)}")
    p.take(place, at + 1)
    return at + 1


def _both_edges(p: Parse, at: int, other: int) -> int | None:
    """ "the first and last order dates", "the first and the last order"."""
    place = p.past(other + 1)
    column = p.column(place, p.dated)
    table = p.table(place)
    if column is None or not p.is_dated(column):
        dates = p.schema.dates(table) if table is not None else ()
        column = Col(table, dates[0]) if table is not None and dates else None
    if column is None:
        return None
    for index in (at, other):
        add_output(p, Agg("min" if p.chunks[index].word == "first" else "max", column.table, column), index, place + 1)
    return place + 1
