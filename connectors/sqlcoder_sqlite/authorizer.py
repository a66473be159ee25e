"""SQLite asks before each access, while it compiles: reading and calling are noted, or held to a list; all else is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

_REFUSED_FUNCTIONS = frozenset(("load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "sqlite_log"))
"""What reaches outside the database. The allow-list of functions is the guard's; these are refused whatever it lets through."""
_SCHEMA = ("sqlite_", "pragma_")
_HARMLESS = frozenset(("json_each", "json_tree", "generate_series"))


class Authorizer:
    """`real` are the relations of the database, `virtual` and `shadows` those among them that are virtual or belong to such, in lower case.

    `reads` collects what was read since `watch`, `selects` whether there was a query at all (REINDEX of nothing asks nothing);
    after `hold` only what was read may be read.
    """

    def __init__(self, real: Iterable[str] = (), virtual: Iterable[str] = (), shadows: Iterable[str] = ()) -> None:
        self.reads: set[str] = set()
        self.selects = False
        self._real = frozenset(real)
        self._virtual = frozenset(virtual)
        self._shadows = frozenset(shadows)
        self._held: frozenset[str] | None = None

    def watch(self) -> None:
        """Note what is read."""
        self.reads, self.selects, self._held = set(), False, None

    def hold(self) -> None:
        """Let nothing be read but what was noted."""
        self._held = frozenset(self.reads)

    def __call__(self, action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            self.selects = True
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_DENY if (second or "").lower() in _REFUSED_FUNCTIONS else sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA:  # what full-text search asks, to notice changes
            return sqlite3.SQLITE_OK if first == "data_version" and second is None else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ:
            return self._read((first or "").lower(), database)
        return sqlite3.SQLITE_DENY

    def _read(self, name: str, database: str | None) -> int:
        if not self._counts(name, database):
            return sqlite3.SQLITE_OK
        if self._held is not None and name not in self._held and not self._is_shadow(name):
            return sqlite3.SQLITE_DENY
        self.reads.add(name)
        return sqlite3.SQLITE_OK

    def _counts(self, name: str, database: str | None) -> bool:
        """A relation of the database, or SQLite's own.

        What is only counted comes without its database, and may be a common table expression of the same name: such reads show
        in the compiled program instead, where virtual tables do not.
        """
        if name in _HARMLESS and name not in self._real:
            return False
        return name in self._virtual or (name in self._real and database is not None) or name.startswith(_SCHEMA)

    def _is_shadow(self, name: str) -> bool:
        return name in self._shadows and any(name.startswith(f"{held}_") for held in self._held or ())
