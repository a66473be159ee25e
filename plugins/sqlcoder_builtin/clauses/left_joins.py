"""Rows that are to stand there though they have none of what is counted: "including plans without lines", "even those with no orders"."""

from __future__ import annotations

from sqlcoder_builtin.parse import Parse


def kept_without(p: Parse, at: int) -> int | None:
    """No condition, but the opposite of one: doubted, since such rows fall out of a join."""
    chunk = p.chunk(at)
    words = chunk.text.lower().split() if chunk is not None else []
    if not words or words[0] not in ("including", "even", "include"):
        return None
    place = p.past(at + 1, "those", "the", "ones", "if", "they", "all", "any")
    if p.table(place) is not None:
        place += 1
    if not p.is_cue(place, "without", "never"):
        return None
    end = next(
        (other for other in range(place, len(p.chunks)) if p.chunks[other].kind == "mark" or p.chunks[other].word == ","), len(p.chunks)
    )
    p.take(at, end)
    p.frame.doubts += 1.0
    return end
