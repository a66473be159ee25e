"""Units said behind a figure: "total weight in kilograms", "capacity in cubic metres", "revenue in dollars"."""

from __future__ import annotations

from sqlcoder_builtin.expr_walk import parts
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Expr
from sqlcoder_core.api import singular, split_name

_UNITS = {
    "kilogram": "kg", "kilo": "kg", "kg": "kg", "gram": "g", "milligram": "mg", "mg": "mg",
    "kilometer": "km", "kilometre": "km", "km": "km",
    "mile": "mi", "meter": "m", "metre": "m", "centimeter": "cm", "centimetre": "cm", "cm": "cm", "liter": "l", "litre": "l",
    "cubic metre": "m3", "cubic meter": "m3", "m3": "m3", "square metre": "m2", "square meter": "m2", "square foot": "sqft",
    "celsius": "c", "fahrenheit": "f", "minute": "minute", "hour": "hour", "second": "second", "day": "day", "percent": "percent",
}  # fmt: skip
_MONEY = frozenset({"dollar", "usd", "euro", "eur", "pound", "gbp", "$", "€"})


def unit_said(p: Parse, at: int) -> int | None:
    """Taken where the figure is kept in that unit, or is money; what is kept in another unit is left to be doubted."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() != "in":
        return None
    for end in (at + 3, at + 2):
        unit = " ".join(singular(word) for word in p.phrase(at + 1, end).lower().split())
        if end <= len(p.chunks) and (unit in _MONEY or (unit in _UNITS and _kept_in(p, _UNITS[unit]))):
            p.take(at, end)
            return end
    return None


def _kept_in(p: Parse, unit: str) -> bool:
    exprs: list[Expr] = [output.expr for output in p.frame.outputs]
    exprs += [sort.expr for sort in p.frame.sorts if sort.expr is not None]
    columns = [part for expr in exprs for part in parts(expr) if isinstance(part, Col)]
    return any(unit in ("".join(split_name(column.column)[-2:]), split_name(column.column)[-1]) for column in columns) or any(
        singular(split_name(column.column)[-1]) == unit for column in columns
    )
