"""Adjectives of any degree to the columns that they measure: "priciest", "most productive", "heavier than", beyond those in the lists.

What an adjective measures comes from WordNet (`measured_by`), what columns call it from `dimensions.txt` beside this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from sqlcoder_core.api import Token, measured_by, name_words

Degree: TypeAlias = tuple[Literal["superlative", "comparative"], int, int]
"""The kind, and the tokens `start:end`."""

_SETTLED = frozenset(
    "most least best worst latest earliest last first furthest farthest highest lowest fewest more less other newest".split()
)
"""Degrees that say no adjective of their own or that the grammar reads by itself."""
_NO_DEGREES = frozenset(
    "interest request guest test west forest harvest contest quest rest invest protest nest chest honest modest manifest".split()
)
_OF_MONEY = frozenset("amount total budget rate charge premium".split())
"""An adjective may mean these of a table; a noun that is not their name does not."""


@cache
def _dimensions() -> Mapping[str, tuple[str, ...]]:
    lines = (Path(__file__).parent / "dimensions.txt").read_text(encoding="utf-8").splitlines()
    entries = (line.split(": ") for line in lines if line and not line.startswith("#"))
    return {noun: tuple(words.split()) for noun, words in entries}


def dimension(noun: str) -> tuple[str, ...]:
    """Words of columns that hold what a noun like "size" or "age" measures, best first; none for other nouns."""
    return _dimensions().get(noun, ())


@lru_cache(maxsize=2_000)
def columns_of(adjective: str) -> tuple[tuple[str, ...], bool] | None:
    """Words of the columns that hold what an adjective measures, best first, and whether it means their low end; None for other words."""
    found = measured_by(adjective)
    if found is None:
        return None
    known = (word for noun in found.nouns for word in (noun, *_dimensions().get(noun, ())) if noun in _dimensions())
    return tuple(dict.fromkeys("_".join(name_words(word)) for word in (*known, *found.nouns))), found.low


def columns_said(noun: str) -> tuple[str, ...]:
    """Words of the columns that hold a dimension: length gives pages, runtime and the like; none for other nouns."""
    return tuple("_".join(name_words(word)) for word in _dimensions().get(noun, ()) if word not in _OF_MONEY)


class Rankings(dict[str, tuple[tuple[str, ...], bool]]):
    """Superlative -> words of the column it is about and whether the most comes first; those that are not listed are looked up."""

    def __missing__(self, text: str) -> tuple[tuple[str, ...], bool]:
        """ "priciest", "most productive", "least reliable"."""
        *more, adjective = text.split()
        columns, low = columns_of(adjective) or ((), False)
        return columns, low == (more == ["least"])


class Comparisons(dict[str, tuple[tuple[str, ...], str]]):
    """Comparative -> words of the column it is about and the cue of the comparison; those that are not listed are looked up."""

    def __missing__(self, text: str) -> tuple[tuple[str, ...], str]:
        """ "pricier than", "less productive than"."""
        *more, adjective = text.removesuffix(" than").split()
        columns, low = columns_of(adjective) or ((), False)
        return columns, "lt" if low != (more == ["less"]) else "gt"


def degrees(tokens: Sequence[Token], named: frozenset[tuple[int, int]]) -> Iterator[Degree]:
    """Superlatives and comparatives with "than", where no column or value is `named` so (spans of tokens)."""
    for at, token in enumerate(tokens):
        word = token.lower
        if token.kind != "word" or (at, at + 1) in named:
            continue
        following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
        if word in ("most", "least") and (at + 1, at + 2) not in named and _plain(following):
            yield "superlative", at, at + 2
        elif _inflected(word, "est"):
            yield "superlative", at, at + 1
        elif following == "than" and _inflected(word, "er"):
            yield "comparative", at, at + 2
        elif word in ("more", "less") and at + 2 < len(tokens) and tokens[at + 2].lower == "than" and _plain(following):
            yield "comparative", at, at + 3


def _plain(word: str) -> bool:
    return word not in _SETTLED and not word.endswith(("est", "ed")) and columns_of(word) is not None


def _inflected(word: str, ending: str) -> bool:
    return len(word) > 4 and word.endswith(ending) and word not in _SETTLED | _NO_DEGREES and columns_of(word) is not None
