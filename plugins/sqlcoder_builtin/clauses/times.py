"""Dates as conditions, and time between two dates."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.clauses.measured import AGGREGATES
from sqlcoder_builtin.deed_columns import dated_deed
from sqlcoder_builtin.frame import DateCondition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr, Span
from sqlcoder_core.api import Period, name_words


def date(p: Parse, at: int) -> int | None:
    """A period; the date column named before it ("hired in 2020") is the one it is about."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "date" or chunk.date is None:
        return None
    column, start = _named_before(p, at)
    if column is None:
        column, start = _done_before(p, at)
    before = p.before(start)
    negated = before is not None and before.is_cue("ne", "never")
    p.frame.dates.append(
        DateCondition(chunk.date.period, chunk.text, at, column, negated, _ends(p, at), chunk.date.preposition, p.near_table(at))
    )
    p.take(start, at + 1)
    p.zone = "where" if p.zone == "where" or column else p.zone
    return at + 1


def _ends(p: Parse, at: int) -> tuple[Period, Period] | None:
    """Both ends of "between 2022 and 2023", each as a period of its own."""
    span = p.chunks[at].date
    return span.parts if span is not None else None


def _named_before(p: Parse, at: int) -> tuple[Col | None, int]:
    place = at - 1
    while (chunk := p.chunk(place)) is not None and (
        (chunk.kind == "stop" and chunk.word in ("is", "was", "are", "were", "the", "of", "in", "on", "been"))
        or chunk.is_cue("eq", "gt", "lt", "ge", "le")
    ):
        place -= 1
    chunk = p.chunk(place)
    if chunk is None or chunk.kind != "name":
        return None, at
    column = p.column(place, p.dated)
    if column is None:
        return None, at
    found = p.schema.of(column)
    dated = p.dated(column.table, found) or (found.kind == "integer" and "year" in name_words(found.name))
    if not dated or (p.table(place) is not None and chunk.score("table") > chunk.score("column")):
        return None, at
    p.frame.outputs = [output for output in p.frame.outputs if output.at != place]
    return column, place


def _done_before(p: Parse, at: int) -> tuple[Col | None, int]:
    """ "permits that expire in May", "cars entered after 6 pm": the date on which that is done."""
    place = at - 1
    while (chunk := p.chunk(place)) is not None and chunk.kind == "stop" and chunk.word in _BETWEEN:
        place -= 1
    chunk = p.chunk(place)
    if chunk is None or chunk.kind not in ("word", "verb", "name") or (chunk.used and chunk.kind == "name") or p.table(place) is not None:
        return None, at
    if chunk.kind == "name" and chunk.score("column") >= 0.9:
        return None, at
    column = dated_deed(p, chunk.text)
    return (column, place) if column is not None else (None, at)


_BETWEEN = frozenset("is was are were been being the on up out in again first already only".split())


def done_then(p: Parse, at: int) -> int | None:
    """ "licences running out in May", "fines that fall due this month": a deed of two words, and when."""
    chunk, particle = p.chunk(at), p.chunk(at + 1)
    if chunk is None or particle is None or chunk.kind not in ("word", "verb", "name", "value") or particle.text.lower() not in _PARTICLES:
        return None
    date = p.chunk(p.past(at + 2))
    column = dated_deed(p, p.phrase(at, at + 2), whole=True) if date is not None and date.kind == "date" else None
    if column is None or date is None or date.date is None:
        return None
    place = p.past(at + 2)
    p.frame.dates.append(
        DateCondition(date.date.period, p.phrase(at, place + 1), at, column, False, _ends(p, place), date.date.preposition)
    )
    p.take(at, place + 1)
    p.zone = "where"
    return place + 1


_PARTICLES = frozenset("out up off in back on down due away over".split())


def span(p: Parse, at: int) -> int | None:
    """ "days between order and shipment", "how long from X to Y": a number to show, to average or to compare."""
    chunk = p.chunk(at)
    if chunk is None or not (chunk.kind == "cue" and chunk.word.endswith(" span")):
        return None
    start_at = p.past(at + 1, "the", "of", "a", "an", "between", "from")
    first = p.column(start_at, p.dated)
    joint = p.past(start_at + 1, "was", "is", "being", "date", "time")
    if first is None or not (p.is_cue(joint, "and") or (p.chunk(joint) and p.chunks[joint].text.lower() in ("to", "until", "till"))):
        joint = p.past(start_at + 1)
        joint = (
            start_at + 1
            if p.is_cue(start_at + 1, "and") or (p.chunk(start_at + 1) and p.chunks[start_at + 1].text.lower() in ("to", "until", "till"))
            else joint
        )
    second_at = p.past(joint + 1, "the", "a", "an", "its", "their")
    second = p.column(second_at, p.dated)
    first = _date_of(p, start_at, first)
    second = _date_of(p, second_at, second)
    if first is None or second is None or first == second:
        return None
    unit = chunk.word.split(" ")[0]
    expr: Expr = Span("day" if unit == "time" else unit, first, second)  # type: ignore[arg-type]
    before = p.before(at)
    if before is not None and before.is_cue("avg", "high", "low", "median", "sum"):
        expr = Agg(AGGREGATES[before.word], first.table, expr)
        before.used = True
    add_output(p, expr, at, second_at + 1)
    return second_at + 1


