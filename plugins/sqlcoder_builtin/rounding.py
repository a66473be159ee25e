"""Figures of a statement rounded where they are shown, and nowhere else."""

from __future__ import annotations

from sqlglot import exp

_FRACTIONS = (exp.Div, exp.Avg, exp.Sum, exp.Median, exp.PercentileCont)


def round_figures(tree: exp.Expr, digits: int) -> None:
    """ROUND around each output of the outermost SELECT that divides, averages or adds up."""
    if not isinstance(tree, exp.Select):
        return
    for output in tree.expressions:
        inner = output.this if isinstance(output, exp.Alias) else output
        if inner.find(*_FRACTIONS) is None or isinstance(inner, exp.Subquery):
            continue
        rounded = exp.Round(this=inner.copy(), decimals=exp.Literal.number(digits))
        inner.replace(rounded)
