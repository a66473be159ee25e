"""What earlier looks at contents have shown, kept in the index: a table that was looked at is not looked at again for each new build."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import fields

import msgspec

from sqlcoder_core.linking.packing import mended
from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.result import ColumnProfile

_FIELDS = tuple(field.name for field in fields(ColumnProfile))


class Looks:
    """The profiles of one index. `hold` False forgets those of an earlier build, since the contents may have changed."""

    def __init__(self, connection: sqlite3.Connection, *, hold: bool) -> None:
        self._connection = connection
        if not hold:
            connection.execute("DELETE FROM looks")

    def at(self, table: TableName, columns: Sequence[str]) -> tuple[ColumnProfile, ...] | None:
        """What a look at exactly these columns has shown; None when there was none."""
        found = self._connection.execute("SELECT columns, body FROM looks WHERE name = ?", (_named(table),)).fetchone()
        if found is None or found[0] != _listed(columns):
            return None
        return msgspec.msgpack.decode(found[1], type=tuple[ColumnProfile, ...])

    def keep(self, table: TableName, columns: Sequence[str], profiles: Iterable[ColumnProfile]) -> None:
        """Remember a look."""
        storable = [{name: mended(getattr(one, name)) for name in _FIELDS} for one in profiles]
        row = (_named(table), _listed(columns), msgspec.msgpack.encode(storable))
        self._connection.execute("INSERT OR REPLACE INTO looks VALUES (?, ?, ?)", row)


def _named(table: TableName) -> str:
    return str(mended("\0".join((table.database or "", table.schema or "", table.name))))


def _listed(columns: Sequence[str]) -> str:
    return str(mended("\0".join(columns)))
