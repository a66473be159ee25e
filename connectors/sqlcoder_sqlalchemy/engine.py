"""Any SQLAlchemy engine in the worker: hardened as far as it can be, one statement per call, streamed, closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Connection, CursorResult, func
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sqlcoder_core.api import (
    CheckedQuery,
    ColumnProfile,
    ConnectionLost,
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
    TimeLimit,
    checked,
    in_batches,
    profile_columns,
)
from sqlcoder_sqlalchemy.rights import right_findings
from sqlcoder_sqlalchemy.session import cancel, harden, make_engine
from sqlcoder_sqlalchemy.tables import describe_schema, kind_of_type, type_text

_BILLED = frozenset(("bigquery", "snowflake", "databricks", "awsathena"))
_OUT_OF_TIME = (1317, 1969, 3024, "57014")
"""MySQL: interrupted, MariaDB's and MySQL's time limits; PostgreSQL's query_canceled."""
_WORDS = {
    bool: "BOOLEAN",
    int: "INTEGER",
    float: "DOUBLE",
    Decimal: "DECIMAL",
    str: "TEXT",
    bytes: "BLOB",
    datetime: "TIMESTAMP",
    date: "DATE",
    time: "TIME",
    timedelta: "INTERVAL",
    UUID: "UUID",
    dict: "JSON",
    list: "ARRAY",
}


class SQLAlchemyEngine(Engine):
    """One connection per question, without a pool."""

    def __init__(self, settings: object) -> None:
        super().__init__(settings)
        self._engine: sqlalchemy.Engine | None = None
        self._connection: Connection | None = None
        self._result: CursorResult[Any] | None = None

    def connect(self, limits: Limits) -> None:
        """Connect and tell the engine its limits."""
        with _translated():
            self._engine = make_engine(self.settings, limits)
            self._connection = self._engine.connect()
            harden(self._connection, limits)

    def close(self) -> None:
        """Roll back and disconnect; an unread result is thrown away with its connection."""
        self._result = None
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def search_path(self) -> tuple[str, ...]:
        """The default schema."""
        return (self.settings.default_schema,) if self.settings.default_schema else ()

    def run(self, query: CheckedQuery) -> Rows:
        """No parameters, so that % and : are text; a streaming cursor, so that there is one statement and little memory."""
        text = checked(query).text
        with _translated():
            options = self._open.execution_options(no_parameters=True, stream_results=True)
            self._result = options.exec_driver_sql(text)
            if not self._result.returns_rows:
                raise DatabaseError("the statement returned no rows")
            columns = tuple(self._result.keys())
            first = [tuple(row) for row in self._result.fetchmany(16)]
        return Rows(columns=columns, types=_types(len(columns), first), batches=self._batches(self._result, first))

    def cancel(self) -> None:
        """Stop the running statement where the driver can; else the process is killed."""
        if (connection := self._connection) is not None and self._engine is not None:
            with _translated():
                cancel(connection, self._engine)

    def describe(self) -> Iterator[Table | Relationship]:
        """By SQLAlchemy's inspector: the default schema, or those that the settings list."""
        with _translated():
            inspector = sqlalchemy.inspect(self._open)
            for schema in self.settings.schemas or (self._schema(),):
                yield from describe_schema(inspector, schema)

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> Iterator[ColumnProfile]:
        """Nothing on engines that bill for what is read."""
        if self._open.dialect.name in _BILLED:
            return
        with _translated():
            infos = {info["name"].lower(): info for info in sqlalchemy.inspect(self._open).get_columns(table.name, schema=table.schema)}
            probed = [self._probed(name, infos[name.lower()]) for name in columns if name.lower() in infos]
            yield from profile_columns(self._fetch, self._place(table, limits), probed)

    def findings(self) -> Iterator[Problem]:
        """Version, and rights of MySQL users; the other engines are checked by their own means."""
        version = ".".join(map(str, self._open.dialect.server_version_info or ()))
        yield Problem(code="version", message=f"{self._open.dialect.name} {version}".strip(), severity="note", found_by="sqlalchemy")
        with _translated():
            yield from right_findings(self._open)

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise DatabaseError("the database is not open")
        return self._connection

    def _schema(self) -> str | None:
        if self.settings.default_schema or self._open.dialect.name == "sqlite":
            return self.settings.default_schema  # type: ignore[no-any-return]
        return self._open.dialect.default_schema_name

    def _fetch(self, statement: str) -> list[tuple[Any, ...]]:
        result = self._open.execution_options(no_parameters=True).exec_driver_sql(statement)
        return [tuple(row) for row in result.fetchall()]

    def _probed(self, name: str, info: Any) -> Probed:
        text = type_text(info["type"], self._open.dialect)
        quoted = self._open.dialect.identifier_preparer.quote(info["name"])
        return Probed(name=name, quoted=quoted, kind=kind_of_type(info["type"], text))

    def _place(self, table: TableName, limits: Limits) -> Place:
        preparer = self._open.dialect.identifier_preparer
        parts = [preparer.quote(part) for part in (table.schema, table.name) if part]
        relation = ".".join(parts)

        def values(quoted: str, most: int) -> str:
            column: sqlalchemy.ColumnElement[Any] = sqlalchemy.literal_column(quoted)
            statement = (
                sqlalchemy.select(column)
                .select_from(sqlalchemy.text(relation))
                .where(column.is_not(None))
                .group_by(column)
                .order_by(func.count().desc(), column)
                .limit(most)
            )
            return str(statement.compile(dialect=self._open.dialect, compile_kwargs={"literal_binds": True}))

        return Place(relation=relation, sample=relation, sample_rows=limits.rows * 10**6, seconds=limits.seconds, values=values)

    def _batches(self, result: CursorResult[Any], first: list[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
        with _translated():
            yield first
            yield from in_batches(lambda size: [tuple(row) for row in result.fetchmany(size)])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _translate(error) from error
    except SQLAlchemyError as error:
        raise DatabaseError(str(error).partition("\n")[0]) from error


def _translate(error: DBAPIError) -> DatabaseError | TimeLimit:
    """The driver's own words, without SQLAlchemy's repetition of the statement."""
    original = error.orig
    code = getattr(original, "sqlstate", None) or next(iter(getattr(original, "args", ())), None)
    text = " ".join(str(part) for part in getattr(original, "args", ()) if not isinstance(part, int)) or str(original)
    if code in _OUT_OF_TIME:
        return TimeLimit(text)
    hint = "check user and password: `password: ${NAME}` in sqlcoder.yaml" if code in (1045, "28P01") else None
    kind = ConnectionLost if error.connection_invalidated else DatabaseError
    return kind(text.strip(), hint=hint)


def _types(width: int, rows: Sequence[tuple[object, ...]]) -> tuple[str, ...]:
    """Drivers tell types by numbers of their own: the first value that is not null speaks for its column."""
    firsts = (next((row[index] for row in rows if row[index] is not None), None) for index in range(width))
    return tuple(_WORDS.get(type(value), "NULL" if value is None else type(value).__name__.upper()) for value in firsts)
