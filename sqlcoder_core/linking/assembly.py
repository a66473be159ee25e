"""The facts of several sources on their way into an index: which table is meant, what it becomes, what is odd about it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlcoder_core.linking.joins import TableShape, shape_of
from sqlcoder_core.linking.merge import Live, merge_tables
from sqlcoder_core.linking.packing import hashed_part, pack, unpack
from sqlcoder_core.linking.words import split_name
from sqlcoder_core.values.catalog import Clash, Exposure, Fact, Metric, Relationship, Table, TableName, Term

if TYPE_CHECKING:
    from sqlcoder_core.contracts.source import Authority

_RANK_BESIDE_PROJECT = 0.5
"""A table of the database that no project describes, beside tables that one does."""


def _everything(_: TableName) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One source on its way in. See `MetadataSource` for `authority` and `covers`."""

    name: str
    facts: Iterable[Fact]
    authority: Authority = "declares"
    covers: Callable[[TableName], bool] = _everything


@dataclass(slots=True)
class _Entry:
    """What is remembered of a table while its facts lie in the index."""

    name: TableName
    sources: set[str] = field(default_factory=set)
    live: bool = False
    hidden: bool = False
    rank: float = 1.0
    digest: bytes = b""
    shape: TableShape | None = None
    has_values: bool = False
    columns: str = ""
    """Their names, a line each: a tuple of 200,000 names would weigh as much as the rest of a build."""


