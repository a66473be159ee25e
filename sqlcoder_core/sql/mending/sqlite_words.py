"""Functions that sqlglot does not write for SQLite, in SQLite's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

_PARTS: Final = {
    "YEAR": "%Y",
    "MONTH": "%m",
    "DAY": "%d",
    "HOUR": "%H",
    "MINUTE": "%M",
    "SECOND": "%S",
    "DOW": "%w",
    "DOY": "%j",
    "WEEK": "%W",
}
_STARTS: Final = {"YEAR": "%Y-01-01", "MONTH": "%Y-%m-01", "DAY": "%Y-%m-%d", "HOUR": "%Y-%m-%d %H:00:00"}
_STEPS: Final = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}


def in_sqlite(tree: exp.Expr) -> exp.Expr:
    """The tree with dates, ILIKE, LEFT, RIGHT and the like as SQLite has them; what has no equal stays."""
    return tree.transform(_rewritten)


def _rewritten(node: exp.Expr) -> exp.Expr:
    rule = _RULES.get(type(node))
    return (rule(node) if rule else None) or node


def _extract(node: exp.Expr) -> exp.Expr | None:
    form = _PARTS.get(node.name.upper())
    return _number_of(form, node.expression) if form else None


def _part(form: str) -> Callable[[exp.Expr], exp.Expr | None]:
    return lambda node: _number_of(form, node.this)


def _number_of(form: str, date: exp.Expr) -> exp.Expr:
    return exp.cast(exp.Anonymous(this="strftime", expressions=[exp.Literal.string(form), _plain(date)]), "INTEGER")


def _trunc(node: exp.Expr) -> exp.Expr | None:
    form = _STARTS.get(_unit(node))
    return exp.Anonymous(this="strftime", expressions=[exp.Literal.string(form), _plain(node.this)]) if form else None


def _shifted(sign: int) -> Callable[[exp.Expr], exp.Expr | None]:
    """x + INTERVAL '1 month' and its like."""

    def rule(node: exp.Expr) -> exp.Expr | None:
        step = node.expression
        if isinstance(step, exp.Interval):
            amount, unit = step.this, step.text("unit").upper()
        elif isinstance(node, (exp.DateAdd, exp.DateSub, exp.TimestampAdd, exp.TimestampSub)):
            amount, unit = step, _unit(node)
        else:
            return None
        unit = unit.removesuffix("S")
        number = amount.name if isinstance(amount, exp.Literal) else ""
        times = {"WEEK": ("DAY", 7), "QUARTER": ("MONTH", 3)}
        unit, factor = times.get(unit, (unit, 1))
        if unit not in _STEPS or not number.lstrip("+-").isdigit():
            return None
        words = f"{sign * factor * int(number):+d} {unit.lower()}"
        name = "date" if unit in ("YEAR", "MONTH", "DAY") else "datetime"
        return exp.Anonymous(this=name, expressions=[_plain(node.this), exp.Literal.string(words)])

    return rule


def _difference(node: exp.Expr) -> exp.Expr | None:
    if _unit(node) not in ("DAY", ""):
        return None
    later, earlier = (exp.Anonymous(this="julianday", expressions=[_plain(each)]) for each in (node.this, node.expression))
    return exp.cast(exp.paren(exp.Sub(this=later, expression=earlier), copy=False), "INTEGER")


def _like(node: exp.Expr) -> exp.Expr | None:
    return exp.Like(this=exp.Lower(this=node.this), expression=exp.Lower(this=node.expression))


def _left(node: exp.Expr) -> exp.Expr | None:
    return exp.Anonymous(this="substr", expressions=[node.this, exp.Literal.number(1), node.expression])


def _right(node: exp.Expr) -> exp.Expr | None:
    return exp.Anonymous(this="substr", expressions=[node.this, exp.Neg(this=node.expression)])


def _joined(node: exp.Expr) -> exp.Expr | None:
    parts = node.expressions
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.DPipe(this=whole, expression=part)
    return exp.paren(whole, copy=False)


def _now(_: exp.Expr) -> exp.Expr | None:
    return exp.Anonymous(this="datetime", expressions=[exp.Literal.string("now")])


def _plain(date: exp.Expr) -> exp.Expr:
    """SQLite's date functions read text as it is: casts to dates would turn it into a number."""
    while isinstance(date, (exp.Cast, exp.TsOrDsToDate, exp.TsOrDsToTimestamp)) and isinstance(date.this, exp.Expr):
        date = date.this
    return exp.Literal.string("now") if isinstance(date, (exp.CurrentDate, exp.CurrentTimestamp)) else date


def _unit(node: exp.Expr) -> str:
    return node.text("unit").upper()


_RULES: Final[dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]]] = {
    exp.Extract: _extract,
    exp.Year: _part("%Y"),
    exp.Month: _part("%m"),
    exp.Day: _part("%d"),
    exp.DateTrunc: _trunc,
    exp.TimestampTrunc: _trunc,
    exp.Add: _shifted(1),
    exp.Sub: _shifted(-1),
    exp.DateAdd: _shifted(1),
    exp.DateSub: _shifted(-1),
    exp.DateDiff: _difference,
    exp.ILike: _like,
    exp.Left: _left,
    exp.Right: _right,
    exp.Concat: _joined,
    exp.CurrentTimestamp: _now,
}
