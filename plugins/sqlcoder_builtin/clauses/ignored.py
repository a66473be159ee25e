"""What a question says not to look at: "whatever their status", "regardless of channel"."""

from __future__ import annotations

from sqlcoder_builtin.parse import Parse


def regardless(p: Parse, at: int) -> int | None:
    """The name behind such words is neither shown nor a condition."""
    chunk = p.chunk(at)
    words = chunk.text.lower().split()[:1] if chunk is not None else []
    if words not in (["whatever"], ["regardless"], ["irrespective"]):
        return None
    place = p.past(at + 1)
    behind = p.chunk(place)
    if behind is None or behind.kind not in ("name", "word", "unit"):
        return None
    p.take(at, place + 1)
    return place + 1
