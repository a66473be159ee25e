"""Tables as values in, the same tables without rows in a new SQLite or DuckDB file out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import DatabaseError
from sqlcoder_core.values.catalog import Column, ColumnKind, Relationship, Table

_PLAINLY_A_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*(\(\s*\d+\s*(,\s*\d+\s*)?\))?")
_WITHOUT_SERIAL = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
_ALONE: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
"""DuckDB fetches nothing for the sake of a type."""
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


def create_empty(path: Path, tables: Sequence[Table], dialect: str, relationships: Sequence[Relationship] = ()) -> Path:
    """A database of these tables, with their primary keys; the types are spelled in `dialect`, and translated.

    Of the relationships only those of a table with itself are declared: the others are told by a glossary, which cannot say these.
    """
    own = [one for one in relationships if one.left.key == one.right.key]
    if engine_for(dialect) == "sqlite":
        with closing(sqlite3.connect(path)) as lite:
            _create(tables, own, dialect, lite.execute)
            lite.commit()
    else:
        with connected(path) as duck:
            for schema in sorted({table.name.schema for table in tables if table.name.schema}):
                duck.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
            _create(tables, own, dialect, duck.execute)
    return path


def connected(path: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB file open for writing, without extensions."""
    return duckdb.connect(str(path), config=_ALONE)


def quoted(name: str) -> str:
    """A name in double quotes, as both engines take it."""
    return '"' + name.replace('"', '""') + '"'


def relation(table: Table, engine: str) -> str:
    """The table's name in quotes; SQLite has no schemas."""
    parts = (table.name.schema, table.name.name) if engine == "duckdb" else (table.name.name,)
    return ".".join(quoted(part) for part in parts if part)


def _create(tables: Sequence[Table], own: Sequence[Relationship], dialect: str, execute: Callable[[str], Any]) -> None:
    engine = engine_for(dialect)
    for table in tables:
        try:
            execute(_statement(table, dialect, engine, [one for one in own if one.left.key == table.name.key]))
        except (duckdb.Error, sqlite3.Error):  # a type or a key that this engine does not have: kinds are enough for a shape
            try:
                execute(_statement(table, dialect, engine, plain=True))
            except (duckdb.Error, sqlite3.Error) as error:
                raise DatabaseError(f"{engine} cannot hold the table {table.name}: {str(error).splitlines()[0]}") from error


def _statement(table: Table, dialect: str, engine: str, own: Sequence[Relationship] = (), *, plain: bool = False) -> str:
    parts = [f"{quoted(column.name)} {_plain_type(column) if plain else _type(column, dialect, engine)}" for column in table.columns]
    if table.primary_key and not plain:
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted, table.primary_key))})")
        parts += [_foreign_key(one, table, engine) for one in own if one.right_columns == table.primary_key]
    return f"CREATE TABLE {relation(table, engine)} ({', '.join(parts)})"


def _foreign_key(one: Relationship, table: Table, engine: str) -> str:
    left, right = (", ".join(map(quoted, names)) for names in (one.left_columns, one.right_columns))
    return f"FOREIGN KEY ({left}) REFERENCES {relation(table, engine)} ({right})"


def _type(column: Column, dialect: str, engine: str) -> str:
    """The declared type as the engine spells it. It comes out of a file, so what is not plainly a type is not put into a statement."""
    text = (column.type or "").strip()
    if engine == dialect and _PLAINLY_A_TYPE.fullmatch(text):
        return text
    try:
        spelled = exp.DataType.build(text, dialect=dialect).sql(engine) if text else ""
    except (SqlglotError, ValueError):
        spelled = ""
    return _WITHOUT_SERIAL.get(spelled, spelled) or _plain_type(column)


def _plain_type(column: Column) -> str:
    return _PLAIN.get(column.kind, "VARCHAR")
