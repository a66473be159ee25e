"""Words of a question that matter and that no clause took."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.cue_words import PLACE_CONCEPTS
from sqlcoder_builtin.joining_verbs import joins_tables
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
        "actually",
        "approximately",
        "currently",
        "presently",
        "roughly",
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
    return tuple(chunk.text for at, chunk in enumerate(p.chunks) if left_over(p, at))


def left_over(p: Parse, at: int) -> bool:
    """True for a word that matters and that no clause took."""
    return not p.chunks[at].used and _matters(p.chunks[at]) and not _names_the_arms(p, at) and not joins_tables(p, at)


def _names_the_arms(p: Parse, at: int) -> bool:
    """ "... New York compared to San Francisco, for each city": what the compared values are is no condition of its own."""
    frame = p.frame
    compared = frame.versus_at >= 0 or frame.difference_at >= 0
    return compared and len(frame.conditions) > 1 and p.chunks[at].text.lower() in PLACE_CONCEPTS and p.is_cue(at - 1, "per", "by")


def _matters(chunk: Chunk) -> bool:
    if chunk.number is not None and chunk.number.words and chunk.number.value in (1, 2):
        return False
    if chunk.kind in ("stop", "mark", "verb"):
        return False
    if chunk.kind == "cue":
        if chunk.text.lower() in ("in total", "overall", "altogether", "combined", "in all"):
            return False
        return chunk.word in _MEANINGFUL_CUES
    return chunk.text.lower() not in _NOISE
