"""Conditions that belong to one of several figures: "the number of orders and the number of cancelled orders"."""

from __future__ import annotations

import re

from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Condition, Output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import limited
from sqlcoder_builtin.tree import Agg, Expr
from sqlcoder_core.api import split_name


def give_back(p: Parse) -> None:
    """Limit each figure to its own rows, and take its condition off the whole question."""
    figures = [output for output in p.frame.outputs if is_aggregate(output.expr)]
    if len(figures) < 2 or p.frame.share is not None or p.frame.versus_at >= 0 or p.frame.figures is not None:
        return
    for condition in {condition.pred: condition for condition in p.frame.conditions}.values():
        owner = next((figure for figure in figures if _owns(p, figure, condition, figures)), None)
        if owner is not None:
            owner.expr = limited(p.schema, owner.expr, condition.pred)
            owner.alias = owner.alias or _named(condition, owner.expr)
            p.frame.conditions = [other for other in p.frame.conditions if other.pred != condition.pred]


def _named(condition: Condition, expr: Expr) -> str | None:
    """urgent_tickets: the condition's words before the table's."""
    words = re.findall(r"[a-z0-9]+", condition.phrase.lower())
    return "_".join((*words, *split_name(expr.table.name))) if words and isinstance(expr, Agg) and words[0].isalpha() else None


def _owns(p: Parse, figure: Output, condition: Condition, figures: list[Output]) -> bool:
    """An adjective inside the figure's own words, or a relative clause right behind them, where another counts the same rows."""
    expr = figure.expr
    if not isinstance(expr, Agg) or expr.function != "count" or condition.about is None or condition.about.key != expr.table.key:
        return False
    rivals = [other for other in figures if other is not figure]
    following = min((other.at for other in rivals if other.at > figure.at), default=len(p.chunks))
    if not figure.at < condition.at < following:
        return False
    noun = next((at for at in range(figure.at + 1, following) if p.table(at) is not None or p.chunks[at].kind == "name"), None)
    if noun is None:
        return False
    if condition.at < noun:
        return any(
            isinstance(other.expr, Agg) and other.expr.function == "count" and other.expr.table.key == expr.table.key for other in rivals
        )
    between = [chunk for chunk in p.chunks[noun + 1 : condition.at] if chunk.kind not in ("stop", "verb")]
    clause = bool(between) and all(chunk.is_cue("that", "eq", "show") for chunk in between)
    return clause and following == len(p.chunks) and not any(chunk.is_cue("per", "by") for chunk in p.chunks[condition.at :])
