"""What SQLite's pragmas say in, tables and relationships out; dates kept as text are recognised by their look."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlcoder_core.api import Column, Relationship, Table, TableName, kind_of

_LOOKED_AT = 50
_COUNTED_BYTES = 256 * 1024 * 1024
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_GENERATED_OR_PLAIN = (0, 2, 3)
_ORIGIN = "sqlite foreign key"
Kinds = dict[str, str]


def relation_kinds(connection: sqlite3.Connection) -> Kinds:
    """Name to `table`, `view`, `virtual` or `shadow`, without SQLite's own tables."""
    if sqlite3.sqlite_version_info >= (3, 37):
        rows = connection.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'").fetchall()
    else:
        rows = connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    return {name: kind for name, kind in sorted(rows) if not name.lower().startswith("sqlite_")}


def describe_tables(connection: sqlite3.Connection, kinds: Kinds) -> Iterator[Table | Relationship]:
    """Tables, views and virtual tables, then declared foreign keys."""
    shown = {name: kind for name, kind in kinds.items() if kind != "shadow"}
    tables = {name: _table(connection, name, kind) for name, kind in shown.items()}
    yield from tables.values()
    for table in tables.values():
        yield from _relationships(connection, table, tables)


def quoted(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def _table(connection: sqlite3.Connection, name: str, kind: str) -> Table:
    infos = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    columns = [
        Column(name=column, type=type_text or None, kind=kind_of(type_text), nullable=not (required or key))
        for _, column, type_text, required, _, key, hidden in infos
        if hidden in _GENERATED_OR_PLAIN
    ]
    return Table(
        name=TableName(name=name),
        kind=_kind(kind),
        columns=tuple(_by_contents(connection, name, columns)),
        primary_key=tuple(info[1] for info in sorted((info for info in infos if info[5]), key=lambda info: info[5])),
        unique_keys=tuple(_unique_keys(connection, name)),
        row_count=_row_count(connection, name) if kind == "table" else None,
    )


def _kind(text: str) -> Literal["table", "view", "other"]:
    return "table" if text == "table" else "view" if text == "view" else "other"


def _by_contents(connection: sqlite3.Connection, name: str, columns: Sequence[Column]) -> Iterator[Column]:
    """SQLite types promise nothing: what the first rows hold decides between text and dates, dates and numbers."""
    if not columns:
        return
    listed = ", ".join(quoted(column.name) for column in columns)
    try:
        rows = connection.execute(f"SELECT {listed} FROM {quoted(name)} LIMIT {_LOOKED_AT}").fetchall()
    except sqlite3.Error:  # a view over what is gone, a virtual table without its module: described as declared
        rows = []
    for index, column in enumerate(columns):
        yield _looked_at(column, [row[index] for row in rows if row[index] is not None])


def _looked_at(column: Column, values: Sequence[Any]) -> Column:
    if not values:
        return column
    if all(isinstance(value, str) for value in values):
        if all(_DATE.fullmatch(value) for value in values):
            return replace(column, kind="date")
        if all(_TIMESTAMP.fullmatch(value) for value in values):
            return replace(column, kind="timestamp")
        return column if column.kind in ("text", "json", "list", "time") else replace(column, kind="text")
    numbers = all(isinstance(value, int | float) for value in values)
    if numbers and column.kind not in ("integer", "number", "boolean"):
        return replace(column, kind="integer" if all(isinstance(value, int) for value in values) else "number")
    return column


def _unique_keys(connection: sqlite3.Connection, name: str) -> Iterator[tuple[str, ...]]:
    for _, index, unique, origin, partial in connection.execute(f"PRAGMA index_list({quoted(name)})").fetchall():
        columns = [row[2] for row in connection.execute(f"PRAGMA index_info({quoted(index)})").fetchall()]
        if unique and origin != "pk" and not partial and all(columns):
            yield tuple(columns)


def _row_count(connection: sqlite3.Connection, name: str) -> int | None:
    """Exact for files of up to 256 MB; of larger ones the highest row id, where there is one."""
    pages, size = (connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
    counted = "COUNT(*)" if pages * size <= _COUNTED_BYTES else "MAX(rowid)"
    try:
        found: int | None = connection.execute(f"SELECT {counted} FROM {quoted(name)}").fetchone()[0]
    except sqlite3.Error:  # WITHOUT ROWID
        return None
    return found


def _relationships(connection: sqlite3.Connection, table: Table, tables: dict[str, Table]) -> Iterator[Relationship]:
    keys: dict[int, list[tuple[str, str | None, str]]] = {}
    for number, _, to, column, to_column, *_ in connection.execute(f"PRAGMA foreign_key_list({quoted(table.name.name)})").fetchall():
        keys.setdefault(number, []).append((column, to_column, to))
    by_lower = {name.lower(): known for name, known in tables.items()}
    for parts in keys.values():
        right = by_lower.get(parts[0][2].lower())
        if right is None:
            continue
        named = tuple(to_column for _, to_column, _ in parts if to_column)
        yield Relationship(
            left=table.name,
            left_columns=tuple(column for column, _, _ in parts),
            right=right.name,
            right_columns=named or right.primary_key,
            origin=_ORIGIN,
        )
