"""What rows never were or had: "who never received a rating above 7", "services that have never been used"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.commonest import only_counter
from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.conditions import comparison
from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Has
from sqlcoder_core.api import TableName

_USE = frozenset({"used", "needed", "chosen", "requested", "listed", "recorded", "mentioned", "referenced"})
"""Participles that say of rows only that others refer to them."""


def never_compared(p: Parse, at: int) -> int | None:
    """A comparison that holds for none of the related rows."""
    subject = p.frame.subject
    if not p.is_cue(at, "never", "without") or subject is None:
        return None
    place = at + 1
    while (chunk := p.chunk(place)) is not None and (chunk.kind in ("stop", "verb") or chunk.is_cue("ever", "all")):
        place += 1
    column = p.column(place, p.numbers, floor=0.85) if p.table(place) is None else None
    if column is None or column.table.key == subject.key or p.schema.path(subject, column.table) is None:
        return None
    if p.schema.to_one(subject, column.table):
        return None
    known = len(p.frame.conditions)
    end = comparison(p, place)
    if end is None or len(p.frame.conditions) != known + 1:
        return None
    pred = p.frame.conditions.pop().pred
    p.frame.readings.pop()
    return add_condition(p, Has(subject, column.table, (pred,), negated=True), at, end)


def never_used(p: Parse, at: int) -> int | None:
    """No row of the one table that refers to those that were asked for."""
    subject, following = p.subject(), p.chunk(at + 1)
    if not p.is_cue(at, "never") or subject is None or following is None or following.text.lower() not in _USE:
        return None
    after = p.chunk(p.past(at + 2))
    counted = only_counter(p, subject, at) if after is None or after.kind == "mark" or after.is_cue("and", "sort") else None
    if counted is None or counted.key == subject.key:
        return None
    p.frame.doubts += 0.05
    return _none_of(p, subject, counted, at)


def _none_of(p: Parse, subject: TableName, counted: TableName, at: int) -> int:
    p.frame.conditions.append(Condition(Has(subject, counted, negated=True), p.phrase(at, at + 2), at, about=subject))
    p.frame.read(at, p.phrase(at, at + 2), f"{subject.name} without {counted.name}")
    p.take(at, at + 2)
    p.zone = "where"
    return at + 2
