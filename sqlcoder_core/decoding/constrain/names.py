"""Tables and columns that a prompt shows, as the ways to write them in a dialect."""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import product
from typing import Final, NamedTuple

from sqlcoder_core.decoding.constrain.dialects import dialect_of
from sqlcoder_core.decoding.constrain.functions import AGGREGATES, RANKINGS, functions
from sqlcoder_core.decoding.constrain.words import LETTERS, LOOSE_UNITS, OPERAND_WORDS, reserved, words
from sqlcoder_core.values.generation import ShownTable

Key = str
"""A name as it is compared: in lower case where case does not matter, a quoted one behind a `"`."""
Path = tuple[Key, ...]
Columns = frozenset[Key] | None
"""Keys of a relation's columns, both ways to write each; None where they are not known."""

QUOTE: Final = '"'
_PLAIN: Final = re.compile(f"[{LETTERS}][{LETTERS}0-9]*")
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UPPER: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_CASE_IN_TABLES: Final = frozenset({"mysql", "mariadb", "bigquery"})
_ROLES: Final = words("manager parent child previous current prev curr next last first left_side right_side main base source target")


class ShownRelation(NamedTuple):
    """A table with the keys of its columns. `paths` are the ways to write its name, the shortest text first in `texts`."""

    text: str
    columns: Columns
    column_texts: tuple[str, ...] = ()


