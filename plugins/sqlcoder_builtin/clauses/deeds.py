"""Verbs that a status is also called by: "orders shipped in May" speaks of what was done, "shipped orders" of a status."""

from __future__ import annotations

from sqlcoder_builtin.frame import DateCondition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import name_words, stem

_DEEDS = frozenset({"placed", "made", "created", "ordered", "bought", "sold"})
_ENDINGS = ("ed", "de", "ld", "ht")


def is_deed(p: Parse, at: int) -> bool:
    """A past participle said of what was done, though it is stored as a value too."""
    chunk = p.chunks[at]
    text = chunk.text.lower()
    if chunk.kind != "value" or chunk.capital or chunk.end != chunk.start + 1 or not text.endswith(_ENDINGS):
        return False
    following = p.chunk(p.past(at + 1))
    if text in _DEEDS:
        beside = p.chunk(at - 1)
        status = beside is not None and beside.kind == "name" and p.table(at - 1) is None
        return not status and (following is None or not following.is_cue("or", "and"))
    dated = following is not None and (
        following.kind == "date" or following.is_cue("by") or following.text.lower() in ("by", "with", "via")
    )
    return dated and deed_date(p, text) is not None


def deed_date(p: Parse, text: str) -> Col | None:
    """The date column of a deed: shipped_at for "shipped"."""
    for table in sorted(p.schema.tables.values(), key=lambda table: -table.rank):
        for column in table.columns:
            words = name_words(column.name)
            if p.dated(table.name, column) and len(words) == 2 and words[1] in ("at", "on", "date") and stem(words[0]) == stem(text):
                return Col(table.name, column.name)
    return None


def deed(p: Parse, at: int) -> int | None:
    """Take up such a verb; a period behind it is about the deed's own date."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "value" or not is_deed(p, at):
        return None
    column = deed_date(p, chunk.text.lower())
    place = p.past(at + 1)
    following = p.chunk(place)
    p.take(at, at + 1)
    p.frame.deed_column = column or p.frame.deed_column
    if column is not None and following is not None and following.kind == "date" and following.date is not None:
        p.frame.dates.append(DateCondition(following.date.period, p.phrase(at, place + 1), at, column))
        p.take(at, place + 1)
        return place + 1
    return at + 1


def dated_verb(p: Parse, at: int) -> int | None:
    """ "signed up each year", "launched by month": the date that the periods are counted on."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("name", "verb") or p.table(at) is not None:
        return None
    first = chunk.text.lower().split()[0]
    ahead = next((place for place in range(at + 1, min(at + 4, len(p.chunks))) if p.chunks[place].kind == "date"), None)
    if first == "left" and ahead is not None:
        return _left(p, at, ahead)
    following = p.chunk(p.past(at + 1, "in", "during"))
    if not first.endswith(("ed", "rn", "ft", "an")) or following is None or not (following.is_cue("per", "by") or following.kind == "unit"):
        return None
    column = p.column(at, p.dated)
    if column is None or not p.is_dated(column):
        return None
    p.frame.deed_column = column
    p.take(at, at + 1)
    return at + 1


def _left(p: Parse, at: int, ahead: int) -> int | None:
    """ "left the company in 2026": the date on which somebody left."""
    column = p.column(at, p.dated)
    between = p.chunks[at + 1 : ahead]
    if column is None or not p.is_dated(column) or any(chunk.kind not in ("stop", "word", "name") for chunk in between):
        return None
    p.frame.deed_column = column
    p.frame.subject = p.frame.subject or column.table
    p.take(at, ahead)
    return ahead