def _date_of(p: Parse, at: int, column: Col | None) -> Col | None:
    """The date column named, else the first date of the table named ("between order and shipment")."""
    if column is not None and p.is_dated(column):
        return column
    table = p.table(at, lenient=True)
    dates = p.schema.dates(table) if table is not None else ()
    return Col(table, dates[0]) if table is not None and dates else None


def from_to(p: Parse, at: int) -> int | None:
    """ "how many days does it take from shipping to delivery": two dates joined by "to", the unit said before."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in ("from", "between", "to") or (p.zone == "where" and chunk.text.lower() == "to"):
        return None
    unit_at = next(
        (place for place in range(at) if p.chunks[place].kind == "unit" or p.is_cue(place, "how long", "days to", "time span", "day span")),
        None,
    )
    if unit_at is None:
        return None
    first_at = p.past(at + 1)
    joint = p.past(first_at + 1, "time", "date", "the")
    if not (p.is_cue(joint, "and") or (p.chunk(joint) is not None and p.chunks[joint].text.lower() in ("to", "until", "till"))):
        return None
    second_at = p.past(joint + 1)
    first, second = _date_of(p, first_at, p.column(first_at, p.dated)), _date_of(p, second_at, p.column(second_at, p.dated))
    if first is None or second is None or first == second:
        return None
    unit = p.chunks[unit_at].word if p.chunks[unit_at].word in ("second", "minute", "hour", "day", "week", "month", "year") else "day"
    expr: Expr = Span(unit, first, second)  # type: ignore[arg-type]
    p.take(unit_at - 1 if p.is_cue(unit_at - 1, "count") else unit_at, unit_at + 1)
    p.frame.groups = [group for group in p.frame.groups if group.at != unit_at]
    add_output(p, _averaged(p, expr, first), at, second_at + 1)
    return second_at + 1


def _averaged(p: Parse, expr: Expr, first: Col) -> Expr:
    """The average when one was asked for anywhere."""
    for chunk in p.chunks:
        if chunk.is_cue("avg", "median", "high", "low", "on average") and not (chunk.used and chunk.word != "on average"):
            chunk.used = True
            return Agg(AGGREGATES.get(chunk.word, "avg"), first.table, expr)
    return expr


def deed_time(p: Parse, at: int) -> int | None:
    """ "delivery time", "how long does delivery take": from the first date of the row to that of the deed."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name":
        return None
    following = p.chunk(at + 1)
    timed = following is not None and following.text.lower() in ("time", "times", "duration", "delay")
    asked = any(p.is_cue(place, "how long") for place in range(at))
    if not timed and not asked:
        return None
    end = _last_date(p, at) if p.table(at) is not None else p.column(at, p.dated)
    if end is None or not p.is_dated(end):
        return None
    order = [column.name for column in p.schema.table(end.table).columns if p.schema.is_date(end.table, column)]
    earlier = [name for name in order if order.index(name) < order.index(end.column)]
    if not earlier:
        return None
    expr: Expr = Span("day", Col(end.table, earlier[0]), end)
    before = p.before(at)
    if before is not None and before.is_cue("avg", "median", "high", "low", "on average"):
        expr = Agg(AGGREGATES.get(before.word, "avg"), end.table, expr)
        before.used = True
    else:
        expr = _averaged(p, expr, end)
    for place in range(at):
        if p.is_cue(place, "how long"):
            p.take(place, place + 1)
    p.frame.doubts += 0.1
    p.frame.subject = p.frame.subject or end.table
    add_output(p, expr, at, at + 1 + timed)
    return at + 1 + timed


_ENDS = frozenset("returned return end ended finished finish closed completed delivered discharged resolved checkout out left".split())


def _last_date(p: Parse, at: int) -> Col | None:
    """ "loan duration": the date on which such a thing ends, where its table has one; else the date the words name."""
    table = p.table(at)
    if table is None:
        return None
    found = [name for name in p.schema.dates(table) if _ENDS & set(name_words(name))]
    return Col(table, found[0]) if found else p.column(at, p.dated)


def averaged_deed(p: Parse, at: int) -> int | None:
    """ "average delivery time": the aggregate goes with the time behind it."""
    if not p.is_cue(at, "avg", "median", "high", "low"):
        return None
    place = p.past(at + 1)
    return deed_time(p, place) if place > at else None


def in_units(p: Parse, at: int) -> int | None:
    """ "... in hours" behind a duration."""
    chunk, unit = p.chunk(at), p.chunk(at + 1)
    if (
        chunk is None
        or unit is None
        or chunk.text.lower() != "in"
        or unit.word not in ("second", "minute", "hour", "day", "week", "month", "year")
    ):
        return None
    for output in p.frame.outputs:
        span = output.expr.arg if isinstance(output.expr, Agg) else output.expr
        if isinstance(span, Span):
            asked = replace(span, unit=unit.word)  # type: ignore[arg-type]
            output.expr = replace(output.expr, arg=asked) if isinstance(output.expr, Agg) else asked
            p.take(at, at + 2)
            return at + 2
    return None
