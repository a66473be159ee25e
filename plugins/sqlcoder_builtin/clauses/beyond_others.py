"""Comparisons with other rows: "older than all students of Elm", "a price above the lowest price of any wine from 2006"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.averages import past_of_all
from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.measured import AGGREGATES
from sqlcoder_builtin.cue_words import comparatives
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Compare, Function, Item, Query, Scalarq
from sqlcoder_core.api import TableName

_EACH = ("all", "any", "every", "each", "all of", "any of", "any other", "every other")
_ONE = ("some", "at least one", "one of", "some of", "some other")
_FILLING = ("a", "an", "the", "of", "those", "that", "these", "other", "than", "for", "among", "to")


def beyond_others(p: Parse, at: int) -> int | None:
    """A column, a comparison and rows: all of them, any of them, or one end or the middle of what they hold.

    What follows says which rows these are, so it is asked of them rather than of what was asked about.
    """
    compared = _compared(p, at)
    if compared is None:
        return None
    column, cue, place = compared
    found = _named_end(p, place, column) or _each_of(p, place, cue)
    if found is None:
        return None
    function, table, inner, end = found
    if table.key != inner.table.key or not _says_which(p, end):
        return None
    query = Query(inner.table, (Item(Agg(function, inner.table, inner)),))
    p.inner_from.append(end)
    return add_condition(p, Compare(OPS[cue], column, Scalarq(query)), at, end)


def _compared(p: Parse, at: int) -> tuple[Col, str, int] | None:
    """The column, the comparison, and where what it is compared with begins."""
    chunk = p.chunk(at)
    if chunk is not None and chunk.kind == "comparative":
        concepts, cue = comparatives()[chunk.text.lower()]
        near = p.near_table(at) or p.subject()
        column = p.concept(concepts, near, p.numbers) if near is not None else None
        return (column, cue, at + 1) if column is not None and cue in OPS else None
    if chunk is None or chunk.kind != "name" or p.table(at) is not None:
        return None
    place = p.past(at + 1, "is", "are", "was", "of", "that", "a", "an")
    if p.is_cue(place, "eq") and p.is_cue(place + 1, "gt", "ge", "lt", "le"):
        place += 1
    column = p.column(at, p.numbers, floor=0.6) if p.is_cue(place, "gt", "ge", "lt", "le") else None
    return (column, p.chunks[place].word, place + 1) if column is not None and p.is_number(column) else None


def _named_end(p: Parse, at: int, column: Col) -> tuple[Function, TableName, Col, int] | None:
    """ "the lowest price of any wine", "the average of those": an aggregate of a column of these rows."""
    place = p.past(at, "the")
    if not p.is_cue(place, "avg", "median", "high", "low"):
        return None
    function, behind = AGGREGATES[p.chunks[place].word], p.past(place + 1, "the")
    named = p.column(behind, p.numbers, column.table) if p.table(behind) is None else None
    inner = named if named is not None and p.is_number(named) else column
    after = _rows(p, behind + 1 if named is not None else place + 1)
    return (function, *_with(p, after, inner)) if after is not None else None


def _with(p: Parse, after: int, inner: Col) -> tuple[TableName, Col, int]:
    table = p.table(after - 1)
    assert table is not None
    return table, inner, after


def _rows(p: Parse, at: int) -> int | None:
    """Past "of any wine", "of all the players"; None where no rows are named."""
    ended = past_of_all(p, at)
    if ended > at:
        return ended
    place = at
    while (chunk := p.chunk(place)) is not None and (chunk.word in _FILLING or chunk.text.lower() in (*_EACH, *_ONE)):
        place += 1
    return place + 1 if place > at and p.table(place) is not None else None


def _each_of(p: Parse, at: int, cue: str) -> tuple[Function, TableName, Col, int] | None:
    """ "than all wines", "than that of any song", "than some other player": all are outdone, or at least one."""
    said, place = "", at
    while (chunk := p.chunk(place)) is not None and (chunk.word in _FILLING or chunk.text.lower() in (*_EACH, *_ONE)):
        said = said or (chunk.text.lower() if chunk.text.lower() in (*_EACH, *_ONE) else "")
        place += 1
    table = p.table(place) if said else None
    compared = p.column(at - 1) if table is not None else None
    if table is None:
        return None
    column = _left_of(p, at) or compared
    if column is None:
        return None
    above = cue in ("gt", "ge")
    return ("max" if above == (said in _EACH) else "min"), table, column, place + 1


def _left_of(p: Parse, at: int) -> Col | None:
    """The column before the comparison."""
    for place in range(at - 1, max(at - 5, -1), -1):
        found = _compared(p, place)
        if found is not None and found[2] == at:
            return found[0]
    return None


def _says_which(p: Parse, at: int) -> bool:
    """Something about these rows follows."""
    chunk = p.chunk(at)
    return chunk is None or chunk.kind != "name" or p.table(at) is None
