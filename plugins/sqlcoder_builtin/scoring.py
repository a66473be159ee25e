"""How sure the parser is: what share of the words that matter it has placed, and what it had to guess."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.cue_words import PLACE_CONCEPTS
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.schema import Step

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
    return tuple(chunk.text for at, chunk in enumerate(p.chunks) if not chunk.used and _matters(chunk) and not _names_the_arms(p, at))


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


_TIE, _NEAR = 0.05, 0.12
"""Second readings of a column that are this close behind the first."""


def score(p: Parse, notes: Sequence[str], steps: Sequence[Step]) -> float:
    """Between 0 and 1: what was guessed, how well names fit, how far the joins go, how close other readings are.

    The factors are the shares of right answers on the development half of the training questions, per feature.
    """
    certain = (1.0 - min(p.frame.doubts, 0.9)) * _names_fit(p) * _joins_hold(steps) * _rivals_stay_behind(p)
    certain *= 0.95 ** sum(chunk.kind == "verb" and not chunk.used for chunk in p.chunks)
    certain *= 0.9 if len(p.frame.mentioned) > 2 else 1.0
    if len(tables_of(output.expr for output in p.frame.outputs)) > 1 and not p.frame.groups:
        certain *= 0.8
    return round(max(0.05, certain * 0.5 ** len(notes)), 3)


def _names_fit(p: Parse) -> float:
    names = [chunk.names[0].score for chunk in p.chunks if chunk.kind == "name" and chunk.used and chunk.names]
    if not names:
        return 1.0
    weak = 0.85 if min(names) < 0.75 else 1.0
    return weak * (0.5 + 0.5 * sum(names) / len(names))


def _joins_hold(steps: Sequence[Step]) -> float:
    """Every join may be the wrong one, those to the many-side and guessed ones more."""
    certain = 1.0
    for step in steps:
        certain *= (0.88 if step.many else 0.96) * (0.9 if step.cost > 1.3 else 1.0)
    return max(certain, 0.5)


def _rivals_stay_behind(p: Parse) -> float:
    near = sum(margin < _NEAR for margin in p.rivals.values())
    ties = sum(margin < _TIE for margin in p.rivals.values())
    return float(0.9**near * 0.9**ties)
