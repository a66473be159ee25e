"""SQLite in the worker: open read-only or a snapshot, let the authorizer say what is read, run, stream, close."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

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
    profile_columns,
)
from sqlcoder_sqlite.authorizer import Authorizer
from sqlcoder_sqlite.failures import translated
from sqlcoder_sqlite.snapshot import Snapshot, state_of
from sqlcoder_sqlite.tables import Kinds, describe_tables, quoted, relation_kinds

_FIRST_ROWS = 16
_SAMPLE_ROWS = 200_000
_OPERATIONS = 5_000
_BUSY_SECONDS = 5.0
_PRAGMAS = ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "temp_store=MEMORY")
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 8_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 65_536,
    sqlite3.SQLITE_LIMIT_COLUMN: 2_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 64,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_WAL_MODE = 2
_OPENING = ("OpenRead", "OpenWrite", "ReopenIdx")


class SQLiteEngine(Engine):
    """One file. Beside the user's it never leaves anything: no log, no shared memory, no journal, no lock."""

    def __init__(self, settings: object) -> None:
        super().__init__(settings)
        self._path = os.path.realpath(self.settings.path)
        self._connection: sqlite3.Connection | None = None
        self._kinds: Kinds = {}
        self._roots: dict[int, str] = {}
        self._authorizer = Authorizer()
        self._snapshot: Snapshot | None = None

    def connect(self, limits: Limits) -> None:
        """Open the file, or a private copy where a log or journal is beside it."""
        if not os.path.exists(self._path):
            raise DatabaseError(f"there is no database file {self._path}", hint="check the path")
        with translated(self._path):
            connection = sqlite3.connect(
                self._uri(), uri=True, isolation_level=None, cached_statements=0, check_same_thread=False, timeout=_BUSY_SECONDS
            )
            self._connection = connection
            connection.text_factory = _text
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            for limit, most in _LIMITS.items():
                connection.setlimit(limit, most)
            self._kinds = relation_kinds(connection)
            self._meet_virtual_tables(connection)
            roots = connection.execute("SELECT rootpage, lower(tbl_name) FROM sqlite_master WHERE rootpage > 0").fetchall()
            self._roots = dict(roots)
            deadline = time.monotonic() + limits.seconds
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _OPERATIONS)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def second_opinion(self, query: CheckedQuery) -> tuple[TableName, ...]:
        """Tables and views that SQLite asks to read while it compiles the query."""
        return self._compiled(checked(query).text)

    def sources(self, table: TableName) -> tuple[TableName, ...]:
        """What a view reads."""
        return self._compiled(f"SELECT * FROM {quoted(table.name)}")

    def run(self, query: CheckedQuery) -> Rows:
        """Execute and stream, under an authorizer that lets nothing be read but what compiling the same text reads."""
        text = checked(query).text
        self._compiled(text)
        self._authorizer.hold()
        with translated(self._path):
            cursor = self._open.execute(text)
            first = cursor.fetchmany(_FIRST_ROWS)
        columns = tuple(column[0] for column in cursor.description or ())
        return Rows(columns=columns, types=_types(len(columns), first), batches=self._batches(cursor, first))

    def cancel(self) -> None:
        """Interrupt the running statement."""
        if (connection := self._connection) is not None:
            connection.interrupt()

    def describe(self) -> Iterator[Table | Relationship]:
        """From SQLite's pragmas."""
        with translated(self._path):
            yield from describe_tables(self._open, self._kinds)

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> Iterator[ColumnProfile]:
        """Ranges of the whole table, values of 200,000 rows at most."""
        relation = quoted(table.name)
        with translated(self._path):
            facts = describe_tables(self._open, {table.name: self._kinds.get(table.name, "table")})
            known = next(fact for fact in facts if isinstance(fact, Table))
            found = [(name, known.column(name)) for name in columns]
            probed = [Probed(name=name, quoted=quoted(column.name), kind=column.kind) for name, column in found if column]
            sample = f"(SELECT * FROM {relation} LIMIT {_SAMPLE_ROWS})"
            place = Place(relation=relation, sample=sample, sample_rows=_SAMPLE_ROWS, seconds=limits.seconds)
            yield from profile_columns(lambda statement: self._open.execute(statement).fetchall(), place, probed)

    def findings(self) -> Iterator[Problem]:
        """The version, and whether queries work on a copy."""
        yield Problem(code="version", message=f"SQLite {sqlite3.sqlite_version}", severity="note", found_by="sqlite")
        if self._snapshot is not None:
            message = f"{self._path} has a write-ahead log or journal: queries read a private copy, taken when it changes"
            hint = "let the writer checkpoint and close (PRAGMA wal_checkpoint(TRUNCATE)) to read the file itself"
            yield Problem(code="snapshot", message=message, severity="note", hint=hint, found_by="sqlite")

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise DatabaseError("the database is not open")
        return self._connection

    def _meet_virtual_tables(self, connection: sqlite3.Connection) -> None:
        """Constructors want rights on sqlite_master, which the authorizer does not give: so they run before it is there."""
        for source in ("json_each('[]')", "json_tree('[]')", *(quoted(name) for name, kind in self._kinds.items() if kind == "virtual")):
            with suppress(sqlite3.Error):  # a table whose module this SQLite does not have
                connection.execute(f"SELECT 1 FROM {source} LIMIT 0").fetchall()

    def _uri(self) -> str:
        """A rollback-journal file is read under SQLite's own locks; a WAL file without a log only as immutable, or a log would appear."""
        if any(stat and stat[1] for stat in state_of(self._path)[1:]):
            path, more = self._copied(), "&immutable=1"
        else:
            path, more = self._path, "&immutable=1" if _journal_mode(self._path) == _WAL_MODE else ""
        return f"file:{quote(path)}?mode=ro{more}"

    def _copied(self) -> str:
        if self.scratch is None:
            raise DatabaseError(f"another process has just begun to write to {self._path}", hint="ask again")
        self._snapshot = self._snapshot or Snapshot(self.scratch)
        return self._snapshot.of(self._path)

    def _compiled(self, text: str) -> tuple[TableName, ...]:
        virtual, shadows = ([name.lower() for name, kind in self._kinds.items() if kind == wanted] for wanted in ("virtual", "shadow"))
        self._authorizer = Authorizer(map(str.lower, self._kinds), virtual, shadows)
        self._authorizer.watch()
        with translated(self._path):
            self._open.set_authorizer(self._authorizer)
            program = self._open.execute(f"EXPLAIN {text}").fetchall()
        if not self._authorizer.selects:
            raise DatabaseError("SQLite: this statement is not a query")
        return tuple(TableName(name=name) for name in sorted(self._authorizer.reads | self._opened(program)))

    def _opened(self, program: Sequence[tuple[Any, ...]]) -> set[str]:
        """Relations whose tree the compiled program opens (sqlite.org/opcode.html): what is only counted is read there."""
        roots = {row[3] for row in program if row[1] in _OPENING}
        return {self._roots.get(root, "sqlite_master") for root in roots}

    def _batches(self, cursor: sqlite3.Cursor, first: list[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
        with translated(self._path):
            yield first
            yield from in_batches(cursor.fetchmany)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _journal_mode(path: str) -> int:
    """The file format's "read version": 2 for write-ahead logging (sqlite.org/fileformat2.html, offset 19)."""
    with open(path, "rb") as file:
        head = file.read(20)
    return head[19] if len(head) == 20 else 0


def _types(width: int, rows: Sequence[tuple[object, ...]]) -> tuple[str, ...]:
    """SQLite's values have types, its result columns have none: the first value that is not null speaks for its column."""
    names = {int: "INTEGER", float: "REAL", str: "TEXT", bytes: "BLOB"}
    firsts = (next((row[index] for row in rows if row[index] is not None), None) for index in range(width))
    return tuple(names.get(type(value), "NULL") for value in firsts)
