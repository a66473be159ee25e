"""Values of a column in, the duckdb type that holds them exactly out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

_PLAIN = re.compile(r"[A-Z][A-Z0-9_ ]*(\(\d+(, ?\d+)?\))?(\[\d*\])*")
"""A scalar type, perhaps with precision, or lists of it; named parts (structs, enumerations) are taken from the values."""
_WIDEST_DECIMAL = 38


def column_type(declared: str | None, cells: Sequence[object]) -> str:
    """`declared` when it is a plain duckdb type that these cells have, else the narrowest type that holds all of them."""
    if declared and _PLAIN.fullmatch(declared) and not declared.startswith(("ENUM", "NULL", "UNKNOWN", "ANY", "VARIANT", "JSON")):
        return declared
    return inferred([cell for cell in cells if cell is not None])


def inferred(cells: Sequence[object]) -> str:
    """The type of these values, none of them None; text where they have nothing else in common."""
    kinds = {_kind(cell) for cell in cells}
    if len(kinds) > 1:
        return _joined(kinds, cells)
    kind = next(iter(kinds), "VARCHAR")
    if kind == "DECIMAL":
        return _decimal([cell for cell in cells if isinstance(cell, Decimal)])
    if kind == "INTEGER":
        return _integer([cell for cell in cells if isinstance(cell, int)])
    if kind == "LIST":
        return inferred([part for cell in cells if isinstance(cell, list | tuple) for part in cell if part is not None]) + "[]"
    if kind == "STRUCT":
        return _struct([cell for cell in cells if isinstance(cell, dict)])
    return kind


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "BOOLEAN"),
    (int, "INTEGER"),
    (float, "DOUBLE"),
    (Decimal, "DECIMAL"),
    (str, "VARCHAR"),
    (bytes, "BLOB"),
    (datetime, "TIMESTAMP"),
    (date, "DATE"),
    (time, "TIME"),
    (timedelta, "INTERVAL"),
    (UUID, "UUID"),
    (list, "LIST"),
    (tuple, "LIST"),
    (dict, "STRUCT"),
)


def _kind(cell: object) -> str:
    kind = next((name for known, name in _KINDS if isinstance(cell, known)), "VARCHAR")
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return "TIMESTAMPTZ"
    return "DOUBLE" if isinstance(cell, Decimal) and not cell.is_finite() else kind


def _joined(kinds: set[str], cells: Sequence[object]) -> str:
    if kinds <= {"INTEGER", "DECIMAL"}:
        return _decimal([Decimal(cell) for cell in cells if isinstance(cell, int | Decimal)])
    if kinds <= {"INTEGER", "DECIMAL", "DOUBLE"}:
        return "DOUBLE"
    return "VARCHAR"


def _integer(cells: Sequence[int]) -> str:
    widest = max(cells, key=abs, default=0)
    if -(2**63) <= widest < 2**63:
        return "BIGINT"
    return "HUGEINT" if -(2**127) < widest < 2**127 else "VARCHAR"


def _decimal(cells: Sequence[Decimal]) -> str:
    parts = [cell.as_tuple() for cell in cells]
    scale = max((max(-int(part.exponent), 0) for part in parts), default=0)
    whole = max((len(part.digits) + int(part.exponent) for part in parts), default=1)
    precision = max(whole, 1) + scale
    return f"DECIMAL({max(precision, 18)}, {scale})" if precision <= _WIDEST_DECIMAL else "VARCHAR"


def _struct(cells: Sequence[dict[str, object]]) -> str:
    names = {str(name): None for cell in cells for name in cell}
    if not names or len({tuple(map(str, cell)) for cell in cells}) > 1:
        return "VARCHAR"
    fields = (
        f'"{name.replace(chr(34), chr(34) * 2)}" {inferred([cell[name] for cell in cells if cell[name] is not None])}' for name in names
    )
    return f"STRUCT({', '.join(fields)})"
