"""A condition and some cells in, true, false or NULL out: enough of SQL to pick cells by, not an engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlglot import exp

from sqlcoder_core.evaluation.fuzz.frames import Frame, Var, meaning
from sqlcoder_core.evaluation.fuzz.moments import DAYS, Unknown, as_time, part_of, start_of

Cell = Callable[[Var], Any]


def holds(node: exp.Expr, frame: Frame, cell: Cell, now: datetime) -> bool:
    """True when the condition is true for these cells. Raises Unknown."""
    return Evaluator(cell, now).value(node, frame) is True


def constant(node: exp.Expr, frame: Frame, now: datetime) -> Any:
    """The value of an expression that reads no cell. Raises Unknown for any other."""

    def none(_: Var) -> Any:
        raise Unknown

    return Evaluator(none, now).value(node, frame)


class Evaluator:
    """`cell` gives the value of a cell and may raise Unknown."""

    def __init__(self, cell: Cell, now: datetime) -> None:
        self._cell = cell
        self._now = now

    def value(self, node: exp.Expr, frame: Frame) -> Any:
        """The value of an expression: None for NULL, dates as date and datetime where they are written as such."""
        work = _WORK.get(type(node))
        if work is None:
            raise Unknown
        try:
            return work(self, node, frame)
        except (TypeError, ValueError, ArithmeticError, AttributeError):  # texts where numbers are wanted, days that do not exist
            raise Unknown from None

    def column(self, node: exp.Column, frame: Frame) -> Any:
        """A cell, an inner expression, or SQLite's text in double quotes."""
        found = meaning(node, frame)
        if isinstance(found, Var):
            return self._cell(found)
        if found is not None:
            return self.value(*found)
        if isinstance(node.this, exp.Identifier) and node.this.quoted and not node.table:
            return node.name
        raise Unknown

    def compared(self, node: exp.Expr, frame: Frame) -> bool | None:
        """=, <>, <, <=, >, >=."""
        left, right = self._alike(self.value(node.this, frame), self.value(node.expression, frame))
        return None if left is None or right is None else _COMPARE[type(node)](left, right)

    def between(self, node: exp.Between, frame: Frame) -> bool | None:
        """BETWEEN."""
        value, low, high = (self.value(part, frame) for part in (node.this, node.args["low"], node.args["high"]))
        if value is None or low is None or high is None:
            return None
        (bigger, least), (smaller, most) = self._alike(value, low), self._alike(value, high)
        return bool(least <= bigger and smaller <= most)

    def isin(self, node: exp.In, frame: Frame) -> bool | None:
        """IN over a list; over a query it is known by the cells that the query's output was tied to."""
        value = self.value(node.this, frame)
        if node.args.get("query") is not None:
            raise Unknown
        found = [self._alike(value, self.value(one, frame)) for one in node.expressions]
        return None if value is None else any(left == right for left, right in found)

    def like(self, node: exp.Expr, frame: Frame) -> bool | None:
        """LIKE and ILIKE; SQLite's LIKE does not mind the case of letters, and cells that differ in more than case serve both."""
        value, pattern = self.value(node.this, frame), self.value(node.expression, frame)
        if value is None or pattern is None:
            return None
        parts = re.split(r"([%_])", str(pattern))
        text = "".join({"%": ".*", "_": "."}.get(part, re.escape(part)) for part in parts)
        return re.fullmatch(text, str(value), re.DOTALL | (re.IGNORECASE if isinstance(node, exp.ILike) else 0)) is not None

    def both(self, node: exp.And, frame: Frame) -> bool | None:
        """AND."""
        sides = [self.value(node.this, frame), self.value(node.expression, frame)]
        return False if False in sides else None if None in sides else True

    def either(self, node: exp.Or, frame: Frame) -> bool | None:
        """OR; what one side cannot say, the other may decide."""
        sides = []
        for side in (node.this, node.expression):
            try:
                sides.append(self.value(side, frame))
            except Unknown:
                sides.append(None)
        if True in sides:
            return True
        return None if None in sides else False

    def negated(self, node: exp.Not, frame: Frame) -> bool | None:
        """NOT."""
        value = self.value(node.this, frame)
        return None if value is None else not value

    def isnull(self, node: exp.Is, frame: Frame) -> bool:
        """IS NULL, IS TRUE, IS FALSE."""
        return bool(self.value(node.this, frame) is self.value(node.expression, frame))

    def arithmetic(self, node: exp.Expr, frame: Frame) -> Any:
        """+ - * / %, and days added to dates."""
        left, right = self.value(node.this, frame), self.value(node.expression, frame)
        if left is None or right is None:
            return None
        if isinstance(node, exp.Add | exp.Sub) and isinstance(right, timedelta):
            left = as_time(left)
        if isinstance(left, Decimal) != isinstance(right, Decimal):
            left, right = float(left), float(right)
        return _ARITHMETIC[type(node)](left, right)

    def interval(self, node: exp.Interval, frame: Frame) -> timedelta:
        """Months count thirty days: near enough to pick a cell on the right side."""
        amount = str(self.value(node.this, frame)).split()
        unit = (amount[1] if len(amount) > 1 else node.args["unit"].name if node.args.get("unit") else "day").lower().rstrip("s")
        return timedelta(days=float(amount[0]) * DAYS[unit])

    def part(self, node: exp.Extract, frame: Frame) -> int | None:
        """EXTRACT."""
        return part_of(node.name.lower(), self.value(node.expression, frame))

    def unit(self, node: exp.Expr, frame: Frame) -> int | None:
        """YEAR(x), MONTH(x), DAY(x)."""
        return part_of(type(node).__name__.lower(), self.value(node.this, frame))

    def truncated(self, node: exp.Expr, frame: Frame) -> datetime | None:
        """DATE_TRUNC."""
        moment = as_time(self.value(node.this, frame))
        return None if moment is None else start_of(str(node.args["unit"].name).lower(), moment)

    def formatted(self, node: exp.TimeToStr, frame: Frame) -> str | None:
        """STRFTIME."""
        moment = as_time(self.value(node.this, frame))
        return None if moment is None else moment.strftime(str(self.value(node.args["format"], frame)))

    def cast(self, node: exp.Expr, frame: Frame) -> Any:
        """CAST and what parses to it: DATE '2020-01-01', DATE(x)."""
        value = self.value(node.this, frame)
        kind = node.args["to"].this if node.args.get("to") is not None else exp.DataType.Type.DATE
        if value is None:
            return None
        if kind in exp.DataType.TEXT_TYPES:
            return str(value)
        if kind in exp.DataType.INTEGER_TYPES:
            return int(float(value))
        if kind in exp.DataType.NUMERIC_TYPES:
            return float(value)
        if kind in exp.DataType.TEMPORAL_TYPES:
            moment = as_time(value)
            return moment.date() if kind == exp.DataType.Type.DATE and moment is not None else moment
        raise Unknown

    def date_of(self, node: exp.Expr, frame: Frame) -> date | None:
        """DATE(x), with the modifiers that SQLite allows left to chance."""
        if node.args.get("expressions"):
            raise Unknown
        moment = as_time(self.value(node.this, frame))
        return moment.date() if moment is not None else None

    def today(self, node: exp.Expr, frame: Frame) -> date:
        """CURRENT_DATE."""
        return self._now.date()

    def moment(self, node: exp.Expr, frame: Frame) -> datetime:
        """CURRENT_TIMESTAMP."""
        return self._now

    def text(self, node: exp.Expr, frame: Frame) -> Any:
        """LOWER, UPPER, TRIM, LENGTH."""
        value = self.value(node.this, frame)
        return None if value is None else _TEXT[type(node)](str(value))

    def part_of_text(self, node: exp.Substring, frame: Frame) -> str | None:
        """SUBSTR from a place counted from one."""
        value, start = self.value(node.this, frame), int(self.value(node.args["start"], frame))
        length = node.args.get("length")
        if value is None or start < 1:
            raise Unknown
        return str(value)[start - 1 :][: int(self.value(length, frame)) if length is not None else None]

    def signed(self, node: exp.Neg, frame: Frame) -> Any:
        """Minus."""
        return -self.value(node.this, frame)

    def magnitude(self, node: exp.Abs, frame: Frame) -> Any:
        """ABS."""
        return abs(self.value(node.this, frame))

    def first_known(self, node: exp.Coalesce, frame: Frame) -> Any:
        """COALESCE."""
        values = (self.value(one, frame) for one in (node.this, *node.expressions))
        return next((value for value in values if value is not None), None)

    def inner(self, node: exp.Subquery, frame: Frame) -> Any:
        """A scalar subquery whose output is a cell that a witness was given."""
        raise Unknown

    def within(self, node: exp.Expr, frame: Frame) -> Any:
        """Parentheses and aliases."""
        return self.value(node.this, frame)

    def literal(self, node: exp.Literal, frame: Frame) -> Any:
        """Text, an integer or a number."""
        if node.is_string:
            return node.this
        return int(node.this) if node.this.isdigit() else float(node.this)

    @staticmethod
    def _alike(left: Any, right: Any) -> tuple[Any, Any]:
        """Both as moments, both as numbers, or both as they are."""
        if left is None or right is None:
            return left, right
        if isinstance(left, date) or isinstance(right, date):
            return as_time(left), as_time(right)
        if isinstance(left, str) != isinstance(right, str):
            return (float(left), float(right)) if _numeric(left) and _numeric(right) else (str(left), str(right))
        if isinstance(left, Decimal) or isinstance(right, Decimal):
            return float(left), float(right)
        return left, right


