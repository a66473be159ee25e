"""What the guard admits shows no canary, not even on a connection without any protection."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import duckdb
import pytest
from guard_mutants import mutants, soups
from safety_corpus import CANARY, allowed, script

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.listed import ListedCatalog

FILE_CANARY = "TOPSECRET-FILE"
Run = Callable[[str], str]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    for name in ("canary.txt", "canary.csv"):
        (tmp_path / name).write_text(f"{FILE_CANARY}\n{FILE_CANARY}\n", "utf-8")
    return tmp_path


@pytest.fixture
def on_duckdb() -> Iterator[Run]:
    connection = duckdb.connect()
    connection.execute(script("duckdb"))

    def run(sql: str) -> str:
        watch = threading.Timer(3.0, connection.interrupt)
        watch.start()
        try:
            return repr(connection.execute(sql).fetchmany(2000))
        except duckdb.Error as error:
            return str(error)
        finally:
            watch.cancel()

    yield run
    connection.close()


@pytest.fixture
def on_sqlite() -> Iterator[Run]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(script("sqlite"))
    budget = [0]

    def tick() -> int:
        budget[0] -= 1
        return budget[0] < 0

    connection.set_progress_handler(tick, 10_000)

    def run(sql: str) -> str:
        budget[0] = 2000
        try:
            return repr(connection.execute(sql).fetchmany(2000))
        except sqlite3.Error as error:
            return str(error)

    yield run
    connection.close()


def leaks(dialect: str, run: Run, scratch: Path, count: int, seed: int) -> tuple[int, list[str]]:
    """How many texts were admitted, and those among them that showed a canary."""
    catalog, admitted, leaked = ListedCatalog(allowed(dialect)), 0, []
    for text in chain(mutants(dialect, count, seed, heavy=False), soups(dialect, count, seed)):
        try:
            query = check(text.replace("{dir}", str(scratch)), dialect, catalog)
        except Refused:
            continue
        admitted += 1
        shown = run(query.text).replace(query.text, "")
        if (CANARY in shown and CANARY not in query.text) or (FILE_CANARY in shown and FILE_CANARY not in query.text):
            leaked.append(query.text)
    return admitted, leaked


def test_the_canaries_would_be_seen(on_duckdb: Run, on_sqlite: Run, scratch: Path) -> None:
    assert CANARY in on_duckdb("SELECT 1 `--`, (SELECT max(note) FROM secret.salaries)")
    assert FILE_CANARY in on_duckdb(f"SELECT * FROM read_text('{scratch}/canary.txt')")
    assert CANARY in on_sqlite("SELECT * FROM salaries")


def test_admitted_mutants_do_not_leak_on_duckdb(on_duckdb: Run, scratch: Path) -> None:
    admitted, leaked = leaks("duckdb", on_duckdb, scratch, 2500, seed=3)
    assert admitted > 50
    assert not leaked


def test_admitted_mutants_do_not_leak_on_sqlite(on_sqlite: Run, scratch: Path) -> None:
    admitted, leaked = leaks("sqlite", on_sqlite, scratch, 2500, seed=3)
    assert admitted > 50
    assert not leaked


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30, 36))
def test_admitted_mutants_do_not_leak_on_duckdb_long(on_duckdb: Run, scratch: Path, seed: int) -> None:
    assert not leaks("duckdb", on_duckdb, scratch, 20_000, seed)[1]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30, 36))
def test_admitted_mutants_do_not_leak_on_sqlite_long(on_sqlite: Run, scratch: Path, seed: int) -> None:
    assert not leaks("sqlite", on_sqlite, scratch, 20_000, seed)[1]
