"""DuckDB in the worker: attach read-only, ask for the plan, run, stream, detach."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

import duckdb

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
from sqlcoder_duckdb.failures import translated
from sqlcoder_duckdb.instance import Instance, files, open_instance, quoted, quoted_text
from sqlcoder_duckdb.plan import relations_of, spelled
from sqlcoder_duckdb.tables import describe_tables

_SAMPLE_ROWS = 2_000_000
_BUILT_IN = frozenset(("core_functions", "icu", "jemalloc", "json", "parquet"))
"""What Python's DuckDB brings along; duckdb_extensions() would have to look into a folder that is closed."""
_TAKEN = frozenset(("memory", "system", "temp"))


class DuckDBEngine(Engine):
    """The locked instance stays warm; the file is attached for one question and detached, so that others may write it."""

    def __init__(self, settings: object) -> None:
        super().__init__(settings)
        self._instance: Instance | None = None
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._attached: list[str] = []
        self._main = _alias(files(self.settings)[0])

    def connect(self, limits: Limits) -> None:
        """Attach all files, read-only, and look into the main one."""
        with translated(self.settings.path):
            if self._instance is None or self._instance.memory != limits.memory:
                self._instance = open_instance(self.settings, limits.memory)
            main, *others = files(self.settings)
            self._attach(main, self._main)
            for file, one in zip(others, self.settings.attach, strict=True):
                self._attach(file, one["alias"] or _alias(file))
            self._cursor = self._instance.connection.cursor()
            for session in (self._cursor, self._instance.planner):
                session.execute(f"USE {quoted(self._main, self.settings.default_schema)}")

    def close(self) -> None:
        """Detach, which gives up every lock and file handle."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
        if self._instance is not None:
            for alias in self._attached:
                self._instance.connection.execute(f"DETACH {quoted(alias)}")
        self._attached = []

    def search_path(self) -> tuple[str, ...]:
        """The default schema, then `main`."""
        return (self.settings.default_schema, "main")

    def second_opinion(self, query: CheckedQuery) -> tuple[TableName, ...]:
        """Tables and table functions of the bound plan; raises DatabaseError for what DuckDB would not run."""
        text = checked(query).text
        with translated(self.settings.path):
            statements = self._open.extract_statements(text)
            if len(statements) != 1 or statements[0].type.name not in ("SELECT", "MULTI"):  # a PIVOT is MULTI
                raise DatabaseError(f"DuckDB sees {len(statements)} statements, of type {', '.join(one.type.name for one in statements)}")
            return self._relations(text)

    def sources(self, table: TableName) -> tuple[TableName, ...]:
        """What a view reads."""
        with translated(self.settings.path):
            return self._relations(f"SELECT * FROM {quoted(table.database, table.schema, table.name)}")

    def run(self, query: CheckedQuery) -> Rows:
        """Execute and stream."""
        text = checked(query).text
        with translated(self.settings.path):
            if len(self._open.extract_statements(text)) != 1:
                raise DatabaseError("only one statement is run at a time")
            self._open.execute(text)
            description = self._open.description or ()
            types = tuple(str(column[1]) for column in description)
            return Rows(columns=tuple(str(column[0]) for column in description), types=types, batches=self._batches(self._open))

    def cancel(self) -> None:
        """Interrupt the running statement."""
        if (cursor := self._cursor) is not None and self._instance is not None:
            cursor.interrupt()
            self._instance.planner.interrupt()

    def describe(self) -> Iterator[Table | Relationship]:
        """From DuckDB's own catalogue functions."""
        with translated(self.settings.path):
            yield from describe_tables(self._fetch, self._main, tuple(self._attached))

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> Iterator[ColumnProfile]:
        """Ranges of the whole table, values of two million rows at most."""
        relation = quoted(table.database, table.schema, table.name)
        with translated(self.settings.path):
            types = {str(row[0]).lower(): str(row[1]) for row in self._fetch(f"DESCRIBE SELECT * FROM {relation}")}
            probed = [
                Probed(name=name, quoted=quoted(name), kind=kind_of(types[name.lower()])) for name in columns if name.lower() in types
            ]
            sample = f"(SELECT * FROM {relation} LIMIT {_SAMPLE_ROWS}) AS sample"
            place = Place(relation=relation, sample=sample, sample_rows=_SAMPLE_ROWS, seconds=limits.seconds)
            yield from profile_columns(self._fetch, place, probed)

    def findings(self) -> Iterator[Problem]:
        """The version, settings it lacks, extensions that are not loaded."""
        yield Problem(code="version", message=f"DuckDB {duckdb.__version__}", severity="note", found_by="duckdb")
        assert self._instance is not None
        for name in self._instance.unknown:
            message = f"DuckDB {duckdb.__version__} has no setting {name}; the worker's own limits stand in"
            yield Problem(code="setting", message=message, severity="note", found_by="duckdb")
        for name in self.settings.extensions:
            if name not in _BUILT_IN:
                message = f"the extension {name} is not loaded: queries run with external access off"
                hint = "relations that need it cannot be queried; materialise them in the database file"
                yield Problem(code="extension", message=message, severity="warning", hint=hint, found_by="duckdb")

    @property
    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._cursor is None:
            raise DatabaseError("the database is not open")
        return self._cursor

    def _attach(self, file: str, alias: str) -> None:
        assert self._instance is not None
        if not os.path.exists(file):
            raise DatabaseError(f"there is no database file {file}", hint="check the path, or build the project first (`dbt build`)")
        self._instance.connection.execute(f"ATTACH {quoted_text(file)} AS {quoted(alias)} (READ_ONLY)")
        self._attached.append(alias)

    def _relations(self, text: str) -> tuple[TableName, ...]:
        assert self._instance is not None
        plans = dict(self._instance.planner.execute(f"EXPLAIN (FORMAT json) {text}").fetchall())
        bound = relations_of(plans["logical_plan"], self._instance.functions, self._main)
        if all(relation.schema or relation.database for relation in bound):
            return bound
        # 1.4 binds tables but tells no schema: then what the query spells, macros and query('...') included, is held against the list too.
        with suppress(duckdb.Error):  # it binds to stand-ins, which some queries do not survive
            bound += spelled(self._open.get_table_names(text, qualified=True), self._main, self._attached)
        return bound

    def _fetch(self, statement: str) -> list[tuple[object, ...]]:
        return self._open.execute(statement).fetchall()

    def _batches(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[tuple[object, ...]]]:
        with translated(self.settings.path):
            yield from in_batches(cursor.fetchmany)


def _alias(file: str) -> str:
    """DuckDB's own name for a file: up to the first dot."""
    name = os.path.basename(file).partition(".")[0]
    return f"{name}_" if name in _TAKEN else name
