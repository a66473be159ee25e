"""Conditions of a frame put together: the same column twice means one of the values, "or" joins, absences take what follows."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.same_rows import together
from sqlcoder_builtin.settle import settle_dates
from sqlcoder_builtin.tree import Any_, Compare, Has, Lit, OneOf, Pred
from sqlcoder_core.api import Scalar, TableName


def conditions(p: Parse, root: TableName) -> tuple[Pred, ...]:
    """All conditions joined as said: equal columns twice means one of the values, "or" joins with the one before."""
    settled = settle_dates(p, root)
    unique: dict[Pred, Condition] = {}
    for condition in p.frame.conditions:
        unique.setdefault(condition.pred, condition)
    p.frame.conditions = list(unique.values())
    merged: list[Condition] = []
    for condition in p.frame.conditions:
        _merge(p, merged, condition)
    return (*(condition.pred for condition in together(p, root, merged)), *settled)


def _merge(p: Parse, merged: list[Condition], condition: Condition) -> None:
    last = merged[-1] if merged else None
    if last is not None and isinstance(last.pred, Has) and last.pred.negated and _belongs(p, last, condition):
        merged[-1] = replace(last, pred=replace(last.pred, where=(*last.pred.where, condition.pred)))
        return
    if last is not None and condition.either:
        merged[-1] = replace(last, pred=_either(last.pred, condition.pred))
        return
    last = next((other for other in reversed(merged) if _same_column(other.pred, condition.pred)), None)
    if last is not None and not p.frame.both:
        merged[merged.index(last)] = replace(last, pred=_either(last.pred, condition.pred))
        return
    if isinstance(condition.pred, Has) and not condition.pred.where and condition.pred.count is None and not condition.pred.negated:
        merged.append(condition)
        return
    merged.append(condition)


def _belongs(p: Parse, absent: Condition, condition: Condition) -> bool:
    """ "have no certificate for Boeing": the condition is about the rows that are missing, unless a new clause begins."""
    has = absent.pred
    assert isinstance(has, Has)
    if condition.about is None or condition.about.key == has.of.key or condition.at < absent.at:
        return False
    between = p.chunks[absent.at + 1 : condition.at]
    if any(chunk.is_cue("but", "and") or chunk.word == "," for chunk in between):
        return False
    return condition.about.key == has.table.key or p.schema.to_one(has.table, condition.about)


def _same_column(one: Pred, other: Pred) -> bool:
    """Two equalities on one column cannot both hold, so one of them is meant."""
    return (
        isinstance(one, (Compare, OneOf))
        and isinstance(other, (Compare, OneOf))
        and _equality(one)
        and _equality(other)
        and one.left == other.left
    )


def _equality(pred: Compare | OneOf) -> bool:
    return (isinstance(pred, Compare) and pred.op == "=" and isinstance(pred.right, Lit)) or (isinstance(pred, OneOf) and not pred.negated)


def _either(one: Pred, other: Pred) -> Pred:
    if _same_column(one, other):
        assert isinstance(one, (Compare, OneOf)) and isinstance(other, (Compare, OneOf))
        return OneOf(one.left, (*_values(one), *_values(other)))
    parts = one.parts if isinstance(one, Any_) else (one,)
    return Any_((*parts, other))


def _values(pred: Compare | OneOf) -> tuple[Scalar, ...]:
    if isinstance(pred, OneOf):
        return pred.values
    assert isinstance(pred.right, Lit)
    return (pred.right.value,)
