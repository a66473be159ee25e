"""Rates of a value: "no-show rate", "approval rate": the share of rows that have it."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.flags import is_flag
from sqlcoder_builtin.clauses.literals import constant, hit_for
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Lit, Pred, Truth


def rate_of(p: Parse, at: int) -> int | None:
    """A stored value or a flag before the word "rate"."""
    if (unread := _nameless(p, at)) is not None:
        return unread
    following = p.chunk(at + 1)
    if following is None or following.text.lower() not in ("rate", "rates", "ratio") or p.frame.share is not None:
        return None
    found = _valued(p, at) or _flagged(p, at)
    if found is None:
        return None
    if p.frame.figures is not None:
        # Its two figures were said.
        p.take(at, at + 2)
        return at + 2
    column, pred = found
    p.frame.share, p.frame.share_at = "fraction", at
    p.frame.subject = p.frame.subject or column.table
    zone = p.zone
    end = add_condition(p, pred, at, at + 2)
    p.zone = zone
    return end


def _valued(p: Parse, at: int) -> tuple[Col, Pred] | None:
    found = constant(p, at)
    hit = hit_for(p, found.hits, at, None) if found is not None else None
    if hit is None or hit.table is None or hit.column is None or hit.value is None:
        return None
    column = Col(hit.table, hit.column)
    return column, Compare("=", column, Lit(hit.value))


def _flagged(p: Parse, at: int) -> tuple[Col, Pred] | None:
    column = p.column(at, lambda table, column: is_flag(column.kind, column.values))
    if column is None or not is_flag(p.schema.of(column).kind, p.schema.of(column).values):
        return None
    return column, Truth(column, True)


def _nameless(p: Parse, at: int) -> int | None:
    """ "defect rate by inspector": of which two figures is not said, and another table's "rating" is none of them. Left unread."""
    chunk, before = p.chunk(at), p.chunk(at - 1)
    if chunk is None or before is None or chunk.text.lower() not in ("rate", "rates") or chunk.kind != "name":
        return None
    if before.kind not in ("name", "word") or chunk.score("column") >= 0.95 or p.table(at - 1) is not None:
        return None
    chunk.kind, chunk.names = "word", ()
    return at + 1
