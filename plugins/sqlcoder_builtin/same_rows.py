"""Conditions said of one deed: "diagnosed with asthma by a cardiologist" asks for one visit of both kinds, not for one of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Has
from sqlcoder_core.api import TableName


def together(p: Parse, root: TableName, conditions: Sequence[Condition]) -> list[Condition]:
    """Neighbouring conditions with nothing but a preposition between, judged on the same related row."""
    if not _rows_alone(p, root):
        return list(conditions)
    merged: list[Condition] = []
    for condition in conditions:
        last = merged[-1] if merged else None
        between = _between(p, root, last, condition) if last is not None else None
        if last is None or between is None:
            merged.append(condition)
            continue
        where = last.pred.where if isinstance(last.pred, Has) else (last.pred,)
        merged[-1] = replace(last, pred=Has(root, between, (*where, condition.pred)), about=between)
    return merged


def _rows_alone(p: Parse, root: TableName) -> bool:
    """Only rows of the root are shown or counted."""
    frame = p.frame
    shown = tables_of(output.expr for output in frame.outputs)
    asked = not frame.groups and not any(sort.expr is not None and is_aggregate(sort.expr) for sort in frame.sorts)
    return asked and frame.subject == root and not frame.both and all(p.schema.to_one(root, table) for table in shown)


def _between(p: Parse, root: TableName, last: Condition, condition: Condition) -> TableName | None:
    """The rows of the root that both conditions lead over, where nothing sets them apart."""
    if condition.either or isinstance(condition.pred, Has) or condition.about is None or last.about is None:
        return None
    if isinstance(last.pred, Has) and (last.pred.negated or last.pred.count is not None or last.pred.of.key != root.key):
        return None
    first, second = _many_side(p, root, last.about), _many_side(p, root, condition.about)
    if first is None or first != second or (last.about.key == condition.about.key and not isinstance(last.pred, Has)):
        return None
    inside = p.chunks[last.at + 1 : condition.at]
    return None if any(_sets_apart(chunk) for chunk in inside) else first


def _sets_apart(chunk: Chunk) -> bool:
    """A new clause begins; "excluding cancelled orders" goes on with the same one."""
    if chunk.is_cue("ne"):
        return not chunk.text.lower().startswith(("exclud", "except", "other than", "not", "is not", "are not"))
    return chunk.is_cue("and", "but", "both", "or", "never", "without", "that", "whose") or chunk.word == ","


def _many_side(p: Parse, root: TableName, table: TableName) -> TableName | None:
    """The first rows on the way of which the root may have several."""
    path = p.schema.path(root, table) or ()
    return path[0].target if path and path[0].many else None
