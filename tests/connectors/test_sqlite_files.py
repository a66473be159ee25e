"""SQLite files as people have them: in WAL mode, half written, with dates as text, empty, encrypted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sqlcoder_core.errors import DatabaseError, Refused, UsageError
from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.catalog import Relationship, Table, TableName
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.client import QueryWorker
from sqlcoder_sqlite.connector import SQLiteConnector


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def worker_on(path: Path) -> QueryWorker:
    return QueryWorker(SQLiteConnector(SQLiteConnector.Settings(path=str(path))), limits=Limits(seconds=20, memory=1 << 29))


def rows(worker: QueryWorker, text: str, *tables: str) -> tuple[tuple[object, ...], ...]:
    return worker.run(unguarded(text, "sqlite", tables)).rows


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection to a file in WAL mode, kept open."""
    connection = sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1);")
    yield connection
    connection.close()


def test_what_stands_in_the_log_is_read_and_the_writer_is_left_alone(writer: sqlite3.Connection, tmp_path: Path) -> None:
    with worker_on(tmp_path / "shop.sqlite") as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((1,),)
        writer.execute("INSERT INTO t VALUES (2)")
        before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
        assert rows(worker, "SELECT a FROM t", "t") == ((1,), (2,))
        assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
        assert "snapshot" in {finding.code for finding in worker.findings()}
        writer.execute("BEGIN IMMEDIATE")
        assert len(rows(worker, "SELECT a FROM t", "t")) == 2
        writer.execute("COMMIT")


def test_a_closed_wal_file_is_read_without_leaving_a_log_beside_it(writer: sqlite3.Connection, tmp_path: Path) -> None:
    writer.close()
    with worker_on(tmp_path / "shop.sqlite") as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((1,),)
        assert [path.name for path in tmp_path.iterdir()] == ["shop.sqlite"]


