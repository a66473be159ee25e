"""How sure the parser is: what share of the words that matter it has placed, and what it had to guess."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.parse import Parse

_MEANINGFUL_CUES = frozenset(
    [
        "count",
        "distinct",
        "sum",
        "avg",
        "median",
        "high",
        "low",
        "best",
        "worst",
        "common",
        "rare",
        "gt",
        "ge",
        "lt",
        "le",
        "ne",
        "between",
        "like",
        "starts",
        "ends",
        "null",
        "share",
        "ratio",
        "difference",
        "growth",
        "mom",
        "yoy",
        "qoq",
        "wow",
        "running",
        "on_average",
        "sort",
        "desc",
        "asc",
        "without",
        "never",
        "how_old",
    ]
)
_NOISE = frozenset(
    [
        "really",
        "basically",
        "exactly",
        "simply",
        "data",
        "dataset",
        "records",
        "quick",
        "quickly",
        "currently",
        "now",
        "today's",
        "hi",
        "hello",
        "thanks",
        "thank",
        "help",
        "company",
        "system",
    ]
)


def unplaced(p: Parse) -> tuple[str, ...]:
    """Words that matter and that no clause took."""
    return tuple(chunk.text for chunk in p.chunks if not chunk.used and _matters(chunk))


def _matters(chunk: Chunk) -> bool:
    if chunk.number is not None and chunk.number.words and chunk.number.value in (1, 2):
        return False
    if chunk.kind in ("stop", "mark", "verb"):
        return False
    if chunk.kind == "cue":
        return chunk.word in _MEANINGFUL_CUES
    return chunk.text.lower() not in _NOISE


def score(p: Parse, notes: Sequence[str]) -> float:
    """Between 0 and 1."""
    certain = 1.0 - min(p.frame.doubts, 0.9)
    names = [chunk.names[0].score for chunk in p.chunks if chunk.kind == "name" and chunk.used and chunk.names]
    if names:
        certain *= 0.5 + 0.5 * (sum(names) / len(names))
    verbs = sum(chunk.kind == "verb" and not chunk.used for chunk in p.chunks)
    certain *= 0.98**verbs
    return round(max(0.05, certain - 0.15 * len(notes)), 3)
