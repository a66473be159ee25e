"""An error is what the engine refuses, and what raises none runs: DuckDB, SQLite and PostgreSQL are asked, case by case."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from case_catalogs import duckdb_database, sqlite_database, statements

HERE = Path(__file__).parent
WRONG_YET_RUNS = "null-comparison"
"""The one error that no engine refuses: its result is surely not what was written for."""

sqlite = cache(sqlite_database)
duck = cache(duckdb_database)


def cases(dialect: str) -> Iterator[Any]:
    for path in sorted(HERE.glob("*.yml")):
        for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            if dialect in entry.get("dialect", "duckdb").split() and dialect not in entry.get("not_on", ""):
                yield pytest.param(entry, id=f"{path.stem}-{number}")


def is_error(entry: dict[str, Any]) -> bool:
    return any(line.startswith("error") and WRONG_YET_RUNS not in line for line in entry.get("found", ()))


@pytest.mark.parametrize("entry", list(cases("duckdb")))
def test_duckdb_agrees(entry: dict[str, Any]) -> None:
    try:
        duck(entry.get("schema", "shop")).execute(entry["sql"]).fetchall()
    except duckdb.Error as error:
        assert is_error(entry), error
    else:
        assert not is_error(entry)


@pytest.mark.parametrize("entry", list(cases("sqlite")))
def test_sqlite_agrees(entry: dict[str, Any]) -> None:
    try:
        sqlite(entry.get("schema", "shop")).execute(entry["sql"]).fetchall()
    except sqlite3.Error as error:
        assert is_error(entry), error
    else:
        assert not is_error(entry)


@pytest.mark.postgres
def test_postgres_agrees(postgres_server: Any) -> None:
    psycopg = pytest.importorskip("psycopg")
    postgres_server.run_sql("postgres", "CREATE DATABASE soundness")
    wrong: list[str] = []
    with psycopg.connect(
        host=postgres_server.host, port=postgres_server.port, user=postgres_server.admin, dbname="soundness"
    ) as connection:
        for statement in statements("shop"):
            connection.execute(statement)
        for key in ("customers(id)", "orders(id)", "products(id)", "vouchers(id)"):
            table, _, columns = key.partition("(")
            connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({columns}")
        connection.commit()
        for param in cases("postgres"):
            entry = param.values[0]
            try:
                connection.execute(entry["sql"]).fetchall()
                refused = ""
            except psycopg.Error as error:
                refused = str(error)
            connection.rollback()
            if bool(refused) != is_error(entry):
                wrong.append(f"{param.id}: {entry['sql']}: {refused or 'runs'}")
    assert not wrong
