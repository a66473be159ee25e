"""Units said behind a figure: "total weight in kilograms", "capacity in cubic metres", "revenue in dollars"."""

from __future__ import annotations

from sqlcoder_builtin.expr_walk import parts
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Age, Agg, Arith, Col, Expr, Lit
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
        if end <= len(p.chunks) and (unit in _SIZES and _converted(p, unit)):
            p.take(at, end)
            return end
        if end == at + 2 and unit == "year" and any(isinstance(part, Age) for output in p.frame.outputs for part in parts(output.expr)):
            p.take(at, end)
            return end
        if end <= len(p.chunks) and (unit in _MONEY or (unit in _UNITS and _kept_in(p, _UNITS[unit]))):
            p.take(at, end)
            return end
    return None


_SIZES: dict[str, tuple[str, float]] = {
    "second": ("time", 1.0), "minute": ("time", 60.0), "hour": ("time", 3600.0), "day": ("time", 86400.0), "kilogram": ("mass", 1.0),
    "tonne": ("mass", 1000.0), "ton": ("mass", 1000.0), "gram": ("mass", 0.001), "kilometer": ("length", 1000.0),
    "kilometre": ("length", 1000.0), "meter": ("length", 1.0), "metre": ("length", 1.0),
}  # fmt: skip
_SUFFIXES: dict[str, tuple[str, float]] = {
    "sec": ("time", 1.0), "second": ("time", 1.0), "seconds": ("time", 1.0), "secs": ("time", 1.0), "s": ("time", 1.0),
    "ms": ("time", 0.001), "min": ("time", 60.0), "mins": ("time", 60.0), "minute": ("time", 60.0), "minutes": ("time", 60.0),
    "hour": ("time", 3600.0), "hours": ("time", 3600.0), "hrs": ("time", 3600.0), "days": ("time", 86400.0),
    "kg": ("mass", 1.0), "g": ("mass", 0.001), "km": ("length", 1000.0), "m": ("length", 1.0),
}  # fmt: skip


def _converted(p: Parse, unit: str) -> bool:
    """The last figure turned from the unit in its column's name into the one that is asked for."""
    output = p.frame.outputs[-1] if p.frame.outputs else None
    inner = output.expr.arg if output is not None and isinstance(output.expr, Agg) else output.expr if output is not None else None
    if output is None or not isinstance(inner, Col) or (isinstance(output.expr, Agg) and output.expr.function == "count"):
        return False
    kept = _SUFFIXES.get(split_name(inner.column)[-1])
    wanted = _SIZES[unit]
    if kept is None or kept[0] != wanted[0]:
        return False
    if kept[1] != wanted[1]:
        output.expr = (
            Arith("*", output.expr, Lit(kept[1] / wanted[1])) if kept[1] > wanted[1] else _divided(output.expr, wanted[1] / kept[1])
        )
        output.alias = f"{unit}s"
    return True


def _divided(expr: Expr, by: float) -> Expr:
    return Arith("/", expr, Lit(by))


def _kept_in(p: Parse, unit: str) -> bool:
    exprs: list[Expr] = [output.expr for output in p.frame.outputs]
    exprs += [sort.expr for sort in p.frame.sorts if sort.expr is not None]
    columns = [part for expr in exprs for part in parts(expr) if isinstance(part, Col)]
    return any(unit in ("".join(split_name(column.column)[-2:]), split_name(column.column)[-1]) for column in columns) or any(
        singular(split_name(column.column)[-1]) == unit for column in columns
    )
