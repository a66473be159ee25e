"""Constants of a question: stored values, quoted text, numbers, names in capitals, and lists of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import Match, Scalar, TableName


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant said by chunks up to `end`. `hits` are stored values it may be; without any, `text` is taken as it stands."""

    value: Scalar
    end: int
    hits: tuple[Match, ...] = ()
    quoted: bool = False
    capital: bool = False
    number: bool = False


def constant(p: Parse, at: int, *, words: bool = False) -> Constant | None:
    """The constant at a place; `words` takes plain unknown words too (after "is", "named")."""
    chunk = p.chunk(at)
    if chunk is None:
        return None
    if chunk.kind == "value" or (chunk.kind == "name" and chunk.values and words):
        return Constant(chunk.values[0].value or chunk.text, at + 1, chunk.values, chunk.capital, chunk.capital)
    if chunk.kind == "quoted":
        return Constant(chunk.text, at + 1, chunk.values, True, True)
    if chunk.kind == "number" and chunk.number is not None:
        return Constant(chunk.number.value, at + 1, chunk.values, number=True)
    if chunk.kind == "date" and chunk.date is not None and chunk.date.doubtful and chunk.text.isdigit():
        return Constant(int(chunk.text), at + 1, number=True)
    return _capitals(p, at) or (_word(p, at) if words else None)


def _capitals(p: Parse, at: int) -> Constant | None:
    """A run of capitalised words that name nothing in the schema: "San Francisco", "John O'Brien"."""
    end = at
    while p.chunk(end) is not None and _nameless(p, end, first=end == at):
        end += 1
    while end > at and p.chunks[end - 1].kind in ("stop", "number"):
        if p.chunks[end - 1].kind == "number" and end - 1 > at:
            break
        end -= 1
    return Constant(p.phrase(at, end), end, capital=True) if end > at else None


def _nameless(p: Parse, at: int, *, first: bool) -> bool:
    chunk = p.chunks[at]
    if chunk.kind in ("word", "verb", "value"):
        return chunk.capital or (chunk.text[:1].isdigit())
    if chunk.kind == "name":
        weak = not chunk.names or chunk.names[0].score < 0.6
        return chunk.capital and at > 0 and (weak or not first)
    if chunk.kind == "cue":
        return chunk.text[:1].isupper() and at > 0 and not first
    if chunk.kind == "number":
        return not first
    return not first and chunk.kind == "stop" and chunk.word in ("of", "the", "&", "-", "de", "'") and _capital_follows(p, at)


def _capital_follows(p: Parse, at: int) -> bool:
    following = p.chunk(at + 1)
    return following is not None and following.kind in ("word", "verb", "value") and following.capital


def _word(p: Parse, at: int) -> Constant | None:
    """One or more plain words that nothing is known of: "status is pending"."""
    end = at
    while (chunk := p.chunk(end)) is not None and chunk.kind == "word":
        end += 1
    following = p.chunk(end)
    if end == at or (following is not None and following.kind == "stop" and following.word == "of"):
        # "are not a part of": no value.
        return None
    return Constant(p.phrase(at, end), end)


def hit_for(p: Parse, hits: tuple[Match, ...], at: int, column: Col | None, prefer: TableName | None = None) -> Match | None:
    """The stored value meant: in the named column if there is one, else where the question is about."""
    if column is not None:
        inside = [hit for hit in hits if hit.table and hit.table.key == column.table.key and hit.column == column.column]
        return max(inside, key=lambda hit: hit.score, default=None)
    usable = [hit for hit in hits if hit.table and hit.table.key in p.schema.tables and hit.column]
    if not usable:
        return None
    return max(usable, key=lambda hit: (hit.score + _place_bonus(p, hit, at, prefer), -usable.index(hit)))


def _spoken_beside(p: Parse, at: int, table: TableName) -> bool:
    """ "Brazilian forwards": another value of the question is one of this table alone."""
    for place, chunk in enumerate(p.chunks):
        if place == at or chunk.kind != "value" or not chunk.values:
            continue
        tables = {hit.table.key for hit in chunk.values if hit.table is not None and hit.score >= chunk.values[0].score - 0.02}
        if tables == {table.key}:
            return True
    return False


def _place_bonus(p: Parse, hit: Match, at: int, prefer: TableName | None) -> float:
    assert hit.table is not None and hit.column is not None
    bonus = p.table_bonus(hit.table, at, prefer) + 0.12 * _spoken_beside(p, at, hit.table)
    if p.schema.refers(hit.table, hit.column):
        bonus -= 0.05
    if hit.column in p.schema.display(hit.table):
        bonus += 0.02
    return bonus
