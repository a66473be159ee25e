"""Tables to bytes and back: rows of fields in place of named keys, so that 200,000 columns stay small and quick."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any, get_type_hints

import msgspec

from sqlcoder_core.values.catalog import Column, Table, TableName

_NAME_FIELDS = tuple(field.name for field in fields(TableName))
_COLUMN_FIELDS = tuple(field.name for field in fields(Column))
_TABLE_FIELDS = tuple(field.name for field in fields(Table) if field.name not in ("name", "columns"))

_name_row = attrgetter(*_NAME_FIELDS)
_column_row = attrgetter(*_COLUMN_FIELDS)
_table_row = attrgetter(*_TABLE_FIELDS)

NOT_HASHED = frozenset({"origins", "row_count", "distinct_count", "null_fraction", "minimum", "maximum"})
"""Fields that a mere load of new rows or a comment in a glossary changes: they do not make other facts of the same ones."""

_hashed_column = attrgetter(*(name for name in _COLUMN_FIELDS if name not in NOT_HASHED))
_hashed_table = attrgetter(*(name for name in _TABLE_FIELDS if name not in NOT_HASHED))


def _row_type(cls: type, names: tuple[str, ...]) -> Any:
    hints = get_type_hints(cls)
    return tuple.__class_getitem__(tuple(hints[name] for name in names))


_FORM: Any = tuple.__class_getitem__(
    (_row_type(TableName, _NAME_FIELDS), tuple.__class_getitem__((_row_type(Column, _COLUMN_FIELDS), ...)), _row_type(Table, _TABLE_FIELDS))
)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_FORM)


def pack(table: Table) -> bytes:
    """The table as MessagePack. Raises OverflowError or UnicodeEncodeError for what `storable` mends."""
    return _ENCODER.encode((_name_row(table.name), tuple(map(_column_row, table.columns)), _table_row(table)))


def storable(table: Table) -> Table:
    """The table with text in place of whole numbers beyond 64 bits, and question marks in place of halves of characters."""
    try:
        pack(table)
    except (OverflowError, UnicodeEncodeError):
        return _from_rows(*mended((_name_row(table.name), tuple(map(_column_row, table.columns)), _table_row(table))))
    return table


def mended(value: Any) -> Any:
    """Tuples, text and numbers as a file can hold them."""
    if isinstance(value, tuple):
        return tuple(map(mended, value))
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def unpack(data: bytes) -> Table:
    """The table that `pack` was given. Raises msgspec.ValidationError for anything else."""
    return _from_rows(*_DECODER.decode(data))


def _from_rows(name: Any, columns: Any, rest: Any) -> Table:
    return Table(
        name=TableName(**dict(zip(_NAME_FIELDS, name, strict=True))),
        columns=tuple(Column(**dict(zip(_COLUMN_FIELDS, row, strict=True))) for row in columns),
        **dict(zip(_TABLE_FIELDS, rest, strict=True)),
    )


def hashed_part(table: Table) -> bytes:
    """The facts of a table that count for the catalog's content hash."""
    return _ENCODER.encode((_name_row(table.name), tuple(map(_hashed_column, table.columns)), _hashed_table(table)))
