"""Words for one end of an order, of any adjective: "busiest", "most expensive", "newest", "least productive"."""

from __future__ import annotations

from dataclasses import dataclass

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.cue_words import superlatives
from sqlcoder_builtin.degrees import columns_of
from sqlcoder_builtin.parse import Parse

_NEW = frozenset("newest latest".split()) | {"most recent", "most recently", "last"}
_OLD = frozenset("oldest earliest".split())
_LOW = frozenset(
    "lowest smallest least fewest worst weakest shortest cheapest lightest slowest poorest narrowest thinnest quietest emptiest rarest"
    " nearest closest coldest shallowest softest easiest minimum youngest lower".split()
)
_NO_ADJECTIVES = frozenset("interest request guest test west forest harvest contest quest rest invest protest nest chest".split())
_GENERAL = frozenset("highest lowest largest smallest greatest biggest most least fewest best worst top bottom maximum minimum".split())


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end of an order, said by the chunks up to `end`; `concepts` are words of columns that it is measured by, none for any figure."""

    word: str
    descending: bool
    end: int
    concepts: tuple[str, ...] = ()
    of_time: bool = False


def concepts_of(word: str) -> tuple[str, ...]:
    """Words of columns that an adjective measures beyond those in the lists."""
    known = columns_of(word.rsplit(maxsplit=1)[-1])
    return known[0] if known is not None else ()


def extreme_at(p: Parse, at: int) -> Extreme | None:
    """The extreme that is said from a place on."""
    chunk = p.chunk(at)
    if chunk is None:
        return None
    word = chunk.text.lower()
    if word in _NEW | _OLD:
        concepts = superlatives().get(word, ((), True))[0]
        return Extreme(word, word in _NEW, at + 1, concepts, of_time=True)
    if chunk.kind == "superlative":
        concepts, descending = superlatives()[word]
        return Extreme(word, descending, at + 1, (*concepts, *concepts_of(word)))
    if chunk.is_cue("common", "rare"):
        return Extreme(word, chunk.word == "common", at + 1)
    if word in ("most", "least"):
        return _of_adjective(p, at, word)
    if word in _GENERAL:
        return Extreme(word, word not in _LOW and word != "bottom", at + 1)
    if _is_adjective(chunk):
        return Extreme(word, word not in _LOW, at + 1)
    return None


def _of_adjective(p: Parse, at: int, word: str) -> Extreme:
    """ "most productive" is one word for what is measured; "most orders" is of the orders."""
    following, behind = p.chunk(at + 1), p.chunk(at + 2)
    whole = following is not None and behind is not None and behind.text.lower() in ("first", "last")
    if whole and following is not None and following.kind in ("word", "verb") and " " not in following.text:
        return Extreme(f"{word} {following.text.lower()}", word == "most", at + 2)
    return Extreme(word, word == "most", at + 1)


def _is_adjective(chunk: Chunk) -> bool:
    word = chunk.text.lower()
    plain = chunk.kind in ("word", "name", "verb") and chunk.score("table") < 0.9 and chunk.score("column") < 0.9
    return plain and word.endswith("est") and len(word) > 4 and word not in _NO_ADJECTIVES and not chunk.capital
