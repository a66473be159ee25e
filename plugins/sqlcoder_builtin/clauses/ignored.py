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


_KINDS = frozenset("app application site website portal platform channel".split())
"""What kind of thing a value behind "in the" is: says nothing more of it."""


def kind_said(p: Parse, at: int) -> int | None:
    """ "in the web app", "on the mobile site": the stored value says it all."""
    chunk, value, place = p.chunk(at), p.chunk(at - 1), p.chunk(at - 2)
    if chunk is None or chunk.kind != "word" or chunk.text.lower() not in _KINDS or value is None or place is None:
        return None
    if value.kind != "value" or not value.used or place.text.lower() not in ("the", "our", "in", "on", "via", "through", "over"):
        return None
    p.take(at, at + 1)
    return at + 1
