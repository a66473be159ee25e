"""When something was done last or first, as a condition: "whose last order was before 2024", "last visited more than 6 months ago"."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import date_column, period_pred
from sqlcoder_builtin.tree import All_, Has, Pred
from sqlcoder_core.api import Period


def last_done(p: Parse, at: int) -> int | None:
    """The last (first) related row lies in a period: one does, and none after (before) it."""
    chunk, subject = p.chunk(at), p.frame.subject
    if chunk is None or subject is None or not chunk.is_cue("first", "last") or not _relates(p, at):
        return None
    table = p.table(p.past(at + 1))
    place = p.past(p.past(at + 1) + 1, "was", "is", "date", "made", "placed", "of", "being")
    while p.is_cue(place, "eq") or (p.chunk(place) is not None and p.chunks[place].kind == "verb"):
        place = p.past(place + 1)
    longer = p.is_cue(place, "gt", "ge")
    date_at = p.past(place + 1) if longer else place
    date = p.chunk(date_at)
    if table is None or table.key == subject.key or p.schema.to_one(subject, table) or date is None or date.date is None:
        return None
    column = date_column(p, table, at)
    if column is None:
        return None
    period = _before(date.date.period) if longer else date.date.period
    inside = Has(subject, table, (period_pred(p, column, period),))
    beyond = _beyond(period, last=chunk.word == "last")
    parts: list[Pred] = [inside]
    if beyond is not None:
        parts.append(Has(subject, table, (period_pred(p, column, beyond),), negated=True))
    return add_condition(p, All_(tuple(parts)) if len(parts) > 1 else parts[0], at, date_at + 1)


def _relates(p: Parse, at: int) -> bool:
    before = p.before(at)
    return before is not None and before.is_cue("whose", "with", "that", "but")


def _before(period: Period) -> Period:
    """ "more than 6 months ago": all that lies before that day."""
    return replace(period, start=None, end=period.start, label=f"before {period.label}")


def _beyond(period: Period, *, last: bool) -> Period | None:
    """What must not be there: later rows where the last one is spoken of, earlier ones where the first is."""
    if last:
        return Period(start=period.end, label=f"after {period.label}") if period.end is not None else None
    return Period(end=period.start, label=f"before {period.label}") if period.start is not None else None