def _numeric(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    exp.EQ: lambda left, right: left == right,
    exp.NEQ: lambda left, right: left != right,
    exp.LT: lambda left, right: left < right,
    exp.LTE: lambda left, right: left <= right,
    exp.GT: lambda left, right: left > right,
    exp.GTE: lambda left, right: left >= right,
}
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    exp.Add: lambda left, right: left + right,
    exp.Sub: lambda left, right: left - right,
    exp.Mul: lambda left, right: left * right,
    exp.Div: lambda left, right: left / right,
    exp.Mod: lambda left, right: left % right,
}
_TEXT: dict[type, Callable[[str], Any]] = {exp.Lower: str.lower, exp.Upper: str.upper, exp.Trim: str.strip, exp.Length: len}
_WORK: dict[type, Callable[[Evaluator, Any, Frame], Any]] = {
    **dict.fromkeys(_COMPARE, Evaluator.compared),
    **dict.fromkeys(_ARITHMETIC, Evaluator.arithmetic),
    **dict.fromkeys(_TEXT, Evaluator.text),
    **dict.fromkeys((exp.Paren, exp.Alias), Evaluator.within),
    **dict.fromkeys((exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Week), Evaluator.unit),
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), Evaluator.truncated),
    **dict.fromkeys((exp.Cast, exp.TryCast, exp.TsOrDsToDate, exp.TsOrDsToTimestamp), Evaluator.cast),
    **dict.fromkeys((exp.Like, exp.ILike), Evaluator.like),
    exp.Date: Evaluator.date_of,
    exp.Column: Evaluator.column,
    exp.Literal: Evaluator.literal,
    exp.Null: lambda work, node, frame: None,
    exp.Boolean: lambda work, node, frame: bool(node.this),
    exp.Neg: Evaluator.signed,
    exp.Not: Evaluator.negated,
    exp.And: Evaluator.both,
    exp.Or: Evaluator.either,
    exp.Is: Evaluator.isnull,
    exp.In: Evaluator.isin,
    exp.Between: Evaluator.between,
    exp.Interval: Evaluator.interval,
    exp.Extract: Evaluator.part,
    exp.TimeToStr: Evaluator.formatted,
    exp.CurrentDate: Evaluator.today,
    exp.CurrentTimestamp: Evaluator.moment,
    exp.Substring: Evaluator.part_of_text,
    exp.Abs: Evaluator.magnitude,
    exp.Coalesce: Evaluator.first_known,
    exp.Subquery: Evaluator.inner,
}
