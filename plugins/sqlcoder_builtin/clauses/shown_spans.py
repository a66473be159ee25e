"""Times that are listed again: "... more than 25 days after the loss. Give the claim number and the delay in days"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, All_, Col, Compare, Expr, Pred, Span
from sqlcoder_core.api import singular

_UNITS = frozenset("second minute hour day week month year".split())
_TIMES = frozenset("delay time duration length wait lag gap lateness period interval".split())
_LIGHT = frozenset(
    "in of the how many number by it they were was is late overdue took taken waited lasted passed long count it's each to".split()
)


def span_again(p: Parse, start: int, end: int) -> bool:
    """Show the time that a condition or an order speaks of, in the unit said; True where it is shown already, too."""
    words = [singular(word) for word in p.phrase(start, end).lower().split()]
    unit = next((word for word in words if word in _UNITS), None)
    if not set(words) <= _UNITS | _TIMES | _LIGHT or not set(words) & (_UNITS | _TIMES | {"long", "late"}):
        return False
    shown = [output for output in p.frame.outputs if _span(output.expr) is not None]
    if shown:
        return True
    span = next(_spans(p), None)
    if span is None:
        return False
    add_output(p, replace(span, unit=unit or span.unit), start, end)  # type: ignore[arg-type]
    return True


def _span(expr: Expr | None) -> Span | None:
    inner = expr.arg if isinstance(expr, Agg) else expr
    return inner if isinstance(inner, Span) else None


def _spans(p: Parse) -> Iterator[Span]:
    """Times in conditions and orders; two dates held against each other lie so far apart."""
    for condition in p.frame.conditions:
        yield from _in_pred(p, condition.pred)
    for sort in p.frame.sorts:
        if isinstance(sort.expr, Span):
            yield sort.expr


def _in_pred(p: Parse, pred: Pred) -> Iterator[Span]:
    if isinstance(pred, All_):
        for part in pred.parts:
            yield from _in_pred(p, part)
    if not isinstance(pred, Compare):
        return
    left, right = pred.left, pred.right
    if isinstance(left, Span):
        yield left
    elif isinstance(left, Col) and isinstance(right, Col) and p.is_dated(left) and p.is_dated(right):
        yield Span("day", right, left) if pred.op in (">", ">=") else Span("day", left, right)
