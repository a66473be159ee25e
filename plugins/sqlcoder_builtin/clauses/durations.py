"""Time that something takes: "length of stay", "resolution time", "days between order and delivery", "time to first reply"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlcoder_builtin.deed_columns import dated_deed
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import beginning, dated_by, deed_nouns, going_on, whole_span
from sqlcoder_builtin.tree import Col, Either, Expr, Span, Today
from sqlcoder_core.api import TableName, name_words, singular, stem, table_words

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_TIMES = frozenset("time times duration durations length lag delay gap interval period turnaround".split())
_FILL = frozenset(
    """
    the a an of number amount in it takes took take taken taking needed required elapsed elapse passed pass passes did does do for we they
    customers each that is was being between from on to their its elapsing count
    """.split()
)
_ARTICLES = frozenset(
    "the a an their its his her each every our being be been were was is are had it they fully first actual to of".split()
)


@dataclass(frozen=True, slots=True)
class Duration:
    """`expr` (a `Span`) over rows of `table`, said by the chunks up to `end`; `guessed` tells dates that were not named."""

    expr: Expr
    table: TableName
    end: int
    guessed: bool


def duration(p: Parse, at: int) -> Duration | None:
    """The duration whose words begin at a chunk; None where none does, or where a number column is called so."""
    if _is_column(p, at):
        return None
    unit, place = _opening(p, at)
    if place > at:
        found = _between(p, place) or _until_deed(p, place)
        if found is not None:
            return _in_unit(p, found, unit)
    if (lasting := _tenure(p, at)) is not None:
        return lasting
    found = _length_of(p, at) or _time_of(p, at)
    return _in_unit(p, found, unit) if found is not None else None


def _is_column(p: Parse, at: int) -> bool:
    chunk = p.chunk(at)
    best = chunk.best("column") if chunk is not None and chunk.kind == "name" else None
    return (
        best is not None
        and best.score >= 0.85
        and best.table is not None
        and best.column is not None
        and p.schema.is_measure(best.table, p.schema.column(best.table, best.column))
    )


def _opening(p: Parse, at: int) -> tuple[str | None, int]:
    """ "number of days", "time in hours it takes": the unit said, and where the ends follow; `at` where nothing of it stands."""
    unit, place, timed = None, at, False
    while (chunk := p.chunk(place)) is not None:
        words = chunk.text.lower().split()
        own = next((singular(word) for word in words if singular(word) in UNITS), None)
        if chunk.kind == "date" or (chunk.kind == "name" and not own and words[0] not in _TIMES):
            break
        said = all(singular(word) in UNITS or word in _TIMES or word in _FILL for word in words)
        if not said and not chunk.is_cue("on average", "count", "day span", "time span", "how long"):
            break
        if not timed and chunk.kind == "stop" and not (own or _TIMES & set(words)) and words[0] not in ("the", "number", "amount", "of"):
            break
        timed = timed or own is not None or bool(_TIMES & set(words)) or "long" in words
        unit, place = unit or own, place + 1
    return (unit, place) if timed else (None, at)


def _between(p: Parse, at: int) -> Duration | None:
    """FROM and TO behind the opening: "between order and delivery", "from booking to check in"."""
    if not ({"between", "from"} & set(p.chunks[at - 1].text.lower().split()) or _said_before(p, at, ("between", "from"))):
        return None
    first, place = date_at(p, at)
    joint = p.chunk(place)
    if first is None or joint is None or not (joint.is_cue("and") or joint.text.lower() in ("to", "until", "till", "and")):
        return None
    second, end = date_at(p, place + 1)
    if second is None or second == first:
        return None
    table = first.table if p.schema.to_one(first.table, second.table) else second.table
    if not (p.schema.to_one(table, first.table) and p.schema.to_one(table, second.table)):
        return None
    return Duration(Span("day", first, second), table, end, guessed=False)


def _said_before(p: Parse, at: int, words: tuple[str, ...]) -> bool:
    return any(p.chunks[place].text.lower() in words for place in range(max(0, at - 3), at))


def date_at(p: Parse, at: int) -> tuple[Col | None, int]:
    """A date by its column, by a deed, or by the table whose date it is; and the place behind it."""
    place = _past(p, at)
    chunk = p.chunk(place)
    if chunk is None or chunk.kind in ("date", "number", "mark"):
        return None, at
    column = p.column(place, p.dated) if chunk.kind == "name" else None
    end = place + 1
    if column is None or not p.is_dated(column):
        column, end = deed_date_at(p, place)
    if column is None and (table := p.table(place, lenient=True)) is not None and (dates := p.schema.dates(table)):
        column, end = Col(table, dates[0]), place + 1
    while (tail := p.chunk(end)) is not None and tail.text.lower() in ("date", "time", "dates", "day"):
        end += 1
    return column, end


def _past(p: Parse, at: int) -> int:
    while (chunk := p.chunk(at)) is not None and chunk.text.lower() in _ARTICLES:
        at += 1
    return at


def deed_date_at(p: Parse, at: int) -> tuple[Col | None, int]:
    """The date of what the next words say is done: "first reply", "resolution", "pay"."""
    for end in (at + 2, at + 1):
        if end > len(p.chunks):
            continue
        found = dated_deed(p, p.phrase(at, end), whole=end == at + 2)
        if found is not None:
            return found, end
    return None, at


def tables_near(p: Parse, at: int) -> Iterator[TableName]:
    """Tables that are spoken of, then those nearest to them."""
    said = [table for _, table in p.tables_said]
    subject = p.subject()
    first = [*([p.frame.subject] if p.frame.subject else []), *said]
    yield from first
    others = [table.name for table in p.schema.tables.values() if table.name.key not in {name.key for name in first}]
    yield from sorted(others, key=lambda name: p.schema.distance(subject, name) if subject is not None else 0)


def _until_deed(p: Parse, at: int) -> Duration | None:
    """ "time to first reply", "days it takes to pay": from where the row begins to the deed."""
    if not _said_before(p, at, ("to", "until", "till")) and p.chunks[at - 1].text.lower().split()[-1] not in ("to", "until", "till"):
        return None
    end, place = date_at(p, at)
    start = beginning(p.schema, end) if end is not None else None
    if end is None or start is None:
        return None
    own = p.table(place)
    if own is None and p.chunk(place) is not None:
        behind = _past(p, place)
        own, place = (p.table(behind), behind + 1) if p.table(behind) == end.table else (None, place)
    elif own is not None and own == end.table:
        place += 1
    return Duration(Span("day", start, end), end.table, place, guessed=True)


def _length_of(p: Parse, at: int) -> Duration | None:
    """ "length of stay", "duration of each trip"."""
    words = p.chunks[at].text.lower().split() if p.chunk(at) is not None else []
    if not words or words[0] not in ("length", "duration"):
        return None
    if len(words) == 3 and words[1] == "of":
        return span_of(p, words[2], at, at + 1)
    following = p.chunk(at + 1)
    if len(words) > 1 or following is None or following.text.lower() != "of":
        return None
    place = _past(p, at + 2)
    table = p.table(place)
    pair = whole_span(p.schema, table) if table is not None else None
    if pair is not None and table is not None:
        return Duration(Span("day", *pair), table, place + 1, guessed=False)
    return span_of(p, p.phrase(place, place + 1), place, place + 1)


def _time_of(p: Parse, at: int) -> Duration | None:
    """ "resolution time", "first response time", "trip duration", "stay length"."""
    for width in (1, 2, 3):
        head = p.chunk(at + width - 1)
        if head is None:
            return None
        words = p.phrase(at, at + width).lower().split()
        if len(words) > 1 and words[-1] in _TIMES:
            return span_of(p, " ".join(words[:-1]), at, at + width)
        if head.kind in ("stop", "date", "number", "mark") or head.is_cue("and", "or", "per", "by"):
            return None
    return None


def span_of(p: Parse, noun: str, at: int, end: int) -> Duration | None:
    """From the beginning to the end of what a noun names: a deed's date, or the whole of a table's row."""
    key = " ".join(map(stem, noun.lower().split()))
    tables = list(tables_near(p, at))
    if key in _WHOLE or any(stem(table_words(table.name)[-1]) == key for table in tables):
        for table in sorted(tables, key=lambda table: stem(table_words(table.name)[-1]) != key):
            pair = whole_span(p.schema, table) if _fits(p, key, table) else None
            if pair is not None:
                return Duration(Span("day", *pair), table, end, guessed=False)
    last = dated_by(p.schema, deed_nouns().get(key, ()), tables)
    first = beginning(p.schema, last) if last is not None else None
    return Duration(Span("day", first, last), last.table, end, guessed=True) if first is not None and last is not None else None


_WHOLE = {
    stem("stay"): ("check", "admit", "admission", "arrival", "arrive", "start"), stem("trip"): ("start", "departure", "from", "depart"),
    stem("membership"): ("start", "join"), stem("session"): ("start", "begin"), stem("subscription"): ("start",), stem("event"): ("start",),
    stem("service"): ("start",), stem("contract"): ("start", "effective"), stem("rental"): ("start", "rental", "from"),
    stem("project"): ("start",), stem("employment"): ("hire", "hired", "join"), stem("visit"): ("start", "check", "admit", "admission"),
}  # fmt: skip
"""Things with a beginning and an end, and how the date of their beginning is called."""


def _fits(p: Parse, key: str, table: TableName) -> bool:
    if stem(table_words(table.name)[-1]) == key:
        return True
    words = {word for name in p.schema.dates(table) for word in name_words(name)}
    return bool(words & set(_WHOLE.get(key, ())))


def _in_unit(p: Parse, found: Duration, unit: str | None) -> Duration:
    """ "... in hours" behind it; else the unit said before; else days."""
    inside, behind = p.chunk(found.end), p.chunk(found.end + 1)
    end = found.end
    if inside is not None and behind is not None and inside.text.lower() == "in" and singular(behind.text.lower()) in UNITS:
        unit, end = singular(behind.text.lower()), end + 2
    assert isinstance(found.expr, Span)
    span = Span(unit or "day", found.expr.start, found.expr.end)  # type: ignore[arg-type]
    return Duration(span, found.table, end, found.guessed)


def until_now(p: Parse, word: str, unit: str) -> Span | None:
    """From the date on which it began to the one on which it ended, or to today where it goes on."""
    begun = dated_by(p.schema, going_on()[word], tables_near(p, 0))
    if begun is None:
        return None
    pair = whole_span(p.schema, begun.table)
    ended = pair[1] if pair is not None and pair[0] == begun else None
    return Span(unit, begun, Either(ended, Today()) if ended is not None else Today())  # type: ignore[arg-type]


def _tenure(p: Parse, at: int) -> Duration | None:
    """ "tenure", "years of service", "length of service", "age" of what is open: until today."""
    chunk = p.chunk(at)
    words = chunk.text.lower().split() if chunk is not None else []
    if not words or chunk is None or (chunk.kind == "name" and chunk.score("column") >= 0.85):
        return None
    head, of, thing = p.chunk(at), p.chunk(at + 1), p.chunk(at + 2)
    if words[-1] in ("tenure", "seniority"):
        word, end, unit = words[-1], at + 1, "year"
    elif (
        head is not None
        and of is not None
        and thing is not None
        and of.text.lower() == "of"
        and thing.text.lower() in ("service", "employment")
    ):
        word, end = "service", at + 3
        unit = singular(words[-1]) if singular(words[-1]) in UNITS else "year"
    else:
        return None
    expr = until_now(p, word, unit)
    if expr is None:
        return None
    assert isinstance(expr.start, Col)
    table = expr.start.table
    inside, behind = p.chunk(end), p.chunk(end + 1)
    if inside is not None and behind is not None and inside.text.lower() == "in" and singular(behind.text.lower()) in UNITS:
        expr, end = Span(singular(behind.text.lower()), expr.start, expr.end), end + 2  # type: ignore[arg-type]
    return Duration(expr, table, end, guessed=True)
