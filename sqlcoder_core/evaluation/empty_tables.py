"""Tables as values in, the same tables without rows in a new SQLite or DuckDB file out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import DatabaseError
from sqlcoder_core.values.catalog import Column, ColumnKind, Table

_PLAIN: dict[ColumnKind, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "time": "TIME",
    "boolean": "BOOLEAN",
}


def engine_for(dialect: str) -> str:
    """The engine that stands in for a database without contents: SQLite for its own dialect, DuckDB for every other one."""
    return "sqlite" if dialect == "sqlite" else "duckdb"


def create_empty(path: Path, tables: Sequence[Table], dialect: str) -> Path:
    """A database of these tables, with their primary keys; the types are spelled in `dialect`, and translated."""
    if engine_for(dialect) == "sqlite":
        with closing(sqlite3.connect(path)) as lite:
            _create(tables, dialect, "sqlite", lite.execute)
            lite.commit()
    else:
        with duckdb.connect(str(path)) as duck:
            for schema in sorted({table.name.schema for table in tables if table.name.schema}):
                duck.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
            _create(tables, dialect, "duckdb", duck.execute)
    return path


def quoted(name: str) -> str:
    """A name in double quotes, as both engines take it."""
    return '"' + name.replace('"', '""') + '"'


def relation(table: Table, engine: str) -> str:
    """The table's name in quotes; SQLite has no schemas."""
    parts = (table.name.schema, table.name.name) if engine == "duckdb" else (table.name.name,)
    return ".".join(quoted(part) for part in parts if part)


def _create(tables: Sequence[Table], dialect: str, engine: str, execute: Callable[[str], Any]) -> None:
    for table in tables:
        try:
            execute(_statement(table, dialect, engine))
        except (duckdb.Error, sqlite3.Error):  # a type or a key that this engine does not have: kinds are enough for a shape
            try:
                execute(_statement(table, dialect, engine, plain=True))
            except (duckdb.Error, sqlite3.Error) as error:
                raise DatabaseError(f"{engine} cannot hold the table {table.name}: {str(error).splitlines()[0]}") from error


def _statement(table: Table, dialect: str, engine: str, *, plain: bool = False) -> str:
    parts = [f"{quoted(column.name)} {_plain_type(column) if plain else _type(column, dialect, engine)}" for column in table.columns]
    if table.primary_key and not plain:
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted, table.primary_key))})")
    return f"CREATE TABLE {relation(table, engine)} ({', '.join(parts)})"


def _type(column: Column, dialect: str, engine: str) -> str:
    if not column.type:
        return _plain_type(column)
    if engine == dialect:
        return column.type
    return next(_translated(column.type, dialect, engine), _plain_type(column))


def _translated(text: str, dialect: str, engine: str) -> Iterator[str]:
    try:
        kind = exp.DataType.build(text, dialect=dialect)
    except (SqlglotError, sqlglot.errors.ParseError):
        return
    serial = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
    spelled = kind.sql(engine)
    yield serial.get(spelled, spelled)


def _plain_type(column: Column) -> str:
    return _PLAIN.get(column.kind, "VARCHAR")
