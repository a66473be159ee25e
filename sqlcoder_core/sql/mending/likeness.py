"""How much one name looks like another: by its words and by its letters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

T = TypeVar("T")

_WORDS: Final = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LEAST: Final = 0.74
_LEAD: Final = 0.06


class Like(NamedTuple):
    """`score` is 1.0 for the same words."""

    score: float
    name: str


def clear_nearest(wrong: str, names: Iterable[str], *, owner: str = "", least: float = _LEAST) -> str | None:
    """The one name that was surely meant; None where none is near, or two are about as near. `owner` is the table's name."""
    ranked = sorted((Like(likeness(wrong, name, owner), name) for name in dict.fromkeys(names)), reverse=True)
    if not ranked or ranked[0].score < least:
        return None
    return ranked[0].name if len(ranked) == 1 or ranked[0].score - ranked[1].score >= _LEAD else None


@lru_cache(maxsize=20_000)
def likeness(wrong: str, right: str, owner: str = "") -> float:
    """0 to 1. The owner's words may stand in front of either name: `customer_name` is `name` of `customers`."""
    ours, theirs, outer = words(wrong), words(right), words(owner)
    if "".join(ours) == "".join(theirs):
        return 1.0
    if _without(ours, outer) == _without(theirs, outer):
        return 0.95
    if len(ours) == len(theirs) and all(_abbreviates(one, other) for one, other in zip(ours, theirs, strict=True)):
        return 0.9
    from rapidfuzz.distance import JaroWinkler, Levenshtein

    first, second = "".join(ours), "".join(theirs)
    spelling = max(Levenshtein.normalized_similarity(first, second), 0.9 * JaroWinkler.similarity(first, second))
    shared = len(set(ours) & set(theirs)) / max(len(set(ours)), len(set(theirs)), 1)
    return max(0.94 * spelling, 0.85 * shared)


def words(name: str) -> tuple[str, ...]:
    """The name's words in lower case and singular: `OrderItems` and `order_item` are one."""
    return tuple(_singular(word.lower()) for word in _WORDS.findall(name)) or (name.lower(),)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("ies", "ie")):
        return f"{word.removesuffix('s').removesuffix('ie')}y"
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without(ours: tuple[str, ...], owner: tuple[str, ...]) -> tuple[str, ...]:
    for prefix in (owner, owner[-1:]):
        if prefix and len(ours) > len(prefix) and ours[: len(prefix)] == prefix:
            return ours[len(prefix) :]
    return ours


def _abbreviates(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and long.startswith(short)
