"""The right word nearest to a wrong one, for messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that was probably meant, None when none is near."""
    by_folded = {_fold(name): name for name in known}
    close = difflib.get_close_matches(_fold(word), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], *, listed: int = 12) -> str:
    """A hint: the nearest word, else the words there are, else nothing."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean {near!r}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= listed else ""


def _fold(word: str) -> str:
    return word.lower().replace("-", "_")
