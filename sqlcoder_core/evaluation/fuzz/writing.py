"""Contents in, a database file's bytes out: statements of this module, names quoted, cells as bound parameters."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import DatabaseError, UsageError
from sqlcoder_core.evaluation.fuzz.contents import Contents
from sqlcoder_core.evaluation.fuzz.shape import Field, Shape, TableShape

Writer = Callable[[Shape, Contents, str], bytes]

_SQLITE = {"integer": "INTEGER", "number": "REAL", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP", "time": "TIME"}
_DUCKDB = {
    "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP", "time": "TIME", "json": "JSON",
    "list": "VARCHAR[]",
}  # fmt: skip
_AS_DECLARED = (
    *exp.DataType.NUMERIC_TYPES,
    *exp.DataType.TEMPORAL_TYPES,
    exp.DataType.Type.BOOLEAN,
    exp.DataType.Type.ARRAY,
    exp.DataType.Type.LIST,
)


def written(engine: str, shape: Shape, contents: Contents, dialect: str) -> bytes:
    """A database file of that engine. `dialect` is that of the declared types. Raises UsageError for an engine without files."""
    writer = _WRITERS.get(engine)
    if writer is None:
        raise UsageError(f"instances cannot be built for {engine}", hint="give the gold SQL in the dialect of sqlite or duckdb")
    return writer(shape, contents, dialect)


def _sqlite(shape: Shape, contents: Contents, dialect: str) -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("BEGIN")
        for table in shape.tables.values():
            columns = [f"{_quoted(one.name)} {_sqlite_type(one)}" for one in table.fields.values()]
            keys = [f"{'PRIMARY KEY' if key == table.primary else 'UNIQUE'} ({_names(table, key)})" for key in table.keys]
            connection.execute(f"CREATE TABLE {_quoted(table.name.name)} ({', '.join([*columns, *keys])})")
            places = ", ".join("?" * len(table.fields))
            rows = [tuple(map(_sqlite_cell, row.values())) for row in contents.rows[table.key]]
            connection.executemany(f"INSERT INTO {_quoted(table.name.name)} VALUES ({places})", rows)
        connection.execute("COMMIT")
        return connection.serialize()
    except sqlite3.Error as error:
        raise DatabaseError(f"an instance could not be written: {error}") from error
    finally:
        connection.close()


def _sqlite_type(one: Field) -> str:
    """The declared type, which gives the column its affinity, or one that fits the kind."""
    declared = (one.type or "").strip()
    plain = declared.replace(" ", "").replace("(", "").replace(")", "").replace(",", "").replace("_", "")
    return declared if plain.isalnum() and plain.isascii() and not plain[0].isdigit() else _SQLITE.get(one.kind, "TEXT")


def _sqlite_cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    return json.dumps(value) if isinstance(value, list | dict) else value


def _duckdb(shape: Shape, contents: Contents, dialect: str) -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="sqlcoder-fuzz-") as folder:
        path = Path(folder, "instance.duckdb")
        try:
            with duckdb.connect(":memory:", config={"threads": 1}) as connection:
                connection.execute(f"ATTACH '{path}' AS instance (BLOCK_SIZE 16384)")
                connection.execute("USE instance")
                connection.execute("BEGIN")
                for table in shape.tables.values():
                    _duckdb_table(connection, table, contents, dialect)
                connection.execute("COMMIT")
                connection.execute("USE memory")
                connection.execute("DETACH instance")
        except duckdb.Error as error:
            raise DatabaseError(f"an instance could not be written: {str(error).splitlines()[0]}") from error
        return path.read_bytes()


def _duckdb_table(connection: Any, table: TableShape, contents: Contents, dialect: str) -> None:
    """The table, and where it stands in a schema of its own, a view of the same name in the default one."""
    name, schema = _quoted(table.name.name), table.name.schema
    place = f"{_quoted(schema)}.{name}" if schema and schema.lower() != "main" else name
    if place != name:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema or '')}")
    columns = [f"{_quoted(one.name)} {_duckdb_type(one, dialect)}" for one in table.fields.values()]
    connection.execute(f"CREATE TABLE {place} ({', '.join(columns)})")
    rows = contents.rows[table.key]
    if rows:
        row = f"({', '.join('?' * len(table.fields))})"
        cells = [_duckdb_cell(one, value) for cells in rows for one, value in zip(table.fields.values(), cells.values(), strict=True)]
        connection.execute(f"INSERT INTO {place} VALUES {', '.join([row] * len(rows))}", cells)
    if place != name:
        connection.execute(f"CREATE VIEW IF NOT EXISTS {name} AS FROM {place}")


def _duckdb_type(one: Field, dialect: str) -> str:
    """The declared type in DuckDB's words where it is an ordinary one, else one that fits the kind."""
    try:
        declared = exp.DataType.build(one.type, dialect=dialect) if one.type else None
    except (SqlglotError, ValueError):
        declared = None
    if declared is not None and declared.this in _AS_DECLARED:
        return declared.sql(dialect="duckdb")
    return _DUCKDB.get(one.kind, "VARCHAR")


def _duckdb_cell(one: Field, value: Any) -> Any:
    if isinstance(value, list):
        return value
    return json.dumps(value) if isinstance(value, dict) else value


def _names(table: TableShape, key: tuple[str, ...]) -> str:
    return ", ".join(_quoted(table.fields[name].name) for name in key)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_WRITERS: dict[str, Writer] = {"sqlite": _sqlite, "duckdb": _duckdb}
