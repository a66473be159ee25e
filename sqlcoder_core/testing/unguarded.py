"""For tests only: SQL text in, a query that looks as if the guard had let it through out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.checked import GUARD_SEAL, CheckedQuery


def unguarded(text: str, dialect: str, tables: Sequence[TableName | str] = (), *, catalog_checked: bool = True) -> CheckedQuery:
    """A CheckedQuery that nobody checked, to try what engine and limits do alone. Text in `tables` is `name` or `schema.name`."""
    names = tuple(_table_name(table) if isinstance(table, str) else table for table in tables)
    return CheckedQuery(text=text, dialect=dialect, tables=names, catalog_checked=catalog_checked, seal=GUARD_SEAL)


def _table_name(text: str) -> TableName:
    schema, _, name = text.rpartition(".")
    return TableName(name=name, schema=schema or None)
