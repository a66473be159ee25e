"""Taking up a condition."""

from __future__ import annotations

from sqlcoder_builtin.describe import describe_pred
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Comparison, Pred

OPS: dict[str, Comparison] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "=", "ne": "!="}


def add_condition(p: Parse, pred: Pred, start: int, end: int) -> int:
    """Take up a condition; what a clause before it said ("or", "not") is looked at here."""
    phrase = p.phrase(start, end)
    place = start - 1
    while place > 0 and p.chunks[place].kind in ("stop", "verb"):
        place -= 1
    before = p.chunk(place)
    either = before is not None and before.is_cue("or") and bool(p.frame.conditions) and not before.text.lower().startswith("either")
    tables = tables_of((pred,))
    p.frame.conditions.append(Condition(pred, phrase, start, either, tables[0] if tables else None))
    p.frame.read(start, phrase, describe_pred(pred))
    p.take(start, end)
    p.zone = "where"
    return end
