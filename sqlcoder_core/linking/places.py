"""Which table a name means while a catalog is put together, and what is remembered of each table meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlcoder_core.linking.joins import TableShape
from sqlcoder_core.values.catalog import Clash, TableName


@dataclass(slots=True)
class Entry:
    """What is remembered of a table while its facts lie in the index.

    `columns` are their names in one text, NUL between them: 200,000 small texts would weigh as much as the rest of a build.
    """

    name: TableName
    sources: set[str] = field(default_factory=set)
    live: bool = False
    hidden: bool = False
    rank: float = 1.0
    digest: bytes = b""
    shape: TableShape | None = None
    columns: str = ""

    @property
    def spellings(self) -> dict[str, str]:
        """Column names in lower case, and as they are spelled."""
        return {column.lower(): column for column in self.columns.split("\0") if column}


class Places:
    """The tables so far, by number; row ids of the index are one more."""

    def __init__(self, default_schema: str | None) -> None:
        self.default_schema = default_schema
        self.entries: list[Entry] = []
        self._by_name: dict[str, list[int]] = defaultdict(list)

    def add(self, name: TableName) -> int:
        """A place of its own for a table."""
        self.entries.append(Entry(name=name))
        self._by_name[name.name.lower()].append(len(self.entries) - 1)
        return len(self.entries) - 1

    def same_table(self, name: TableName, source: str) -> int | None:
        """The place of a table that a source names: databases tell tables of one source apart; across sources they are often
        called differently, so schema and name decide."""
        places = [place for place in self._by_name[name.name.lower()] if self._schema(self.entries[place].name) == self._schema(name)]
        here = [place for place in places if source in self.entries[place].sources]
        for place in places:
            other = self.entries[place].name
            if lower(other.database) == lower(name.database) and (place not in here or other == name):
                return place
        return places[0] if len(places) == 1 and not here else None

    def meant(self, name: TableName) -> list[int]:
        """The tables that a name written by a person means: the default schema's, else any."""
        places = self._by_name.get(name.name.lower(), [])
        if name.schema:
            places = [place for place in places if self._schema(self.entries[place].name) == name.schema.lower()]
        elif len(places) > 1:
            default = (self.default_schema or "").lower()
            places = [place for place in places if self._schema(self.entries[place].name) == default] or places
        if name.database and len(places) > 1:
            places = [place for place in places if lower(self.entries[place].name.database) == lower(name.database)] or places
        return places

    def spelled(self, name: TableName) -> TableName | None:
        """The name as it stands in the index; None when there is no such table, or several."""
        meant = self.meant(name)
        return self.entries[meant[0]].name if len(meant) == 1 else None

    def unknown_table(self, name: TableName, place: str | None) -> Clash:
        """The error for a name that means no table, or several."""
        if meant := self.meant(name):
            several = ", ".join(str(self.entries[found].name) for found in meant)
            return _error(str(name), f"{name} may be {several}", place, "write the schema before the name")
        near = self._nearest(str(name))
        hint = f"did you mean {near}?" if near else "`sqlcoder catalog show` lists all"
        return _error(str(name), f"there is no table {name}", place, hint)

    def _nearest(self, name: str) -> str | None:
        known = {(str(entry.name) if "." in name else entry.name.name): None for entry in self.entries}
        return _nearest(name, known)

    def _schema(self, name: TableName) -> str:
        return (name.schema or self.default_schema or "").lower()


def unknown_column(table: TableName, column: str, known: Iterable[str], place: str | None) -> Clash:
    """The error for a column that a table does not have; the hint names the nearest."""
    names = list(known)
    near = _nearest(column, names)
    hint = f"did you mean {near}?" if near else f"its columns are {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
    return _error(f"{table}.{column}", f"{table} has no column {column}", place, hint)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    from rapidfuzz import fuzz, process

    spellings = {one.lower(): one for one in known}
    found = process.extractOne(name.lower(), spellings.keys(), scorer=fuzz.ratio, score_cutoff=55)
    return spellings[found[0]] if found else None


def _error(subject: str, message: str, place: str | None, hint: str) -> Clash:
    return Clash(kind="unknown name", subject=subject, message=message, severity="error", place=place, hint=hint)


def lower(text: str | None) -> str | None:
    """Lower case, None for None."""
    return text.lower() if text is not None else None
