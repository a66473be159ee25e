"""Builds databases in a folder, and asks them the SQL that a person wrote."""

from __future__ import annotations

import runpy
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import yaml
from contents import MAKERS, Rows

HERE = Path(__file__).parent


def build(name: str, folder: Path) -> Path:
    """The file of the database `name`, made anew in `folder`."""
    engine, make = MAKERS[name]
    return fill(folder / f"{name}.{engine}", (name,), make(Random(20260101)))


def fill(file: Path, schemas: Sequence[str], rows: Rows) -> Path:
    """A new database with the tables of `schemas` and `rows` in them."""
    return write(file, "".join((HERE / "schemas" / f"{name}.sql").read_text(encoding="utf-8") for name in schemas), rows)


def write(file: Path, script: str, rows: Rows) -> Path:
    """A new database with what `script` creates and `rows` in its tables, parents before children."""
    connection: Any = duckdb.connect(str(file)) if file.suffix == ".duckdb" else sqlite3.connect(file)
    (connection.execute if file.suffix == ".duckdb" else connection.executescript)(script)
    connection.execute("begin")
    for table, lines in rows.items():
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(lines[0]))})", lines)
    connection.commit()
    connection.close()
    return file


def of_round(folder: Path, built: Path) -> Path:
    """The database of one folder of a round, made anew in `built`; its questions.yml says the file's name, and with that the engine."""
    suite = yaml.safe_load((folder / "questions.yml").read_text(encoding="utf-8"))
    file = built / Path(suite["database"]).name
    file.unlink(missing_ok=True)
    make = runpy.run_path(str(folder / "rows.py"))["rows"]
    return write(file, (folder / "schema.sql").read_text(encoding="utf-8"), make(Random(20260101)))


def ask(file: Path, sql: str) -> tuple[list[str], Sequence[Sequence[Any]]]:
    """Column names and rows of `sql`."""
    found = _opened(file).execute(sql)
    return [column[0] for column in found.description], found.fetchall()


@cache
def _opened(file: Path) -> Any:
    return duckdb.connect(str(file), read_only=True) if file.suffix == ".duckdb" else sqlite3.connect(f"file:{file}?mode=ro", uri=True)
