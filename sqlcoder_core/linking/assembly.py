"""The facts of several sources on their way into an index: which table is meant, what it becomes, what is odd about it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlcoder_core.linking.declared_joins import Declared, declared_joins
from sqlcoder_core.linking.joins import TableShape, shape_of
from sqlcoder_core.linking.looks import Looks
from sqlcoder_core.linking.merge import Live, merge_tables
from sqlcoder_core.linking.packing import hashed_part, pack, storable, unpack
from sqlcoder_core.linking.places import Entry, Places, lower, unknown_column
from sqlcoder_core.values.catalog import Clash, Exposure, Fact, Metric, Relationship, Table, TableName, Term

if TYPE_CHECKING:
    from sqlcoder_core.contracts.source import Authority

_RANK_BESIDE_PROJECT = 0.5
"""A table of the database that no project describes, beside tables that one does."""


def _everything(_: TableName) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One source on its way in. See `MetadataSource` for `authority` and `covers`, `Probe.default_database` for `database`."""

    name: str
    facts: Iterable[Fact]
    authority: Authority = "declares"
    covers: Callable[[TableName], bool] = _everything
    database: str | None = None


class Assembly:
    """Takes sources one after the other, then is settled, sampled and read out."""

    def __init__(self, connection: sqlite3.Connection, default_schema: str | None) -> None:
        self.connection = connection
        self.places = Places(default_schema)
        self.clashes: list[Clash] = []
        self._facts: dict[type, dict[object, Any]] = defaultdict(dict)
        self._joins: list[Declared] = []
        self._live: list[SourceFacts] = []
        self._waiting: list[tuple[Table, str]] = []
        connection.execute(
            "CREATE TEMP TABLE coming"
            " (place INTEGER PRIMARY KEY, name, schema, database, low_name, low_schema, low_database, rank, hidden, body)"
        )

    # ------------------------------------------------------------------ taking facts in

    def take(self, source: SourceFacts) -> None:
        """All facts of one source."""
        if source.authority == "live":
            self._live.append(source)
        for fact in source.facts:
            if isinstance(fact, Table):
                self._take_table(fact, source)
            elif isinstance(fact, Relationship):
                self._joins.append(Declared(fact, source.authority))
            elif isinstance(fact, Clash):
                self.clashes.append(fact)
            else:
                self._take_fact(fact)

    def _take_fact(self, fact: Any) -> None:
        first = self._facts[type(fact)].setdefault(_identity(fact), fact)
        if isinstance(fact, (Metric, Term)) and (fact.expression, fact.filter) != (first.expression, first.filter):
            self.clashes.append(_defined_twice(first, fact))

    def _take_table(self, table: Table, source: SourceFacts) -> None:
        table = storable(table)
        if not any(name == "*" for name, _ in table.origins):
            table = replace(table, origins=(*table.origins, ("*", source.name)))
        if source.authority == "annotates":
            self._annotate(table, source)
            return
        place = self.places.same_table(table.name, source.name)
        if place is None:
            place = self.places.add(table.name)
        else:
            table = self._merged(place, table, source)
        entry = self.places.entries[place]
        entry.sources.add(source.name)
        entry.live = entry.live or source.authority == "live"
        self._keep(place, table)

    def _merged(self, place: int, table: Table, source: SourceFacts) -> Table:
        live: Live = "neither"
        if source.authority == "live":
            live = "neither" if self.places.entries[place].live else "second"
        elif self.places.entries[place].live:
            live = "first"
        merged, clashes = merge_tables(self._stored(place), table, live)
        self.clashes.extend(clashes)
        return merged

    def _annotate(self, notes: Table, source: SourceFacts) -> None:
        """What a person wrote beside a table; what no source has brought so far waits for those that follow."""
        meant = self.places.meant(notes.name)
        if len(meant) != 1:
            self._waiting.append((notes, source.name))
            return
        table = self._stored(meant[0])
        known = {column.name.lower() for column in table.columns}
        later = tuple(column for column in notes.columns if column.name.lower() not in known)
        if later:
            self._waiting.append((Table(name=table.name, columns=later, origins=notes.origins), source.name))
        now = tuple(column for column in notes.columns if column not in later)
        self._noted(meant[0], *merge_tables(table, replace(notes, name=table.name, columns=now)), source.name)

    def _annotate_late(self, notes: Table, source: str) -> None:
        """Notes that came before their table or column: they win, and what nobody brought is an error with file and line."""
        meant = self.places.meant(notes.name)
        if len(meant) != 1:
            self.clashes.append(self.places.unknown_table(notes.name, _origin(notes)))
            return
        table = self._stored(meant[0])
        known = {column.name.lower(): column.name for column in table.columns}
        unknown = [column for column in notes.columns if known and column.name.lower() not in known]
        for column in unknown:
            where = dict(column.origins).get("*") or _origin(notes)
            self.clashes.append(unknown_column(table.name, column.name, known.values(), where))
        columns = tuple(column for column in notes.columns if column not in unknown)
        self._noted(meant[0], *merge_tables(replace(notes, columns=columns), table, "second"), source)

    def _noted(self, place: int, table: Table, clashes: Iterable[Clash], source: str) -> None:
        self.clashes.extend(clashes)
        self.places.entries[place].sources.add(source)
        self._keep(place, table)

    # ------------------------------------------------------------------ the tables' rows

    def _stored(self, place: int) -> Table:
        row = self.connection.execute("SELECT body FROM coming WHERE place = ?", (place,)).fetchone()
        return unpack(row[0])

    def _keep(self, place: int, table: Table) -> None:
        entry = self.places.entries[place]
        entry.name, entry.hidden, entry.rank = table.name, table.hidden, table.rank
        entry.digest = hashlib.sha256(hashed_part(table)).digest()
        entry.shape = shape_of(table)
        entry.columns = "\0".join(column.name for column in table.columns)
        name = table.name
        parts = (name.name, name.schema, name.database)
        row = (place, *parts, *map(lower, parts), table.rank, table.hidden, pack(table))
        self.connection.execute("INSERT OR REPLACE INTO coming VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    # ------------------------------------------------------------------ when all are in

    def settle(self) -> None:
        """Hold what is written and described against what there is, and against what exists if a source has looked."""
        for notes, source in self._waiting:
            self._annotate_late(notes, source)
        if not self._live:
            return
        entries = self.places.entries
        described = any(not entry.live or len(entry.sources) > 1 for entry in entries)
        databases = {lower(entry.name.database) for entry in entries if entry.live} | {lower(source.database) for source in self._live}
        for place, entry in enumerate(entries):
            if not entry.live and self._should_be_there(entry, databases):
                self._hide(place, entry)
            elif described and entry.live and len(entry.sources) == 1:
                entry.rank *= _RANK_BESIDE_PROJECT
                self.connection.execute("UPDATE coming SET rank = ? WHERE place = ?", (entry.rank, place))

    def _should_be_there(self, entry: Entry, databases: set[str | None]) -> bool:
        """A table in another database of the server was not looked for, nor one that a source was told to leave out."""
        looked_in = not databases or entry.name.database is None or lower(entry.name.database) in databases
        return looked_in and all(source.covers(entry.name) for source in self._live)

    def _hide(self, place: int, entry: Entry) -> None:
        if not entry.hidden:
            self.clashes.append(_not_built(entry.name, _origin(self._stored(place))))
        entry.hidden = True
        self.connection.execute("UPDATE coming SET hidden = 1 WHERE place = ?", (place,))

    def sample(self, sampler: Callable[[Table, list[Clash], Looks], Table], looks: Looks) -> None:
        """Look at the contents of every table that may be queried, those that matter most first."""
        shown = [(place, entry) for place, entry in enumerate(self.places.entries) if not entry.hidden]
        for place, entry in sorted(shown, key=lambda pair: -pair[1].rank):
            table = self._stored(place)
            sampled = sampler(table, self.clashes, looks)
            if sampled is not table:
                self._keep(place, replace(storable(sampled), rank=entry.rank))

    # ------------------------------------------------------------------ reading out

    def shapes(self) -> list[TableShape]:
        """What join inference needs of the tables that may be queried."""
        return [entry.shape for entry in self.places.entries if entry.shape is not None and not entry.hidden]

    def digests(self) -> list[bytes]:
        """A line for each table that may be queried, in an order that no source decides."""
        shown = [entry for entry in self.places.entries if not entry.hidden]
        return sorted(f"{entry.name.database}.{entry.name.key}".lower().encode() + entry.digest for entry in shown)

    def joins(self) -> list[Relationship]:
        """The declared joins between tables that may be queried."""
        return declared_joins(self._joins, self.places, self.clashes)

    def other_facts(self, kinds: Iterable[type]) -> list[Any]:
        """Metrics, terms and the like, kind by kind, with their tables spelled as in the index."""
        return [self._resolved(fact) for kind in kinds for fact in self._facts[kind].values()]

    def _resolved(self, fact: Any) -> Any:
        if isinstance(fact, Exposure):
            return replace(fact, tables=tuple(self.places.spelled(name) or name for name in fact.tables))
        if isinstance(fact, (Metric, Term)) and fact.table is not None:
            return replace(fact, table=self.places.spelled(fact.table) or fact.table)
        return fact


def _not_built(name: TableName, place: str | None) -> Clash:
    message = f"{name} is described and not in the database, so questions cannot use it"
    hint = "run `dbt build`, or choose the target it was built in"
    return Clash(kind="not built", subject=str(name), message=message, place=place, hint=hint)


def _defined_twice(first: Metric | Term, second: Metric | Term) -> Clash:
    word = type(second).__name__.lower()
    message = f"{word} {second.name!r} is defined twice, in {first.origin or 'one source'} and in {second.origin or 'another'}"
    return Clash(kind=word, subject=second.name, message=message, place=second.origin or None, hint="the first one counts")


def _identity(fact: Any) -> object:
    """What makes two facts of one kind the same: the question, the text, or the name."""
    return getattr(fact, "question", None) or getattr(fact, "text", None) or fact.name.lower()


def _origin(table: Table) -> str | None:
    return dict(table.origins).get("*") or next((origin for _, origin in table.origins), None)