def test_a_writer_that_died_in_a_transaction_is_rolled_back_in_the_copy_only(tmp_path: Path) -> None:
    path = made(tmp_path / "shop.sqlite", "CREATE TABLE t(a); INSERT INTO t VALUES (1);")
    code = """
import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA cache_size=1"); c.execute("PRAGMA cache_spill=1"); c.execute("BEGIN")
c.execute("UPDATE t SET a = 99")
c.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,) for _ in range(200)])
os._exit(0)"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert (tmp_path / "shop.sqlite-journal").stat().st_size > 0
    before = path.read_bytes()
    with worker_on(path) as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((1,),)
    assert path.read_bytes() == before


def test_a_file_that_is_being_written_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    path = made(tmp_path / "shop.sqlite", "CREATE TABLE t(a)")
    with closing(sqlite3.connect(path, isolation_level=None)) as other, worker_on(path) as worker:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="locked by another process"):
            rows(worker, "SELECT a FROM t", "t")


def test_a_missing_file_and_a_file_of_another_kind_say_so(tmp_path: Path) -> None:
    with worker_on(tmp_path / "none.sqlite") as worker, pytest.raises(DatabaseError, match="there is no database file"):
        rows(worker, "SELECT 1")
    (tmp_path / "shop.sqlite").write_bytes(os.urandom(8192))
    with worker_on(tmp_path / "shop.sqlite") as worker, pytest.raises(DatabaseError, match="is not a SQLite database, or it is encrypted"):
        rows(worker, "SELECT 1")
    assert not (tmp_path / "none.sqlite").exists()


def test_an_empty_file_is_a_database_without_tables(tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").touch()
    with worker_on(tmp_path / "shop.sqlite") as worker:
        assert rows(worker, "SELECT 1") == ((1,),)
        assert worker.describe() == ()


@pytest.mark.parametrize("name", ["shop.sqlite", "with space.db", "100%.db", "question?.db", "hash#.db", "üñ.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with worker_on(made(tmp_path / name, "CREATE TABLE t(a); INSERT INTO t VALUES (1)")) as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((1,),)


def test_dates_and_numbers_are_recognised_by_what_is_stored(tmp_path: Path) -> None:
    script = """
        CREATE TABLE t(id INTEGER PRIMARY KEY, day TEXT, moment TEXT, declared DATE, unix DATETIME, free, note TEXT, mixed TEXT,
            price DECIMAL(10,2));
        INSERT INTO t VALUES (1, '2024-01-31', '2024-01-31 12:30:00', '2024-01-31', 1706700000, 1.5, 'x', '2024-01-31', 1.25);
        INSERT INTO t VALUES (2, '2024-02-01', '2024-02-01T08:00:00Z', NULL, 1706700001, 2.5, NULL, 'soon', 2);"""
    with worker_on(made(tmp_path / "shop.sqlite", script)) as worker:
        (table,) = worker.describe()
    assert {column.name: column.kind for column in table.columns} == {
        "id": "integer",
        "day": "date",
        "moment": "timestamp",
        "declared": "date",
        "unix": "integer",
        "free": "number",
        "note": "text",
        "mixed": "text",
        "price": "number",
    }


def test_keys_and_foreign_keys_are_described(tmp_path: Path) -> None:
    script = """
        CREATE TABLE customers(id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT);
        CREATE TABLE orders(id INT, line INT, customer_id INT REFERENCES customers, PRIMARY KEY (id, line));
        CREATE TABLE notes(a INT, b INT, FOREIGN KEY (a, b) REFERENCES orders(id, line));
        CREATE VIEW v AS SELECT * FROM customers; INSERT INTO customers VALUES (1, 'a', 'b');
        CREATE VIRTUAL TABLE words USING fts5(body);"""
    with worker_on(made(tmp_path / "shop.sqlite", script)) as worker:
        facts = worker.describe()
        assert rows(worker, "SELECT count(*) FROM words", "words") == ((0,),)
        assert rows(worker, "SELECT body FROM words WHERE words MATCH 'x'", "words") == ()
        with pytest.raises(Refused, match="words_content"):
            rows(worker, "SELECT * FROM words_content", "words")
    tables = {fact.name.name: fact for fact in facts if isinstance(fact, Table)}
    assert {name: table.kind for name, table in tables.items()} == {
        "customers": "table",
        "orders": "table",
        "notes": "table",
        "v": "view",
        "words": "other",
    }
    assert (tables["customers"].primary_key, tables["customers"].unique_keys, tables["customers"].row_count) == (("id",), (("email",),), 1)
    assert tables["orders"].primary_key == ("id", "line")
    joins = {(fact.left.name, fact.left_columns, fact.right.name, fact.right_columns) for fact in facts if isinstance(fact, Relationship)}
    assert joins == {("orders", ("customer_id",), "customers", ("id",)), ("notes", ("a", "b"), "orders", ("id", "line"))}


def test_a_table_expression_may_be_named_like_a_table_that_is_not_read(tmp_path: Path) -> None:
    path = made(tmp_path / "shop.sqlite", "CREATE TABLE pay(a); CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    with worker_on(path) as worker:
        assert rows(worker, "WITH pay AS (SELECT a FROM t) SELECT count(*) FROM pay", "t") == ((1,),)
        for text in (
            "SELECT count(*) FROM pay",
            "SELECT 1 FROM t, pay",
            "SELECT EXISTS (SELECT 1 FROM pay)",
            "SELECT a FROM t WHERE a IN pay",
        ):
            with pytest.raises(Refused, match="pay"):
                rows(worker, text, "t")


def test_a_view_brings_the_tables_it_reads_and_a_name_is_no_way_in(tmp_path: Path) -> None:
    path = made(
        tmp_path / "shop.sqlite",
        "CREATE TABLE pay(a); CREATE TABLE t(a); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v",
    )
    with worker_on(path) as worker:
        assert rows(worker, "SELECT a FROM w", "w") == ()
        with pytest.raises(Refused, match="pay"):
            rows(worker, "WITH w AS (SELECT a FROM pay) SELECT a FROM w", "w")


def test_text_that_is_not_utf8_is_shown_with_replacement_signs(tmp_path: Path) -> None:
    with worker_on(made(tmp_path / "shop.sqlite", "CREATE TABLE t(a); INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT))")) as worker:
        assert rows(worker, "SELECT a FROM t", "t") == (("a\ufffdb",),)


def test_the_fingerprint_changes_with_the_file_and_with_its_log(writer: sqlite3.Connection, tmp_path: Path) -> None:
    with worker_on(tmp_path / "shop.sqlite") as worker:
        first = worker.fingerprint()
        assert worker.fingerprint() == first
        writer.execute("INSERT INTO t VALUES (2)")
        assert worker.fingerprint() != first


def test_profiles_of_a_column_with_an_odd_name(tmp_path: Path) -> None:
    script = """CREATE TABLE "a ""b"("c ""d" TEXT); INSERT INTO "a ""b" VALUES ('x'), ('x'), ('y')"""
    with worker_on(made(tmp_path / "shop.sqlite", script)) as worker:
        (profile,) = worker.profile(TableName(name='a "b'), ['c "d'])
    assert (profile.values, profile.values_complete, profile.distinct_count) == (("x", "y"), True, 2)


@pytest.mark.parametrize(("url", "path"), [("sqlite:///shop.db", "shop.db"), ("sqlite:////data/x.db", "/data/x.db"), ("a/b.db", "a/b.db")])
def test_urls_name_files(url: str, path: str) -> None:
    assert SQLiteConnector.from_url(url) == {"path": path}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_what_is_no_file_is_refused_with_a_way_out(url: str) -> None:
    assert SQLiteConnector.claims(url)
    with pytest.raises(UsageError) as refused:
        SQLiteConnector.from_url(url)
    assert refused.value.hint
