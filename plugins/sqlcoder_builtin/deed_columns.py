"""A word for what is done into the date on which it is done: "expire" - expiry_date, "arrived" - arrived_at, "filing" - filed_dt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import deed_nouns
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName, name_words, stem, table_words

_GENERIC = frozenset({"date", "at", "on", "time", "timestamp", "datetime", "day", "dt", "ts", "of", "in", "the"})
_LIGHT = frozenset(
    """
    made make makes take took taken takes did do done does got get had have has was were happened happen occurred occur came come went go
    gone given gave placed kept keep used use said there date time day month year
    """.split()
)
"""Verbs that say nothing of which date is meant."""
_ROOT = 4
"""Letters that two forms of one word must share: enter and entry, born and birth are in the list of deeds."""
_FAR = (0.0, 0.1, 0.2)
_LEAST = 0.55


def dated_deed(p: Parse, said: str, near: Iterable[TableName] = (), *, whole: bool = False) -> Col | None:
    """The date column that the words fit best, in what is spoken of (`near` first) and in what it joins with; None where none fits.

    A column that has the word scores 1, the listed words of such a deed 0.9 and less, a common root 0.75; joins take off a tenth each.
    `whole` wants the words in the list of deeds as they stand, and takes no common roots.
    """
    words = [word for word in said.lower().split() if word not in ("been", "being", "be", "was", "were", "is", "are", "get", "got")]
    key = " ".join(map(stem, words))
    if not words or key in _light():
        return None
    if whole and key not in deed_nouns():
        return None
    phrases = tuple(tuple(map(stem, phrase.split())) for phrase in deed_nouns().get(key, ()))
    best: tuple[float, Col] | None = None
    for table, far in _tables(p, near):
        own = set(map(stem, table_words(table.name)))
        for name in p.schema.dates(table):
            parts = [stem(word) for word in name_words(name) if word not in _GENERIC]
            score = _fit(key, parts, phrases, own) - far
            if score >= _LEAST and (best is None or score > best[0] + 1e-9):
                best = score, Col(table, name)
    return best[1] if best is not None else None


def _light() -> frozenset[str]:
    return _LIGHT_STEMS


_LIGHT_STEMS = frozenset(map(stem, _LIGHT))


def _fit(key: str, parts: list[str], phrases: tuple[tuple[str, ...], ...], table: set[str]) -> float:
    """How well the words of a column say the deed."""
    telling = [part for part in parts if part not in table] or parts
    if key in (" ".join(telling), " ".join(parts)) or key in telling:
        return 1.0
    for place, phrase in enumerate(phrases):
        if any(tuple(parts[at : at + len(phrase)]) == phrase for at in range(len(parts))):
            return max(0.9 - 0.04 * place, 0.7)
    return 0.75 if any(_one_root(key, part) for part in telling) else 0.0


def _one_root(key: str, part: str) -> bool:
    """enter and entri, expir and expiri, appli and applic: all but the ending."""
    shared = next((at for at, pair in enumerate(zip(key, part, strict=False)) if pair[0] != pair[1]), min(len(key), len(part)))
    return shared >= _ROOT and shared >= max(len(key), len(part)) - 2


def _tables(p: Parse, near: Iterable[TableName]) -> Iterator[tuple[TableName, float]]:
    """Tables that are spoken of, then what joins with them directly or over one more, with what that takes off."""
    first = list(dict.fromkeys([*near, *([p.frame.subject] if p.frame.subject else []), *(table for _, table in p.tables_said)]))
    keys = {table.key for table in first}
    yield from ((table, 0.0) for table in first)
    for found in p.schema.tables.values():
        if found.name.key in keys:
            continue
        far = min((p.schema.distance(table, found.name) for table in first), default=1)
        if far < len(_FAR):
            yield found.name, _FAR[far]
