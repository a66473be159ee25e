"""A Base in, its shape out: tables with fields, keys and references, found by lower-case names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlcoder_core.evaluation.records import Base
from sqlcoder_core.values.catalog import Column, ColumnKind, Relationship, Scalar, Table, TableName

_INTERNAL = "sqlite_"
"""SQLite keeps such names for itself; schemas that were dumped from it list them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column. `nulls` says that NULL is declared to be possible, `required` that it is not; of most columns neither is known."""

    name: str
    kind: ColumnKind
    type: str | None
    nulls: bool
    required: bool
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`columns` of the table that holds it refer to `to_columns` of table `to`; names in lower case."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """One table: `fields` by lower-case name in written order, `keys` the primary key and the unique ones in lower case."""

    name: TableName
    key: str
    fields: dict[str, Field]
    keys: tuple[tuple[str, ...], ...]
    primary: tuple[str, ...]
    references: tuple[Reference, ...]

    def unique(self, name: str) -> bool:
        """True for a column that is a key by itself."""
        return (name,) in self.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The tables of a base by their keys (`schema.name` in lower case), parents before children as far as there are no circles."""

    tables: dict[str, TableShape]

    def find(self, name: str, schema: str = "") -> TableShape | None:
        """The table that SQL text means by this name; None when there is none."""
        exact = self.tables.get(f"{schema}.{name}".lower() if schema else name.lower())
        if exact is not None:
            return exact
        return next((table for table in self.tables.values() if table.name.name.lower() == name.lower()), None)


@lru_cache(maxsize=64)
def shape_of(base: Base) -> Shape:
    """The shape of a base without contents."""
    plain = {table.name.key: table for table in base.tables if not table.name.name.lower().startswith(_INTERNAL)}
    references: dict[str, list[Reference]] = {key: [] for key in plain}
    for relationship in base.relationships:
        for child, reference in _references(relationship, plain):
            if reference not in references[child]:
                references[child].append(reference)
    shapes = {key: _table(table, key, references[key]) for key, table in plain.items()}
    return Shape(tables={key: shapes[key] for key in in_order(shapes)})


def _references(relationship: Relationship, tables: dict[str, Table]) -> Iterator[tuple[str, Reference]]:
    """The reference of a many-to-one relationship, where both ends are there."""
    left, right = (_known(name, tables) for name in (relationship.left, relationship.right))
    if left is None or right is None or relationship.cardinality == "many_to_many":
        return
    pairs = list(zip(relationship.left_columns, relationship.right_columns, strict=False))
    if pairs and all(tables[left].column(mine) and tables[right].column(theirs) for mine, theirs in pairs):
        columns, to_columns = tuple(mine.lower() for mine, _ in pairs), tuple(theirs.lower() for _, theirs in pairs)
        if (left, columns) != (right, to_columns):
            yield left, Reference(columns=columns, to=right, to_columns=to_columns)


def _known(name: TableName, tables: dict[str, Table]) -> str | None:
    if name.key in tables:
        return name.key
    return next((key for key, table in tables.items() if table.name.name.lower() == name.name.lower()), None)


def _table(table: Table, key: str, references: list[Reference]) -> TableShape:
    keys = tuple(dict.fromkeys(_lowered(columns) for columns in (table.primary_key, *table.unique_keys) if columns))
    bound = {name for columns in keys for name in columns}
    primary_names = set(_lowered(table.primary_key))
    fields = {
        column.name.lower(): _field(column, column.name.lower() in bound, column.name.lower() in primary_names) for column in table.columns
    }
    known = tuple(columns for columns in keys if all(name in fields for name in columns))
    primary = tuple(_lowered(table.primary_key)) if _lowered(table.primary_key) in known else ()
    return TableShape(name=table.name, key=key, fields=fields, keys=known, primary=primary, references=tuple(references))


def _field(column: Column, in_key: bool, in_primary: bool) -> Field:
    """Unique keys may hold NULL, but only get one where a gold asks for it."""
    required = in_primary or column.nullable is False
    nulls = column.nullable is True and not in_key
    return Field(name=column.name, kind=column.kind, type=column.type, nulls=nulls, required=required, values=column.values)


def _lowered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def in_order(tables: dict[str, TableShape]) -> list[str]:
    """Parents before children; of a circle, the first in written order."""
    waiting, done = list(tables), dict[str, None]()
    while waiting:
        ready = [key for key in waiting if all(one.to in done or one.to == key for one in tables[key].references)] or waiting[:1]
        done.update(dict.fromkeys(ready))
        waiting = [key for key in waiting if key not in done]
    return list(done)