class Assembly:
    """Takes sources one after the other, then is settled, sampled and written."""

    def __init__(self, connection: sqlite3.Connection, default_schema: str | None) -> None:
        self.connection = connection
        self.default_schema = default_schema
        self.clashes: list[Clash] = []
        self._facts: dict[type, dict[object, Any]] = defaultdict(dict)
        self._entries: list[_Entry] = []
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._joins: list[tuple[Relationship, Authority]] = []
        self._live: list[SourceFacts] = []
        connection.execute("CREATE TEMP TABLE words (id INTEGER PRIMARY KEY, name TEXT, columns TEXT, about TEXT)")

    # ------------------------------------------------------------------ taking facts in

    def take(self, source: SourceFacts) -> None:
        """All facts of one source."""
        if source.authority == "live":
            self._live.append(source)
        for fact in source.facts:
            if isinstance(fact, Table):
                self._take_table(fact, source)
            elif isinstance(fact, Relationship):
                self._joins.append((fact, source.authority))
            elif isinstance(fact, Clash):
                self.clashes.append(fact)
            else:
                self._take_fact(fact)

    def _take_fact(self, fact: Any) -> None:
        first = self._facts[type(fact)].setdefault(_identity(fact), fact)
        if isinstance(fact, (Metric, Term)) and (fact.expression, fact.filter) != (first.expression, first.filter):
            word = type(fact).__name__.lower()
            message = f"{word} {fact.name!r} is defined twice, in {first.origin or 'one source'} and in {fact.origin or 'another'}"
            self.clashes.append(
                Clash(kind=word, subject=fact.name, message=message, place=fact.origin or None, hint="the first one counts")
            )

    def _take_table(self, table: Table, source: SourceFacts) -> None:
        if not any(name == "*" for name, _ in table.origins):
            table = replace(table, origins=(*table.origins, ("*", source.name)))
        place = self._place(table, source)
        if place is None:
            return
        if place == len(self._entries):
            self._entries.append(_Entry(name=table.name))
            self._by_name[table.name.name.lower()].append(place)
        elif source.authority == "annotates":
            table = self._annotated(place, table)
        else:
            table = self._merged(place, table, source)
        entry = self._entries[place]
        entry.sources.add(source.name)
        entry.live = entry.live or source.authority == "live"
        self._keep(place, table)

    def _place(self, table: Table, source: SourceFacts) -> int | None:
        """Where a table's facts belong: with those of the same table, or in a place of their own."""
        if source.authority != "annotates":
            found = self._same_table(table.name, source)
            return found if found is not None else len(self._entries)
        meant = self._meant(table.name)
        if len(meant) == 1:
            return meant[0]
        self.clashes.append(self._unknown_table(table.name, meant, _origin(table)))
        return None

    def _same_table(self, name: TableName, source: SourceFacts) -> int | None:
        """Databases tell tables of one source apart; across sources they are often called differently, so schema and name decide."""
        places = [place for place in self._by_name[name.name.lower()] if self._schema(self._entries[place].name) == self._schema(name)]
        here = [place for place in places if source.name in self._entries[place].sources]
        for place in places:
            other = self._entries[place].name
            if _lower(other.database) == _lower(name.database) and (place not in here or other == name):
                return place
        free = [place for place in places if place not in here]
        return free[0] if len(free) == 1 and not here else None

    def _schema(self, name: TableName) -> str:
        return (name.schema or self.default_schema or "").lower()

    def _meant(self, name: TableName) -> list[int]:
        """The tables that a name written by a person means: the default schema's, else any."""
        places = self._by_name.get(name.name.lower(), [])
        if name.schema:
            return [place for place in places if self._schema(self._entries[place].name) == name.schema.lower()]
        if len(places) > 1:
            return [place for place in places if self._schema(self._entries[place].name) == (self.default_schema or "").lower()] or places
        return places

    def _unknown_table(self, name: TableName, meant: list[int], place: str | None) -> Clash:
        if meant:
            several = ", ".join(str(self._entries[found].name) for found in meant)
            return _error(str(name), f"{name} may be {several}", place, "write the schema before the name")
        near = self._nearest(str(name))
        return _error(
            str(name), f"there is no table {name}", place, f"did you mean {near}?" if near else "`sqlcoder catalog show` lists all"
        )

    def _nearest(self, name: str) -> str | None:
        from rapidfuzz import fuzz, process

        known = {(str(entry.name) if "." in name else entry.name.name): None for entry in self._entries}
        found = process.extractOne(name, known.keys(), scorer=fuzz.ratio, score_cutoff=60)
        return found[0] if found else None

    def _annotated(self, place: int, notes: Table) -> Table:
        """A table with what a person wrote beside it; a column that is not there is an error with file and line."""
        table = self.stored(place)
        known = {column.name.lower(): column.name for column in table.columns}
        for column in notes.columns:
            if column.name.lower() not in known and table.columns:
                where = dict(column.origins).get("*") or _origin(notes)
                self.clashes.append(_error(f"{table.name}.{column.name}", *missing_column(table.name, column.name, known.values(), where)))
        notes = replace(notes, columns=tuple(column for column in notes.columns if column.name.lower() in known or not table.columns))
        merged, clashes = merge_tables(table, replace(notes, name=table.name))
        self.clashes.extend(clashes)
        return merged

    def _merged(self, place: int, table: Table, source: SourceFacts) -> Table:
        live: Live = "neither"
        if source.authority == "live" and not self._entries[place].live:
            live = "second"
        elif self._entries[place].live and source.authority != "live":
            live = "first"
        merged, clashes = merge_tables(self.stored(place), table, live)
        self.clashes.extend(clashes)
        return merged

    # ------------------------------------------------------------------ the tables' rows

    def stored(self, place: int) -> Table:
        """The table as it stands."""
        row = self.connection.execute("SELECT body FROM tables WHERE id = ?", (place + 1,)).fetchone()
        return unpack(row[0])

    def _keep(self, place: int, table: Table) -> None:
        entry = self._entries[place]
        entry.name, entry.hidden, entry.rank = table.name, table.hidden, table.rank
        entry.digest = hashlib.sha256(hashed_part(table)).digest()
        entry.shape = shape_of(table)
        entry.columns = "\n".join(column.name for column in table.columns)
        entry.has_values = any(column.values for column in table.columns)
        name = table.name
        parts = (name.name, name.schema, name.database)
        lower = tuple(map(_lower, parts))
        row = (place + 1, *parts, *lower, table.rank, table.hidden, pack(table))
        self.connection.execute("INSERT OR REPLACE INTO tables VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.connection.execute("INSERT OR REPLACE INTO temp.words VALUES (?, ?, ?, ?)", (place + 1, *_words(table)))

    # ------------------------------------------------------------------ when all are in

    def settle(self) -> None:
        """Hold what is described against what exists, if a source has looked."""
        if not self._live:
            return
        described = any(not entry.live for entry in self._entries) or any(len(entry.sources) > 1 for entry in self._entries)
        databases = {_lower(entry.name.database) for entry in self._entries if entry.live} | {None}
        for place, entry in enumerate(self._entries):
            if not entry.live and _lower(entry.name.database) in databases and all(source.covers(entry.name) for source in self._live):
                self._hide(place, entry)
            elif described and len(entry.sources) == 1 and entry.live:
                entry.rank *= _RANK_BESIDE_PROJECT
                self.connection.execute("UPDATE tables SET rank = ? WHERE id = ?", (entry.rank, place + 1))

    def _hide(self, place: int, entry: _Entry) -> None:
        if not entry.hidden:
            self.clashes.append(
                Clash(
                    kind="not built",
                    subject=str(entry.name),
                    message=f"{entry.name} is described and not in the database, so questions cannot use it",
                    place=_origin(self.stored(place)),
                    hint="run `dbt build`, or choose the target it was built in",
                )
            )
        entry.hidden = True
        self.connection.execute("UPDATE tables SET hidden = 1 WHERE id = ?", (place + 1,))

    def sample(self, sampler: Callable[[Table, list[Clash]], Table]) -> None:
        """Look at the contents of every table that may be queried, those that matter most first."""
        order = sorted(
            (place for place, entry in enumerate(self._entries) if not entry.hidden), key=lambda place: -self._entries[place].rank
        )
        for place in order:
            table = self.stored(place)
            sampled = sampler(table, self.clashes)
            if sampled is not table:
                rank = self._entries[place].rank
                self._keep(place, replace(sampled, rank=rank))

    def write_words(self) -> None:
        """Fill the full-text table for all tables that may be queried."""
        self.connection.execute(
            "INSERT INTO table_words (rowid, name, columns, about) SELECT words.id, words.name, columns, about FROM temp.words"
            " JOIN tables ON tables.id = words.id WHERE NOT hidden ORDER BY words.id"
        )
        self.connection.execute("DROP TABLE temp.words")

    def tables_with_values(self) -> Iterator[tuple[int, Table]]:
        """Row number and table for each that may be queried and has stored values."""
        for place, entry in enumerate(self._entries):
            if entry.has_values and not entry.hidden:
                yield place + 1, self.stored(place)

    def shapes(self) -> list[TableShape]:
        """What join inference needs of the tables that may be queried."""
        return [entry.shape for entry in self._entries if entry.shape is not None and not entry.hidden]

    def digests(self) -> list[bytes]:
        """A line for each table that may be queried, in an order that no source decides."""
        shown = [entry for entry in self._entries if not entry.hidden]
        return sorted(f"{entry.name.database}.{entry.name.key}".lower().encode() + entry.digest for entry in shown)

    def other_facts(self, kinds: Iterable[type]) -> list[Any]:
        """Metrics, terms and the like, kind by kind, with their tables spelled as in the index."""
        return [self._resolved(fact) for kind in kinds for fact in self._facts[kind].values()]

    def _resolved(self, fact: Any) -> Any:
        if isinstance(fact, Exposure):
            return replace(fact, tables=tuple(self._spelled(name) or name for name in fact.tables))
        if isinstance(fact, (Metric, Term)) and fact.table is not None:
            return replace(fact, table=self._spelled(fact.table) or fact.table)
        return fact

    def _spelled(self, name: TableName) -> TableName | None:
        meant = self._meant(name)
        if len(meant) > 1 and name.database:
            meant = [place for place in meant if _lower(self._entries[place].name.database) == _lower(name.database)] or meant
        return self._entries[meant[0]].name if len(meant) == 1 else None

    # ------------------------------------------------------------------ joins

    def joins(self) -> list[Relationship]:
        """The declared joins between tables that may be queried: each once, declared before inferred, names as in the index."""
        kept: dict[tuple[object, ...], Relationship] = {}
        for join, authority in sorted(self._joins, key=lambda pair: pair[0].inferred):
            good = self._checked_join(join, authority)
            if good is None:
                continue
            key = _join_key(good)
            if key not in kept:
                kept[key] = good
            elif kept[key].cardinality != good.cardinality:
                self.clashes.append(_cardinality_clash(kept[key], good))
        self._note_rivals(kept.values())
        return list(kept.values())

    def _checked_join(self, join: Relationship, authority: Authority) -> Relationship | None:
        sides = []
        for name, columns in ((join.left, join.left_columns), (join.right, join.right_columns)):
            meant = self._meant(name)
            spelled = self._spelled(name)
            if spelled is None:
                if authority == "annotates":
                    self.clashes.append(self._unknown_table(name, meant, join.origin or None))
                return None
            place = next(place for place in meant if self._entries[place].name == spelled)
            if self._entries[place].hidden:
                return None
            known = {column.lower(): column for column in self._entries[place].columns.splitlines()}
            for column in columns:
                if known and column.lower() not in known:
                    clash = _error(f"{spelled}.{column}", *missing_column(spelled, column, known.values(), join.origin or None))
                    self.clashes.append(clash if authority == "annotates" else replace(clash, severity="warning", kind="join"))
                    return None
            sides.append((spelled, tuple(known.get(column.lower(), column) for column in columns)))
        (left, left_columns), (right, right_columns) = sides
        return replace(join, left=left, left_columns=left_columns, right=right, right_columns=right_columns)

    def _note_rivals(self, joins: Iterable[Relationship]) -> None:
        """One column that refers to two tables is common (a staging table and its mart) and worth knowing."""
        targets: dict[tuple[object, ...], list[Relationship]] = defaultdict(list)
        for join in joins:
            targets[(join.left.key, *map(str.lower, join.left_columns))].append(join)
        for rivals in targets.values():
            if len(rivals) > 1:
                subject = f"{rivals[0].left}.{', '.join(rivals[0].left_columns)}"
                others = ", ".join(f"{join.right} ({join.origin})" if join.origin else str(join.right) for join in rivals)
                self.clashes.append(Clash(kind="join", subject=subject, message=f"{subject} refers to {others}", severity="note"))


def missing_column(table: TableName, column: str, known: Iterable[str], place: str | None) -> tuple[str, str | None, str]:
    """Message, place and hint for a column that a table does not have; the hint names the nearest."""
    from rapidfuzz import fuzz, process

    names = list(known)
    found = process.extractOne(column.lower(), [name.lower() for name in names], scorer=fuzz.ratio, score_cutoff=55)
    hint = f"did you mean {names[found[2]]}?" if found else f"its columns are {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
    return f"{table} has no column {column}", place, hint


def _defined_twice(first: Metric | Term, second: Metric | Term) -> Clash:
    word = type(second).__name__.lower()
    message = f"{word} {second.name!r} is defined twice, in {first.origin or 'one source'} and in {second.origin or 'another'}"
    return Clash(kind=word, subject=second.name, message=message, place=second.origin or None, hint="the first one counts")


def _error(subject: str, message: str, place: str | None, hint: str) -> Clash:
    return Clash(kind="unknown name", subject=subject, message=message, severity="error", place=place, hint=hint)


def _cardinality_clash(first: Relationship, second: Relationship) -> Clash:
    subject = f"{first.left}.{', '.join(first.left_columns)} = {first.right}.{', '.join(first.right_columns)}"
    message = f"{subject} is {first.cardinality} in one source and {second.cardinality} in another"
    return Clash(kind="join", subject=subject, message=message, place=first.origin or None, hint="the first one counts")


def _join_key(join: Relationship) -> tuple[object, ...]:
    """Both directions of one join are one."""
    pairs = tuple(sorted((one.lower(), other.lower()) for one, other in zip(join.left_columns, join.right_columns, strict=False)))
    return (join.left.key, join.right.key, pairs)


def _identity(fact: Any) -> object:
    return fact.question if hasattr(fact, "question") else fact.text if hasattr(fact, "text") else fact.name.lower()


def _origin(table: Table) -> str | None:
    return dict(table.origins).get("*") or next((origin for _, origin in table.origins), None)


def _lower(text: str | None) -> str | None:
    return text.lower() if text is not None else None


def _spread(name: str) -> str:
    """A name as words for the full-text table, which splits at underscores by itself: only camel case needs help."""
    return name if name.islower() or name.isupper() else f"{name} {' '.join(split_name(name))}"


def _words(table: Table) -> tuple[str, str, str]:
    shown = [column for column in table.columns if not column.hidden]
    about = [table.description or "", *table.tags, *(column.description for column in shown if column.description)]
    columns = [_spread(column.name) for column in shown]
    columns.extend(synonym for column in shown for synonym in column.synonyms)
    return " ".join((_spread(table.name.name), *table.synonyms)), " ".join(columns), " ".join(about)
