"""Plain words of which nothing is known before a column of text: "in the banking industry", "in goalie or mid positions"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.cue_words import PLACE_PREPOSITIONS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Any_, Col, Like, Pred

_FLOOR = 0.55
"""Names below this hardly mean a column."""


_CERTAIN = 0.85
"""How well a name must fit where the words stand behind it."""


def worded(p: Parse, at: int) -> int | None:
    """The words as what the column holds, in whatever case it is stored."""
    words, end = _words(p, at)
    column = _column(p, end) if words and _opened(p, at) else None
    if column is None:
        return None
    parts: list[Pred] = [Like(column, word) for word in words]
    p.frame.doubts += 0.05
    return add_condition(p, parts[0] if len(parts) == 1 else Any_(tuple(parts)), at, end + 1)


def _words(p: Parse, at: int) -> tuple[list[str], int]:
    words: list[str] = []
    while (chunk := p.chunk(at)) is not None and chunk.kind == "word" and not chunk.capital:
        words.append(chunk.text)
        at += 1
        following = p.chunk(at + 1)
        if p.is_cue(at, "or", "and") and following is not None and following.kind == "word":
            at += 1
    return words, at


def _opened(p: Parse, at: int) -> bool:
    """Behind a preposition or a relative word, so that it limits what was asked for."""
    before = p.before_any(at)
    return before is not None and (before.word in PLACE_PREPOSITIONS or before.is_cue("with", "that", "whose", "eq", "like"))


def _column(p: Parse, at: int) -> Col | None:
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name" or p.table(at) is not None or chunk.score("column") < _FLOOR:
        return None
    column = p.column(at, p.texts)
    if column is None:
        return None
    found = p.schema.of(column)
    return column if p.texts(column.table, found) and not found.values else None


def held(p: Parse, at: int) -> int | None:
    """ "players with position forward", "whose decision is yes": plain words behind the column that is spoken of."""
    column = _column(p, at) if _opened(p, at) else None
    place = p.past(at + 1, "of", "as")
    place = place + 1 if p.is_cue(place, "eq") else place
    words, end = _words(p, place)
    if column is None or not words or p.chunks[at].score("column") < _CERTAIN or not _ends(p, end):
        return None
    parts: list[Pred] = [Like(column, word) for word in words]
    p.frame.doubts += 0.05
    return add_condition(p, parts[0] if len(parts) == 1 else Any_(tuple(parts)), at, end)


def _ends(p: Parse, at: int) -> bool:
    """The clause is over."""
    chunk = p.chunk(at)
    return chunk is None or chunk.kind in ("mark", "stop") or chunk.is_cue("and", "or", "but", "sort", "that", "with", "whose")
