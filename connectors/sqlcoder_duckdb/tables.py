"""What DuckDB's catalogue functions say in, tables and relationships out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from sqlcoder_core.api import Column, Relationship, Table, TableName, kind_of

_TABLES = """
SELECT database_name, schema_name, table_name, 'table', comment, estimated_size FROM duckdb_tables() WHERE NOT internal
UNION ALL
SELECT database_name, schema_name, view_name, 'view', comment, NULL FROM duckdb_views() WHERE NOT internal
ORDER BY 1, 2, 3"""
_COLUMNS = """
SELECT database_name, schema_name, table_name, column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE NOT internal ORDER BY 1, 2, 3, column_index"""
_CONSTRAINTS = """
SELECT database_name, schema_name, table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names
FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')"""
_ORIGIN = "duckdb constraint"

Fetch = Callable[[str], Sequence[tuple[Any, ...]]]
Key = tuple[str, str, str]
Keys = dict[Key, list[tuple[str, ...]]]


def describe_tables(fetch: Fetch, main: str, attached: Sequence[str]) -> Iterator[Table | Relationship]:
    """Everything in the attached databases; names in the main one carry no database."""
    columns: defaultdict[Key, list[Column]] = defaultdict(list)
    for database, schema, table, name, type_text, nullable, comment in fetch(_COLUMNS):
        column = Column(name=name, type=type_text, kind=kind_of(type_text), nullable=nullable, description=comment)
        columns[database, schema, table].append(column)
    constraints = [row for row in fetch(_CONSTRAINTS) if row[0] in attached]
    primary, unique = _keys(constraints, "PRIMARY KEY"), _keys(constraints, "UNIQUE")
    for database, schema, name, kind, comment, rows in fetch(_TABLES):
        key = (database, schema, name)
        if database in attached:
            yield Table(
                name=_name(key, main),
                kind=_kind(kind),
                description=comment,
                columns=tuple(columns[key]),
                primary_key=primary.get(key, [()])[0],
                unique_keys=tuple(unique.get(key, ())),
                row_count=rows,
            )
    yield from _relationships(constraints, main)


def _keys(constraints: Sequence[tuple[Any, ...]], wanted: str) -> Keys:
    found: defaultdict[Key, list[tuple[str, ...]]] = defaultdict(list)
    for database, schema, table, kind, columns, *_ in constraints:
        if kind == wanted:
            found[database, schema, table].append(tuple(columns))
    return found


def _relationships(constraints: Sequence[tuple[Any, ...]], main: str) -> Iterator[Relationship]:
    """DuckDB's foreign keys stay within one schema."""
    for database, schema, table, kind, columns, to, to_columns in constraints:
        if kind == "FOREIGN KEY":
            left, right = _name((database, schema, table), main), _name((database, schema, to), main)
            yield Relationship(left=left, left_columns=tuple(columns), right=right, right_columns=tuple(to_columns), origin=_ORIGIN)


def _name(key: Key, main: str) -> TableName:
    database, schema, name = key
    return TableName(name=name, schema=schema, database=None if database == main else database)


def _kind(text: str) -> Literal["table", "view"]:
    return "view" if text == "view" else "table"
