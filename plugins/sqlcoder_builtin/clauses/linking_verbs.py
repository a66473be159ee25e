"""Verbs between two tables that nothing is known of: "jobs that attracted the most applicants", "parts it delivers"."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.joining_verbs import PICKS_ROWS
from sqlcoder_builtin.parse import Parse
from sqlcoder_core.api import TableName, bases, name_words, stem

_BEFORE = frozenset(
    "who that which whom have has had did do does they it we he she you was were been ever never to us i is are be being them".split()
)
_FAR = 2
"""Joins between the tables at most."""


def pass_over(p: Parse) -> None:
    """Let such words count as verbs of the joins."""
    for at, chunk in enumerate(p.chunks):
        if chunk.kind == "word" and not chunk.used and not chunk.capital and _like_verb(p, at, chunk) and _joins(p, at):
            chunk.kind = "verb"
            p.frame.doubts += 0.05


def _like_verb(p: Parse, at: int, chunk: Chunk) -> bool:
    """It stands where a verb stands, and is no word of the schema in another form."""
    before = p.chunk(at - 1)
    word = chunk.text.lower()
    if before is None or not word.isalpha() or PICKS_ROWS & set(bases(word)) or _known(p, word):
        return False
    if before.text.lower().split()[-1] in _BEFORE:
        return True
    return p.table(at - 1) is not None and (word.endswith("ed") or _followed(p, at))


def _known(p: Parse, word: str) -> bool:
    key = stem(word)
    return any(stem(part) == key for table in p.schema.tables.values() for column in table.columns for part in name_words(column.name))


def _followed(p: Parse, at: int) -> bool:
    """ "machines stand in each plant": a preposition or a number behind, as behind verbs."""
    following = p.chunk(at + 1)
    return following is not None and (
        following.is_cue("per", "high", "low", "gt", "ge", "lt", "le")
        or (following.kind == "stop" and following.word in ("in", "at", "on", "to", "for", "by"))
    )


def _joins(p: Parse, at: int) -> bool:
    """A table before, and one behind it or another before, that are joined."""
    before = [table for place, table in p.tables_said if place < at]
    behind = next((table for place, table in p.tables_said if at < place <= at + 6), None)
    if behind is not None and before:
        return any(_near(p, table, behind) for table in before)
    return any(_near(p, one, other) for one in before for other in before)


def _near(p: Parse, one: TableName, other: TableName) -> bool:
    return one.key != other.key and p.schema.distance(one, other) <= _FAR
