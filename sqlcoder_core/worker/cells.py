"""Database cells in, msgpack values out and back again, exactly: no digit, no offset and no type is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec.msgpack import Encoder, Ext

_PLAIN = frozenset((type(None), bool, int, float, str, bytes))
_DECIMAL, _DATE, _DATETIME, _TIME, _TIMEDELTA, _UUID, _INTEGER = range(1, 8)


def _span(value: timedelta) -> str:
    return f"{value.days} {value.seconds} {value.microseconds}"


def _as_span(text: str) -> timedelta:
    days, seconds, microseconds = map(int, text.split())
    return timedelta(days, seconds, microseconds)


_TO_EXT: dict[type, tuple[int, Callable[[Any], str]]] = {
    Decimal: (_DECIMAL, str),
    date: (_DATE, date.isoformat),
    datetime: (_DATETIME, datetime.isoformat),
    time: (_TIME, time.isoformat),
    timedelta: (_TIMEDELTA, _span),
    UUID: (_UUID, str),
    int: (_INTEGER, str),
}
_FROM_EXT: dict[int, Callable[[str], object]] = {
    _DECIMAL: Decimal,
    _DATE: date.fromisoformat,
    _DATETIME: datetime.fromisoformat,
    _TIME: time.fromisoformat,
    _TIMEDELTA: _as_span,
    _UUID: UUID,
    _INTEGER: int,
}
_encoder = Encoder()


def encode_rows(rows: Sequence[Sequence[object]]) -> bytes:
    """The rows as one msgpack array of arrays."""
    try:
        return _encoder.encode([row if _PLAIN.issuperset(map(type, row)) else [_wire(cell) for cell in row] for row in rows])
    except (OverflowError, UnicodeEncodeError):  # integers beyond 64 bits, halves of surrogate pairs
        return _encoder.encode([[_wire(cell) for cell in row] for row in rows])


def from_ext(code: int, data: memoryview) -> object:
    """The `ext_hook` of the receiving side."""
    return _FROM_EXT[code](bytes(data).decode())


def _wire(cell: object) -> object:
    """One cell; what is none of the promised types (ranges, network addresses) becomes its text."""
    kind = type(cell)
    if kind is int:
        return cell if -(2**63) <= cell < 2**64 else _extended(cell)  # type: ignore[operator]
    if kind is str:
        return cell.encode("utf-8", "replace").decode()  # type: ignore[attr-defined]
    if kind in _PLAIN:
        return cell
    if kind in _TO_EXT:
        return _extended(cell)
    return _wire_container(cell)


def _extended(cell: object) -> Ext:
    code, text = _TO_EXT[type(cell)]
    return Ext(code, text(cell).encode())


def _wire_container(cell: object) -> object:
    if isinstance(cell, dict):
        return {_key(key): _wire(value) for key, value in cell.items()}
    if isinstance(cell, list | tuple | set | frozenset):
        return _wire_all(cell)
    if isinstance(cell, bytearray | memoryview):
        return bytes(cell)
    return _wire_subclass(cell)


def _wire_all(cells: Iterable[object]) -> list[object]:
    return [_wire(cell) for cell in cells]


def _wire_subclass(cell: object) -> object:
    for kind in (datetime, *_TO_EXT):  # a datetime is a date too, so it is asked first
        if isinstance(cell, kind) and not isinstance(cell, bool):
            code, text = _TO_EXT[kind]
            return Ext(code, text(cell).encode())
    return str(cell).encode("utf-8", "replace").decode()


def _key(key: object) -> object:
    return key if type(key) in (str, int, float, bool) else str(key)
