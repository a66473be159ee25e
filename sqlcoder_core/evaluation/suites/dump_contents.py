"""The rows of a PostgreSQL dump in, a DuckDB file with them out; the dump's text itself is never executed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.evaluation.empty_tables import connected, create_empty, quoted, relation
from sqlcoder_core.evaluation.suites.ddl import table_name
from sqlcoder_core.evaluation.suites.statements import Statement, statements
from sqlcoder_core.values.catalog import Table

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
Insertion = tuple[Table, tuple[str, ...], list[tuple[object, ...]]]


class _NotPlain(Exception):
    """A statement that is more than rows of literals; such a dump is taken for its shape only."""


def loaded_dump(text: str, tables: Sequence[Table], path: Path) -> Path | None:
    """A DuckDB file with the contents of the dump, or None where they cannot be had as they stand.

    The rule: every INSERT holds rows of literals (numbers, text, dates, true, false, null, with or without a cast), every COPY its rows
    behind it; all go into known tables with their types and primary keys, every value bound as a parameter; at least one row is there.
    """
    try:
        insertions = list(_insertions(text, {table.name.key: table for table in tables}))
        if not any(rows for _, _, rows in insertions):
            return None
        path.unlink(missing_ok=True)
        create_empty(path, tables, "postgres")
        with connected(path) as connection:
            for table, columns, rows in insertions:
                names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {relation(table, 'duckdb')} ({names}) VALUES ({marks})", rows)
    except (_NotPlain, SqlglotError, duckdb.Error):
        path.unlink(missing_ok=True)
        return None
    return path


def _insertions(text: str, tables: dict[str, Table]) -> Iterator[Insertion]:
    for statement in statements(text):
        if statement.data is not None:
            yield _copied(statement, tables)
        elif statement.first_word == "INSERT":
            yield _inserted(sqlglot.parse_one(statement.text, read="postgres"), tables)
        elif statement.first_word in ("UPDATE", "DELETE", "TRUNCATE", "WITH"):
            raise _NotPlain


def _inserted(tree: exp.Expr, tables: dict[str, Table]) -> Insertion:
    if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Values):
        raise _NotPlain
    table, columns = _target(tree.this, tables)
    rows = [tuple(map(_literal, row.expressions)) for row in tree.expression.expressions]
    if any(len(row) != len(columns) for row in rows):
        raise _NotPlain
    return table, columns, rows


def _target(target: exp.Expr, tables: dict[str, Table]) -> tuple[Table, tuple[str, ...]]:
    named = target.this if isinstance(target, exp.Schema) else target
    table = tables.get(table_name(named).key)
    if table is None:
        raise _NotPlain
    columns = tuple(part.name for part in target.expressions) if isinstance(target, exp.Schema) else ()
    return table, columns or tuple(column.name for column in table.columns)


def _literal(part: exp.Expr) -> object:
    if isinstance(part, exp.Cast | exp.Paren):
        return _literal(part.this)
    if isinstance(part, exp.Neg):
        value = _literal(part.this)
        if not isinstance(value, Decimal):
            raise _NotPlain
        return -value
    if isinstance(part, exp.ByteString):  # PostgreSQL's E'...', its escapes resolved by the parser
        return part.name
    if isinstance(part, exp.Null):
        return None
    if isinstance(part, exp.Boolean):
        return bool(part.this)
    if isinstance(part, exp.Literal):
        return part.name if part.is_string else Decimal(part.name)
    raise _NotPlain


def _copied(statement: Statement, tables: dict[str, Table]) -> Insertion:
    """PostgreSQL's text format: columns between tabs, \\N for null, backslash escapes."""
    table, columns = _target(_copy_target(statement.copies_into or ""), tables)
    rows = [tuple(map(_cell, line.split("\t"))) for line in statement.data or ()]
    if any(len(row) != len(columns) for row in rows):
        raise _NotPlain
    return table, columns, rows


def _copy_target(text: str) -> exp.Expr:
    target: exp.Expr = sqlglot.parse_one(f"INSERT INTO {text} SELECT 1", read="postgres").this
    return target


def _cell(text: str) -> object:
    return None if text == r"\N" else _unescaped(text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text
