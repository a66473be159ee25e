"""PostgreSQL in the worker: one read-only transaction per question, one statement per call, rows one at a time."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from sqlcoder_core.api import (
    CheckedQuery,
    ColumnProfile,
    DatabaseError,
    Engine,
    Limits,
    Place,
    Probed,
    Problem,
    Relationship,
    Rows,
    Table,
    TableName,
    checked,
    in_batches,
    kind_of,
    profile_columns,
)
from sqlcoder_postgres.failures import translated
from sqlcoder_postgres.loaders import register
from sqlcoder_postgres.rights import right_findings
from sqlcoder_postgres.tables import describe_tables

_SAMPLE_ROWS = 200_000
_CANCEL_SECONDS = 0.4
_PARAMETERS = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")
_ROW_ESTIMATE = "SELECT reltuples, relkind::text FROM pg_class WHERE oid = %s::regclass"
_TYPES = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"


class PostgresEngine(Engine):
    """One connection per question."""

    def __init__(self, settings: object) -> None:
        super().__init__(settings)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._stream: Generator[tuple[Any, ...], None, None] | None = None

    def connect(self, limits: Limits) -> None:
        """Log in, harden the session, begin a read-only transaction: two round trips."""
        given = {name: getattr(self.settings, name) for name in _PARAMETERS}
        wanted = {name: value for name, value in given.items() if value is not None}
        seconds = max(1, int(min(self.settings.connect_timeout, limits.seconds)))
        with translated():
            self._connection = psycopg.connect(**wanted, autocommit=True, connect_timeout=seconds, application_name="sqlcoder")
            register(self._connection)
            # Several statements in one call are the simple protocol, which only this fixed text ever uses.
            self._connection.execute(self._opening(limits).as_string(self._connection).encode())

    def close(self) -> None:
        """Cancel what still runs, roll back, disconnect."""
        if self._stream is not None:
            with suppress(psycopg.Error):
                self._stream.close()
            self._stream = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def search_path(self) -> tuple[str, ...]:
        """The default schema, then the others."""
        return (self.settings.default_schema, *self.settings.search_path)

    def second_opinion(self, query: CheckedQuery) -> tuple[TableName, ...]:
        """Relations of the plan; what the planner proved to be empty is not read and not in it."""
        return self._planned(checked(query).text)

    def sources(self, table: TableName) -> tuple[TableName, ...]:
        """What a view reads, or a table's partitions."""
        return self._planned(f"SELECT * FROM {_quoted(table)}")

    def run(self, query: CheckedQuery) -> Rows:
        """Execute with the extended protocol, which takes one statement, and stream row by row."""
        text = checked(query).text
        cursor = self._open.cursor()
        with translated():
            self._stream = cursor.stream(text.encode())  # type: ignore[assignment]
            assert self._stream is not None
            first = tuple(islice(self._stream, 1))
            columns, types = self._header(cursor, text)
        return Rows(columns=columns, types=types, batches=self._batches(first, self._stream))

    def cancel(self) -> None:
        """Ask the server to stop the running statement."""
        if (connection := self._connection) is not None:
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=_CANCEL_SECONDS)

    def describe(self) -> Iterator[Table | Relationship]:
        """From the system catalogue, as far as this role may read."""
        with translated():
            yield from describe_tables(self._fetch)

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> Iterator[ColumnProfile]:
        """Of tables with more than 200,000 rows, pages drawn by chance."""
        relation = _quoted(table)
        with translated():
            types = {str(name).lower(): (str(name), str(text)) for name, text in self._fetch(_TYPES, (relation,))}
            probed = [
                Probed(name=name, quoted=_identifier(types[name.lower()][0]), kind=kind_of(types[name.lower()][1]))
                for name in columns
                if name.lower() in types
            ]
            yield from profile_columns(self._fetch, self._place(relation, limits), probed)

    def findings(self) -> Iterator[Problem]:
        """Version, encryption, and every right that a reader does not need."""
        info = self._open.info
        yield Problem(code="version", message=f"PostgreSQL {info.parameter_status('server_version')}", severity="note", found_by="postgres")
        if info.host and not info.host.startswith("/") and info.hostaddr not in ("127.0.0.1", "::1") and not self._open.pgconn.ssl_in_use:
            hint = "set `sslmode: require`, or verify-full with `sslrootcert`"
            yield Problem(
                code="unencrypted",
                message=f"the connection to {info.host} is not encrypted",
                severity="warning",
                hint=hint,
                found_by="postgres",
            )
        with translated():
            yield from right_findings(self._fetch, info.server_version)

    @property
    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None:
            raise DatabaseError("the database is not open")
        return self._connection

    def _opening(self, limits: Limits) -> sql.Composed:
        milliseconds = max(1, int(limits.seconds * 1000))
        session: dict[str, str] = {
            "default_transaction_read_only": "on",
            "statement_timeout": str(milliseconds),
            "lock_timeout": str(min(milliseconds, 5_000)),
            "idle_in_transaction_session_timeout": str(milliseconds + 10_000),
            "standard_conforming_strings": "on",
            "client_encoding": "UTF8",
            "datestyle": "ISO",
            "intervalstyle": "postgres",
            "jit": "off",
        }
        parts = [sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in session.items()]
        parts.append(sql.SQL("SET search_path = {}").format(sql.SQL(", ").join(map(sql.Identifier, self.search_path()))))
        if self.settings.role:
            parts.append(sql.SQL("SET ROLE {}").format(sql.Identifier(self.settings.role)))
        return sql.SQL("; ").join([*parts, sql.SQL("BEGIN READ ONLY")])

    def _planned(self, text: str) -> tuple[TableName, ...]:
        with translated():
            # `prepare` makes it the extended protocol: a second statement is an error, not a second statement.
            plan = self._open.execute(f"EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) {text}".encode(), prepare=True).fetchone()
        assert plan is not None
        return tuple(dict.fromkeys(_relations(plan[0] if not isinstance(plan[0], str) else json.loads(plan[0]))))

    def _header(self, cursor: psycopg.Cursor[Any], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Columns and types; an empty result has none of its own, so the statement is described."""
        if cursor.description is None:
            self._open.pgconn.prepare(b"", text.encode())
            cursor.pgresult = self._open.pgconn.describe_prepared(b"")
        description = cursor.description or ()
        return tuple(column.name for column in description), tuple(column.type_display for column in description)

    def _batches(self, first: tuple[tuple[Any, ...], ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
        with translated():
            if first:
                yield first
                yield from in_batches(lambda size: tuple(islice(rows, size)))

    def _place(self, relation: str, limits: Limits) -> Place:
        ((estimate, kind),) = self._fetch(_ROW_ESTIMATE, (relation,))
        if estimate <= _SAMPLE_ROWS or kind not in "rm":
            sample = f"(SELECT * FROM {relation} LIMIT {_SAMPLE_ROWS}) AS sample"
            return Place(relation=relation, sample=sample, sample_rows=_SAMPLE_ROWS, seconds=limits.seconds)
        drawn = f"(SELECT * FROM {relation} TABLESAMPLE SYSTEM ({100 * _SAMPLE_ROWS / estimate:.6f})) AS sample"
        return Place(relation=drawn, sample=drawn, sample_rows=_SAMPLE_ROWS, seconds=limits.seconds, partial=True)

    def _fetch(self, statement: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        return self._open.execute(statement.encode(), parameters, prepare=True).fetchall()


def _relations(node: Any) -> Iterator[TableName]:
    if isinstance(node, list):
        for child in node:
            yield from _relations(child)
    elif isinstance(node, dict):
        if "Relation Name" in node:
            yield TableName(name=node["Relation Name"], schema=node.get("Schema"))
        elif str(node.get("Function Name", "")).startswith("pg_"):  # what the server's own views read: sessions, files, settings
            yield TableName(name=node["Function Name"], schema=node.get("Schema"))
        for key in ("Plan", "Plans"):
            yield from _relations(node.get(key))


def _quoted(table: TableName) -> str:
    return ".".join(_identifier(part) for part in (table.schema, table.name) if part)


def _identifier(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
