"""Rows that are to stand there though they have none of what is counted: "including those without", as every such clause is reworded."""

from __future__ import annotations

from sqlcoder_builtin.parse import Parse


def kept_without(p: Parse, at: int) -> int | None:
    """No condition, but the opposite of one."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("kept"):
        return None
    p.frame.keep = True
    p.frame.keep_zero = chunk.text.endswith("0")
    p.take(at, at + 1)
    return at + 1
