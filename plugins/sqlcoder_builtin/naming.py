"""Names for computed output columns: total_amount, number_of_orders, average_price."""

from __future__ import annotations

import re

from sqlcoder_builtin.tree import Age, Agg, Arith, Col, Expr, Over, Part, Raw, Span, Trunc
from sqlcoder_core.api import split_name

_PREFIX = {"sum": "total", "avg": "average", "min": "min", "max": "max", "median": "median", "count": "number_of"}


def alias_for(expr: Expr) -> str | None:
    """A name in lower case with underscores; None for plain columns, which have one."""
    match expr:
        case Col():
            return None
        case Agg(function, table, None):
            return f"number_of_{_snake(table.name)}"
        case Agg(function, _, arg):
            assert arg is not None
            inner = _inner(arg)
            prefix = _PREFIX[function]
            return inner if inner.startswith(f"{prefix}_") else f"{prefix}_{inner}"
        case Trunc(unit, _):
            return unit
        case Part(part, _):
            return part
        case Span(unit, _, _):
            return f"{unit}s"
        case Age():
            return "age"
        case Arith("-", _, _):
            return "difference"
        case Arith("/", _, _):
            return "ratio"
        case Raw():
            return _raw(expr)
        case Over("running", arg):
            return f"running_{alias_for(arg) or _inner(arg)}"
        case _:
            return "value"


def _raw(expr: Raw) -> str:
    if expr.name:
        return _snake(expr.name)
    words = re.findall(r"[A-Za-z_]+", expr.sql)
    return "_".join(words[-1:]).lower() or "value"


def _inner(expr: Expr) -> str:
    if isinstance(expr, Col):
        return _snake(expr.column)
    if isinstance(expr, Arith):
        return "revenue" if expr.op == "*" else "value"
    if isinstance(expr, Span):
        return f"{expr.unit}s"
    return alias_for(expr) or "value"


def _snake(name: str) -> str:
    return "_".join(split_name(name)) or "value"
