"""Catalogs written as a few lines of YAML, and databases that hold them, for cases of findings and repairs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.index_build import SourceFacts, build_index
from sqlcoder_core.values.catalog import Column, Fact, Relationship, Table, TableName
from sqlcoder_core.values.column_kind import kind_of

_FILE = Path(__file__).with_name("case_catalogs.yml")
SCHEMAS: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def case_catalog(name: str) -> IndexedCatalog:
    """The catalog of that name, built as the program builds one."""
    return build_index(None, [SourceFacts(name="cases", facts=list(_facts(SCHEMAS[name])))])


def sqlite_database(name: str) -> sqlite3.Connection:
    """The tables with their rows, in memory."""
    database = sqlite3.connect(":memory:")
    for statement in statements(name):
        database.execute(statement)
    return database


def duckdb_database(name: str) -> duckdb.DuckDBPyConnection:
    """The tables with their rows, in memory."""
    database = duckdb.connect()
    for statement in statements(name):
        database.execute(statement)
    return database


def statements(name: str) -> Iterator[str]:
    """DDL and rows in SQL that SQLite, DuckDB and PostgreSQL read alike."""
    for table, facts in SCHEMAS[name]["tables"].items():
        yield f"CREATE TABLE {table} ({', '.join(f'{column} {_type(text)}' for column, text in facts['columns'].items())})"
        yield from (f"INSERT INTO {table} VALUES ({', '.join(map(_literal, row))})" for row in facts.get("rows", ()))


def _facts(schema: Mapping[str, Any]) -> Iterator[Fact]:
    for name, facts in schema["tables"].items():
        yield Table(
            name=TableName(name=name),
            columns=tuple(_column(column, text, facts) for column, text in facts["columns"].items()),
            primary_key=tuple(facts.get("key", "").split()),
            unique_keys=tuple(tuple(key.split()) for key in facts.get("unique", ())),
        )
    for line in schema.get("joins", ()):
        left, _, right = line.partition(" -> ")
        (table, column), (other, key) = left.split("."), right.split(".")
        yield Relationship(left=TableName(name=table), left_columns=(column,), right=TableName(name=other), right_columns=(key,))


def _column(name: str, text: str, facts: Mapping[str, Any]) -> Column:
    values, sample = facts.get("values", {}).get(name), facts.get("sample", {}).get(name)
    return Column(
        name=name,
        type=_type(text),
        kind=kind_of(_type(text)),
        values=tuple(values or sample or ()),
        values_complete=values is not None,
        nullable="not null" not in text if "null" in text else None,
        minimum=facts.get("from", {}).get(name),
        null_fraction=0.1 if "with nulls" in text else None,
    )


def _type(text: str) -> str:
    return text.replace("with nulls", "").replace("not null", "").strip()


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "'{}'".format(str(value).replace("'", "''"))
