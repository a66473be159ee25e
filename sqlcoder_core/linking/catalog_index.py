"""The catalog as a view on an SQLite index, on disk or in memory: searched there, decoded only where asked for."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import msgspec

from sqlcoder_core.errors import FileError
from sqlcoder_core.linking import index_file
from sqlcoder_core.linking.packing import unpack
from sqlcoder_core.linking.table_search import search_tables
from sqlcoder_core.linking.value_search import values_like
from sqlcoder_core.values.catalog import (
    Clash,
    Exposure,
    Fact,
    Instruction,
    Metric,
    Relationship,
    Table,
    TableName,
    Term,
    ValueHit,
    VerifiedQuestion,
)

T = TypeVar("T")
_KEPT_TABLES = 256
_NAME = "tables.database, tables.schema, tables.name"


class IndexedCatalog:
    """The `Catalog` of values/catalog.py over one SQLite connection; any thread may ask.

    Hidden tables (see `Table.hidden`) are not counted, listed, found or searched; `table()` still gives them, with
    `hidden` set, for those who explain why a table is not offered.
    """

    def __init__(self, connection: sqlite3.Connection, meta: Mapping[str, str] | None = None) -> None:
        self._connection = connection
        self._lock = Lock()
        self._kept: OrderedDict[int, Table] = OrderedDict()
        self.meta = dict(meta) if meta is not None else index_file.read_meta(connection)
        self.content_hash = self.meta.get("content_hash", "")
        self.default_schema: str | None = self.meta.get("default_schema") or None

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of the index itself. Raises FileError when the file is damaged."""
        try:
            with self._lock:
                return self._connection.execute(query, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            path = self._connection.execute("PRAGMA database_list").fetchone()[2]
            raise FileError(f"the catalog index {path} is damaged: {error}", hint="delete it, it is built again") from error

    def close(self) -> None:
        """Let go of the file; also done when nobody holds the catalog any more."""
        self._connection.close()

    __del__ = close

    # ------------------------------------------------------------------ tables by name

    @cached_property
    def _length(self) -> int:
        return int(self.rows("SELECT count(*) FROM tables WHERE NOT hidden")[0][0])

    def __len__(self) -> int:
        return self._length

    def names(self) -> Iterator[TableName]:
        """All table names that may be queried, in the order of the sources."""
        return map(_name, self.rows(f"SELECT {_NAME} FROM tables WHERE NOT hidden ORDER BY place"))

    def hidden_names(self) -> tuple[TableName, ...]:
        """Tables that exist as facts and are not offered: hidden by a source, or not built."""
        return tuple(map(_name, self.rows(f"SELECT {_NAME} FROM tables WHERE hidden ORDER BY place")))

    def table(self, name: TableName | str) -> Table | None:
        """The table, or None (also when text names several)."""
        parts = (name.name, name.schema, name.database) if isinstance(name, TableName) else _split_text(name)
        found = self._matching(*parts, hidden=False) or self._matching(*parts, hidden=True)
        return self._decoded(found[0][0]) if len(found) == 1 else None

    def find(self, name: str, schema: str | None = None, database: str | None = None) -> tuple[TableName, ...]:
        """The relations that SQL text with these parts means: the default schema's first, else any; exact spelling decides."""
        return tuple(_name(row[1:4]) for row in self._matching(name, schema, database, hidden=False))

    def _matching(self, name: str, schema: str | None, database: str | None, *, hidden: bool) -> list[tuple[Any, ...]]:
        columns = f"id, {_NAME}, coalesce(low_schema, '')"
        rows = self.rows(f"SELECT {columns} FROM tables WHERE low_name = ? AND hidden = ? ORDER BY place", name.lower(), hidden)
        default = (self.default_schema or "").lower()
        if schema is not None:
            rows = [row for row in rows if row[4] == schema.lower() or (not row[4] and schema.lower() == default)]
        elif len(rows) > 1:
            rows = [row for row in rows if row[4] == default] or rows
        if database is not None:
            rows = [row for row in rows if row[1] is None or row[1].lower() == database.lower()]
        quoted = [row for row in rows if row[3] == name]
        return quoted if quoted and len({(row[1], row[4]) for row in rows}) == 1 else rows

    def _decoded(self, place: int) -> Table:
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        ((body, rank, hidden),) = self.rows("SELECT body, rank, hidden FROM tables WHERE id = ?", place)
        # Rank and hiding are settled after the body was written, when all sources are known.
        self._kept[place] = table = replace(unpack(body), rank=rank, hidden=bool(hidden))
        if len(self._kept) > _KEPT_TABLES:
            self._kept.popitem(last=False)
        return table

    # ------------------------------------------------------------------ tables by likeness

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """Lower-case text that may be written for a table, and how an error message writes it."""
        spellings: dict[str, str] = {}
        default = (self.default_schema or "").lower()
        for name in self.names():
            bare = not name.schema or name.schema.lower() == default
            spellings.setdefault(name.key, name.name if bare else str(name))
            spellings.setdefault(name.name.lower(), name.name if bare else str(name))
        return spellings

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Table names most like `name`, best first."""
        from rapidfuzz import fuzz, process

        found = process.extract(name.lower(), self._spellings.keys(), scorer=fuzz.ratio, score_cutoff=60, limit=limit * 2)
        return tuple(dict.fromkeys(self._spellings[spelling] for spelling, _, _ in found))[:limit]

    def search(self, words: Sequence[str], limit: int = 20) -> tuple[TableName, ...]:
        """Tables whose names, columns, descriptions or synonyms fit the words, and what these are joined with, best first."""
        return tuple(search_tables(self.rows, words, limit))

    def values_like(self, texts: Sequence[str], limit: int = 20) -> tuple[tuple[str, tuple[ValueHit, ...]], ...]:
        """Stored values that the texts may mean; see value_search for the scores."""
        return values_like(self.rows, texts, limit)

    # ------------------------------------------------------------------ other facts

    def relationships(self, tables: Sequence[TableName] | None = None) -> tuple[Relationship, ...]:
        """Joins that touch any of the tables; all when None. Declared ones first."""
        if tables is None:
            return tuple(_decode(Relationship, self.rows("SELECT body FROM relationships ORDER BY rowid")))
        keys = list(dict.fromkeys(name.key for name in tables))
        found: dict[int, bytes] = {}
        for start in range(0, len(keys), 400):
            part = keys[start : start + 400]
            marks = ", ".join("?" * len(part))
            found.update(
                self.rows(f"SELECT rowid, body FROM relationships WHERE left_key IN ({marks}) OR right_key IN ({marks})", *part, *part)
            )
        return tuple(_decode(Relationship, [(found[number],) for number in sorted(found)]))

    def _facts(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(_decode(kind, self.rows("SELECT body FROM facts WHERE kind = ? ORDER BY rowid", kind.__name__)))

    @cached_property
    def _metrics(self) -> tuple[Metric, ...]:
        return self._facts(Metric)

    @cached_property
    def _terms(self) -> tuple[Term, ...]:
        return self._facts(Term)

    @cached_property
    def _verified(self) -> tuple[VerifiedQuestion, ...]:
        return self._facts(VerifiedQuestion)

    @cached_property
    def _instructions(self) -> tuple[Instruction, ...]:
        return self._facts(Instruction)

    @cached_property
    def _exposures(self) -> tuple[Exposure, ...]:
        return self._facts(Exposure)

    def metrics(self) -> tuple[Metric, ...]:
        """All metrics."""
        return self._metrics

    def terms(self) -> tuple[Term, ...]:
        """All glossary terms that hold against the catalog."""
        return self._terms

    def verified(self) -> tuple[VerifiedQuestion, ...]:
        """All questions with SQL that a person has checked."""
        return self._verified

    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions, in order."""
        return self._instructions

    def exposures(self) -> tuple[Exposure, ...]:
        """All exposures."""
        return self._exposures

    def clashes(self) -> tuple[Clash, ...]:
        """What the sources disagree on, and what was found wrong in them."""
        return self._facts(Clash)


def open_index(path: Path) -> IndexedCatalog | None:
    """The catalog in that file; None when there is none or it has to be built anew."""
    connection = index_file.open_existing(path)
    return IndexedCatalog(connection) if connection else None


def memory_catalog(facts: Iterable[Fact], default_schema: str | None = None) -> IndexedCatalog:
    """A catalog of these facts that leaves no file: for tests, for one-off checks, for facts that come from elsewhere.

    Joins are inferred and facts merged as for any catalog; the facts count as those of one source.
    """
    from sqlcoder_core.linking.index_build import SourceFacts, build_index

    return build_index(None, [SourceFacts(name="given", facts=facts)], default_schema=default_schema)


def _name(row: Sequence[Any]) -> TableName:
    return TableName(database=row[0], schema=row[1], name=row[2])


def _split_text(text: str) -> tuple[str, str | None, str | None]:
    """`name`, `schema.name` or `database.schema.name` into name, schema, database."""
    parts = text.rsplit(".", 2)
    return parts[-1], parts[-2] if len(parts) > 1 else None, parts[-3] if len(parts) > 2 else None


def _decode(kind: type[T], rows: list[tuple[Any, ...]]) -> Iterator[T]:
    decoder = msgspec.msgpack.Decoder(kind)
    return (decoder.decode(row[0]) for row in rows)
