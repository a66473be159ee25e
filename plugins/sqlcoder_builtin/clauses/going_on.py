"""What still is: "products still offered", "current staff": the date on which it ends is not there yet."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by
from sqlcoder_builtin.tree import Null
from sqlcoder_core.api import TableName

_STILL = frozenset({"still", "currently", "current", "present", "existing"})
_PAST = frozenset("left sold made went began did was were had new sent got paid came gone due".split())
_ENDS = (
    "discontinued", "left", "leave", "termination", "terminated", "resigned", "retired", "exit", "deactivated", "churned", "closed",
    "ended", "end", "cancelled", "canceled", "expired", "removed", "deleted", "until",
)  # fmt: skip


def ongoing(p: Parse, at: int) -> int | None:
    """The end of such a row is missing; the word says nothing where its table knows no end."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in _STILL or chunk.kind == "name":
        return None
    zone, table = p.zone, _table(p, at)
    ended = dated_by(p.schema, _ENDS, (table,)) if table is not None else None
    p.take(at, at + 1)
    if ended is None or any(condition.pred == Null(ended) for condition in p.frame.conditions):
        return at + 1
    end = add_condition(p, Null(ended), at, at + 1)
    p.zone = zone
    return end


def _table(p: Parse, at: int) -> TableName | None:
    """The table named just behind, else the one spoken of."""
    behind = next((table for place, table in p.tables_said if at < place <= at + 2), None)
    return behind or p.frame.subject or next((table for place, table in reversed(p.tables_said) if place < at), None) or p.subject()


def now(p: Parse, at: int) -> int | None:
    """ "still offered today", "their age today": when it is asked, not a date that something has."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "date" or chunk.text.lower() not in ("today", "as of today", "now"):
        return None
    words = {word for other in p.chunks for word in other.text.lower().split()}
    table = _table(p, at)
    if not words & (_STILL | {"age", "old", "ages"}):
        ended = dated_by(p.schema, _ENDS, (table,)) if table is not None else None
        if ended is None or any(word in _PAST or (word.endswith("ed") and len(word) > 3) for word in words):
            return None
        # "who report to her today": of those who are still there.
        p.frame.doubts += 0.05
        return add_condition(p, Null(ended), at, at + 1)
    p.take(at, at + 1)
    return at + 1
