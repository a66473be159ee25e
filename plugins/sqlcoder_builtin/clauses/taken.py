"""Whether all that some words say was taken up."""

from __future__ import annotations

from sqlcoder_builtin.parse import Parse

_TELLING = ("gt", "ge", "lt", "le", "ne", "between", "like", "starts", "ends", "null", "not null", "never", "without", "high", "low", "avg")


def everything_taken(p: Parse) -> bool:
    """Every word that says something belongs to a clause."""
    return all(
        chunk.used or chunk.kind in ("stop", "mark", "verb") or (chunk.kind == "cue" and not chunk.is_cue(*_TELLING)) for chunk in p.chunks
    )