class Names:
    """What is real in one prompt. Without any table every name is taken for real (`free`)."""

    def __init__(self, shown: tuple[ShownTable, ...], dialect: str) -> None:
        self.dialect = dialect
        self.rules = dialect_of(dialect)
        self.reserved = reserved(dialect)
        self.free = not shown
        self.exact_tables = dialect in _CASE_IN_TABLES
        self.tables: dict[Path, list[ShownRelation]] = {}
        # Where schemas differ, a bare name is that of the default schema: of tables that are marked so.
        self._one_schema = len({(table.name.database, table.name.schema) for table in shown}) < 2
        self._bare: dict[Path, ShownRelation] = {}
        for table in shown:
            self._add(table)

    @cached_property
    def ascii(self) -> bool:
        """Whether no shown name has other letters than ASCII's."""
        return not self.free and all(part.isascii() for path in self.tables for part in path) and all(key.isascii() for key in self.columns)

    def key(self, text: str, *, table: bool = False) -> Key:
        """The key of a name as it is written, quotes included."""
        quoted = text[:1] in self.rules.names
        name = _unquoted(text) if quoted else text
        if not ((self.exact_tables and table) or (quoted and self.rules.case_matters)):
            name = folded(name)
        return QUOTE + name if quoted else name

    def twins(self, key: Key) -> frozenset[Key]:
        """All keys by which a name that the answer itself gives can be written."""
        if not key.startswith(QUOTE):
            return frozenset((key, QUOTE + (_raised(key) if self.rules.upper else key)))
        name = key[1:]
        return frozenset((key, folded(name))) if self._is_plain(name) else frozenset((key,))

    def written(self, name: str) -> str:
        """A stored name as an answer has to write it."""
        if self._is_plain(name):
            return name
        left = self.rules.names[0]
        return f"{left}{name.replace(left, left * 2)}{left}"

    @cached_property
    def columns(self) -> frozenset[Key]:
        """Keys of all columns of all tables."""
        return frozenset(key for tables in self.tables.values() for table in tables for key in table.columns or ())

    @cached_property
    def open_columns(self) -> bool:
        """Whether some table's columns are not known."""
        return self.free or any(table.columns is None for tables in self.tables.values() for table in tables)

    @cached_property
    def relations(self) -> tuple[ShownRelation, ...]:
        """Every table once."""
        return tuple(dict.fromkeys(table for tables in self.tables.values() for table in tables))

    @cached_property
    def calls(self) -> frozenset[str]:
        """Names of functions, and words that stand where an operand may."""
        named = {name for names in functions(self.dialect).values() for name in names}
        others = words("count lag lead first_value last_value ntile") | (
            words("date timestamp") if "date_literal" in self.rules.has else set()
        )
        missing = {"extract"} if self.dialect == "sqlite" else set()
        missing |= {word for word in ("try_cast", "safe_cast") if word not in self.rules.has}
        missing |= set() if self.rules.intervals else {"interval"}
        return frozenset(named | words(AGGREGATES) | words(RANKINGS) | (OPERAND_WORDS - missing) | others)

    @cached_property
    def unit_calls(self) -> frozenset[str]:
        """Functions among whose arguments is a bare unit of time."""
        return frozenset(name for takes, names in functions(self.dialect).items() if "U" in takes for name in names) | {"extract"}

    @cached_property
    def column_list(self) -> tuple[Key, ...]:
        """Sorted, for looking up beginnings."""
        return tuple(sorted(self.columns))

    @lru_cache(maxsize=256)  # noqa: B019 - as above
    def beside(self, wanted: frozenset[Key]) -> tuple[Key, ...]:
        """Keys of the columns of all tables that have all of some columns, sorted."""
        if not wanted:
            return self.column_list
        return tuple(sorted({key for table in self.relations if table.columns and wanted <= table.columns for key in table.columns}))

    def table(self, path: Path) -> ShownRelation | None:
        """The table of that name, where the name means one only."""
        if path in self._bare:
            return self._bare[path]
        found = self.tables.get(path, ())
        return found[0] if len(found) == 1 and self._may_be_named(path) else None

    def _may_be_named(self, path: Path) -> bool:
        return (
            self._one_schema
            or len(path) > 1
            or path in self._bare
            or any(table.text.lstrip(self.rules.names).count(".") == 0 for table in self.tables[path])
            or "." in path[0]
        )

    @cached_property
    def table_parts(self) -> dict[Path, tuple[Key, ...]]:
        """Leading parts of a table's name -> what may stand next, sorted."""
        found: dict[Path, set[Key]] = {}
        for path in filter(self._may_be_named, self.tables):
            for place in range(len(path)):
                found.setdefault(path[:place], set()).add(path[place])
        return {lead: tuple(sorted(keys)) for lead, keys in found.items()}

    def resembles(self, word: str) -> bool:
        """Whether a word is likely an alias: very short, a role, or made of letters of a table's name in their order."""
        if word in self.reserved:
            return False
        bare = word.rstrip("0123456789_")
        return len(bare) <= 3 or any(role.startswith(word) for role in _ROLES) or self._abbreviates(bare)

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as the names, which a guide's cache holds
    def _abbreviates(self, word: str) -> bool:
        pattern = re.compile(r"(?:^|_)" + ".*".join(map(re.escape, word)))
        return any(pattern.search(path[-1].lstrip(QUOTE).lower()) for path in self.tables)

    def _add(self, table: ShownTable) -> None:
        parts = [part for part in (table.name.database, table.name.schema, table.name.name) if part]
        columns = frozenset(key for column in table.columns for key in self._keys(column)) or None
        written = tuple(self.written(column) for column in table.columns)
        relation = ShownRelation(".".join(self.written(part) for part in parts), columns, written)
        for start in range(len(parts)):
            for path in product(*(self._keys(part, table=True) for part in parts[start:])):
                known = self.tables.setdefault(path, [])
                if relation not in known:
                    known.append(relation)
        if table.bare:
            self._bare |= {(key,): relation for key in self._keys(table.name.name, table=True)}
        if self.dialect == "bigquery":
            for start in range(len(parts) - 1):
                self.tables.setdefault((QUOTE + ".".join(parts[start:]),), []).append(relation)

    def _keys(self, name: str, *, table: bool = False) -> Iterator[Key]:
        exact = self.exact_tables and table
        if self._is_plain(name):
            yield name if exact else folded(name)
        quoted = name if exact or self.rules.case_matters else folded(name)
        yield QUOTE + quoted
        if self.rules.upper and name == folded(name):
            yield QUOTE + _raised(name)

    def _is_plain(self, name: str) -> bool:
        if not _PLAIN.fullmatch(name) or folded(name) in self.reserved:
            return False
        return not self.rules.case_matters or name == folded(name) or (self.rules.upper and name == _raised(name))


def folded(text: str) -> str:
    """Lower case for ASCII letters only, as engines and guard fold names."""
    return text.translate(_LOWER)


def _raised(text: str) -> str:
    return text.translate(_UPPER)


def begins(sorted_keys: tuple[Key, ...], start: str) -> bool:
    """Whether one of the keys begins so."""
    place = bisect_left(sorted_keys, start)
    return place < len(sorted_keys) and sorted_keys[place].startswith(start)


def may_begin(keys: Iterable[Key], start: str) -> bool:
    """The same for keys in any order."""
    return any(key.startswith(start) for key in keys)


def is_unit_start(start: str) -> bool:
    """Whether a unit of time begins so."""
    return may_begin(LOOSE_UNITS, start)


def starting(sorted_keys: tuple[Key, ...], start: str) -> Iterator[Key]:
    """Those of the keys that begin so."""
    place = bisect_left(sorted_keys, start)
    while place < len(sorted_keys) and sorted_keys[place].startswith(start):
        yield sorted_keys[place]
        place += 1


def is_unit(word: str) -> bool:
    """Whether a word is a unit of time."""
    return word in LOOSE_UNITS


def _unquoted(text: str) -> str:
    close = "]" if text[0] == "[" else text[0]
    return text[1:-1].replace(close * 2, close)
