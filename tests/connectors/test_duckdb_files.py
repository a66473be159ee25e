"""DuckDB files as people have them: locked by dbt, with views over other files, attached, with a log, not built yet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sqlcoder_core.errors import DatabaseError, Refused, UsageError
from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.catalog import Relationship, Table, TableName
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.client import QueryWorker
from sqlcoder_duckdb.connector import DuckDBConnector
from sqlcoder_duckdb.failures import translated
from sqlcoder_duckdb.plan import relations_of

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def made(path: Path, script: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(script)
    return path


def worker_on(path: Path, **settings: object) -> QueryWorker:
    return QueryWorker(DuckDBConnector(DuckDBConnector.Settings(path=str(path), **settings)), limits=Limits(seconds=20, memory=1 << 29))


def rows(worker: QueryWorker, text: str, *tables: str | TableName) -> tuple[tuple[object, ...], ...]:
    return worker.run(unguarded(text, "duckdb", tables)).rows


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A file that another process has open for writing, and that process, which ends when its input does."""
    path = made(tmp_path / "shop.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdin is not None
    holder.stdout.readline()
    yield path, holder
    if not holder.stdin.closed:
        holder.communicate()


def test_a_file_that_is_being_written_says_who_holds_it_and_is_read_when_the_writer_is_done(held) -> None:
    path, holder = held
    with worker_on(path) as worker:
        with pytest.raises(DatabaseError, match=rf"is locked: another process \(PID {holder.pid}\)") as locked:
            rows(worker, "SELECT * FROM t", "t")
        assert "dbt build" in str(locked.value)
        holder.communicate()
        assert rows(worker, "SELECT * FROM t", "t") == ((1,),)


def test_a_file_can_be_rebuilt_between_two_questions(tmp_path: Path) -> None:
    path = made(tmp_path / "shop.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    with worker_on(path) as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((1,),)
        made(path, "CREATE OR REPLACE TABLE t AS SELECT 2 AS a")
        assert rows(worker, "SELECT a FROM t", "t") == ((2,),)
        newer = made(tmp_path / "newer.duckdb", "CREATE TABLE t AS SELECT 3 AS a")
        newer.replace(path)
        assert rows(worker, "SELECT a FROM t", "t") == ((3,),)


def test_what_was_not_checkpointed_yet_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    code = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('CREATE TABLE t AS SELECT 42 AS a'); os._exit(0)"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert (tmp_path / "shop.duckdb.wal").exists()
    with worker_on(path) as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((42,),)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with worker_on(tmp_path / "none.duckdb") as worker, pytest.raises(DatabaseError, match="there is no database file") as missing:
        rows(worker, "SELECT 1")
    assert "dbt build" in str(missing.value)


def test_a_file_of_another_kind_says_so(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    path.write_text("id,name\n" * 2000)
    with worker_on(path) as worker, pytest.raises(DatabaseError, match="is not a DuckDB database file"):
        rows(worker, "SELECT 1")


def test_a_file_of_a_future_version_says_what_to_install() -> None:
    # What DuckDB 1.4 says of a file that 2.0 wrote with its newest storage version.
    words = "IO Error: Trying to read a database file with version number 999, but we can only read versions between 64 and 67."
    with pytest.raises(DatabaseError, match="another version of DuckDB") as newer, translated("shop.duckdb"):
        raise duckdb.IOException(words)
    assert "pip install --upgrade duckdb" in str(newer.value)


@pytest.fixture
def with_files(tmp_path: Path) -> Path:
    """Views over CSV and Parquet files, as dbt-duckdb's external materialisation leaves them."""
    external = tmp_path / "external"
    external.mkdir()
    (external / "people.csv").write_text("id,name\n1,Ann\n2,Bo\n")
    (tmp_path / "elsewhere.csv").write_text("secret\n1\n")
    duckdb.execute(f"COPY (SELECT 7 AS n) TO '{external}/numbers.parquet'")
    script = f"""
        CREATE VIEW people AS SELECT * FROM read_csv('{external}/people.csv');
        CREATE VIEW numbers AS SELECT * FROM '{external}/numbers.parquet';
        CREATE VIEW elsewhere AS SELECT * FROM '{tmp_path}/elsewhere.csv';"""
    return made(tmp_path / "shop.duckdb", script)


def test_views_over_files_work_in_allowed_directories_only(with_files: Path) -> None:
    with worker_on(with_files, allowed_directories=(str(with_files.parent / "external"),)) as worker:
        assert rows(worker, "SELECT name FROM people ORDER BY id", "people") == (("Ann",), ("Bo",))
        assert rows(worker, "SELECT n FROM numbers", "numbers") == ((7,),)
        with pytest.raises(DatabaseError, match=r"elsewhere\.csv"):
            rows(worker, "SELECT * FROM elsewhere", "elsewhere")


def test_an_allowed_directory_is_not_for_queries(with_files: Path) -> None:
    external = with_files.parent / "external"
    with worker_on(with_files, allowed_directories=(str(external),)) as worker:
        for text in (
            f"SELECT * FROM read_csv('{external}/people.csv')",
            f"SELECT * FROM '{external}/people.csv'",
            f"SELECT * FROM glob('{external}/*')",
        ):
            with pytest.raises(Refused) as refused:
                rows(worker, text, "numbers")
            assert refused.value.code == "engine_relation"


def test_without_allowed_directories_no_file_is_read(with_files: Path) -> None:
    with worker_on(with_files) as worker, pytest.raises(DatabaseError, match="disabled by configuration") as refused:
        rows(worker, "SELECT * FROM people", "people")
    assert "allowed_directories" in str(refused.value)


def test_the_database_file_itself_cannot_be_read_as_a_file(tmp_path: Path) -> None:
    path = made(tmp_path / "shop.duckdb", "CREATE TABLE t AS SELECT 'canary' AS a")
    with worker_on(path) as worker:
        for text in (
            f"SELECT * FROM read_blob('{path}')",
            f"SELECT * FROM '{path}'",
            f"SELECT * FROM read_duckdb('{path}', table_name='t')",
        ):
            with pytest.raises((Refused, DatabaseError)):
                rows(worker, text)


def test_attached_files_are_read_under_their_alias(tmp_path: Path) -> None:
    main = made(tmp_path / "shop.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    made(tmp_path / "raw.duckdb", "CREATE TABLE t AS SELECT 2 AS a")
    made(tmp_path / "other.duckdb", "CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 3 AS a")
    attach = ({"path": str(tmp_path / "raw.duckdb")}, {"path": str(tmp_path / "other.duckdb"), "alias": "third"})
    with worker_on(main, attach=attach) as worker:
        raw, third = TableName(name="t", schema="main", database="raw"), TableName(name="t", schema="s", database="third")
        assert rows(worker, "SELECT a FROM raw.main.t", raw) == ((2,),)
        assert rows(worker, "SELECT t.a + x.a FROM t, third.s.t x", "t", third) == ((4,),)
        with pytest.raises(Refused, match=r"main\.t"):
            rows(worker, "SELECT a FROM raw.main.t", "t")
        names = {fact.name for fact in worker.describe() if isinstance(fact, Table)}
        assert names == {TableName(name="t", schema="main"), raw, third}


@pytest.mark.parametrize("name", ["memory", "temp", "system", "shop.v2", "über", "select"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    path = made(tmp_path / "x.duckdb", "CREATE TABLE t AS SELECT 1 AS a").replace(tmp_path / f"{name}.duckdb")
    with worker_on(path) as worker:
        assert rows(worker, "SELECT a FROM t", "t") == ((1,),)


def test_a_view_brings_the_tables_it_reads_and_no_others(tmp_path: Path) -> None:
    tables = "CREATE TABLE a AS SELECT 1 AS n; CREATE TABLE b AS SELECT 2 AS n"
    script = f"{tables}; CREATE VIEW v AS SELECT n FROM a; CREATE VIEW w AS SELECT n FROM v"
    with worker_on(made(tmp_path / "shop.duckdb", script)) as worker:
        assert rows(worker, "SELECT n FROM w", "w") == ((1,),)
        for text in ("SELECT n FROM w UNION ALL SELECT n FROM b", "SELECT (SELECT max(n) FROM b) FROM w", "SELECT count(*) FROM b"):
            with pytest.raises(Refused, match=r"reads (main\.)?b,"):
                rows(worker, text, "w")


def test_an_unqualified_name_is_one_of_the_default_schema(tmp_path: Path) -> None:
    script = "CREATE SCHEMA shop; CREATE SCHEMA hr; CREATE TABLE shop.t AS SELECT 1 AS n; CREATE TABLE hr.t AS SELECT 2 AS n"
    with worker_on(made(tmp_path / "db.duckdb", script), default_schema="shop") as worker:
        assert rows(worker, "SELECT n FROM t", "t") == ((1,),)
        with pytest.raises(Refused, match=r"hr\.t"):
            rows(worker, "SELECT n FROM hr.t", "t")


def test_a_schema_that_is_not_there_is_named_with_the_next_step(tmp_path: Path) -> None:
    with (
        worker_on(made(tmp_path / "db.duckdb", "CREATE TABLE t AS SELECT 1 AS n"), default_schema="marts") as worker,
        pytest.raises(DatabaseError, match=r"db\.duckdb has no schema marts; build the project first"),
    ):
        worker.describe()


def test_keys_comments_and_foreign_keys_are_described(tmp_path: Path) -> None:
    script = """
        CREATE TABLE customers(id INTEGER PRIMARY KEY, email VARCHAR UNIQUE, born DATE);
        CREATE TABLE orders(
            id INTEGER, line INTEGER, customer_id INTEGER REFERENCES customers(id), paid BOOLEAN NOT NULL, PRIMARY KEY (id, line));
        COMMENT ON TABLE customers IS 'who buys'; COMMENT ON COLUMN customers.born IS 'day of birth';
        INSERT INTO customers VALUES (1, 'a@b.c', '1990-01-01');
        CREATE VIEW grown_up AS SELECT * FROM customers;"""
    with worker_on(made(tmp_path / "shop.duckdb", script)) as worker:
        facts = worker.describe()
    tables = {fact.name.name: fact for fact in facts if isinstance(fact, Table)}
    assert tables["customers"].description == "who buys"
    assert tables["customers"].column("born").description == "day of birth"
    assert (tables["customers"].primary_key, tables["customers"].unique_keys) == (("id",), (("email",),))
    assert (tables["customers"].row_count, tables["grown_up"].row_count) == (1, None)
    assert (tables["customers"].kind, tables["grown_up"].kind) == ("table", "view")
    assert tables["orders"].primary_key == ("id", "line")
    assert [column.kind for column in tables["orders"].columns] == ["integer", "integer", "integer", "boolean"]
    assert tables["orders"].column("paid").nullable is False
    (join,) = [fact for fact in facts if isinstance(fact, Relationship)]
    assert (join.left.name, join.left_columns, join.right.name, join.right_columns) == ("orders", ("customer_id",), "customers", ("id",))


def test_profiles_tell_ranges_values_and_gaps(tmp_path: Path) -> None:
    script = """
        CREATE TABLE t AS SELECT range AS id, 'v' || range % 7 AS few, 'w' || range AS many, DATE '2024-01-01' + range::INTEGER AS day,
        CASE WHEN range % 4 = 0 THEN NULL ELSE range / 2 END AS half, [range] AS items, range % 2 = 0 AS even FROM range(1500);
        ALTER TABLE t ADD COLUMN "Odd ""name" VARCHAR DEFAULT 'x'"""
    with worker_on(made(tmp_path / "shop.duckdb", script)) as worker:
        columns = ["id", "few", "many", "day", "half", "items", "even", 'Odd "name']
        found = {profile.column: profile for profile in worker.profile(TableName(name="t", schema="main"), columns)}
    assert list(found) == columns
    assert (found["id"].minimum, found["id"].maximum, found["id"].distinct_count, found["id"].values) == ("0", "1499", 1500, ())
    assert (set(found["few"].values), found["few"].values_complete, found["few"].distinct_count) == ({f"v{i}" for i in range(7)}, True, 7)
    assert (len(found["many"].values), found["many"].values_complete, found["many"].distinct_count) == (1000, False, 1500)
    assert (found["day"].minimum, found["day"].maximum, found["day"].values) == ("2024-01-01", "2028-02-08", ())
    assert found["half"].null_fraction == pytest.approx(0.25)
    assert (found["items"].minimum, found["items"].null_fraction) == (None, 0)
    assert (set(found["even"].values), found["even"].values_complete) == ({True, False}, True)
    assert found['Odd "name'].values == ("x",)


def test_an_empty_table_has_profiles_without_numbers(tmp_path: Path) -> None:
    with worker_on(made(tmp_path / "shop.duckdb", "CREATE TABLE t(a INTEGER, b VARCHAR)")) as worker:
        one, other = worker.profile(TableName(name="t"), ["a", "b"])
    assert (one.minimum, one.null_fraction, one.distinct_count) == (None, None, 0)
    assert (other.values, other.values_complete) == ((), True)


def test_doctor_names_extensions_that_are_not_loaded(tmp_path: Path) -> None:
    with worker_on(made(tmp_path / "shop.duckdb", "SELECT 1"), extensions=("httpfs", "parquet")) as worker:
        (finding,) = [each for each in worker.findings() if each.code == "extension"]
    assert "httpfs" in finding.message
    assert finding.severity == "warning"


def test_the_fingerprint_changes_with_the_file(tmp_path: Path) -> None:
    path = made(tmp_path / "shop.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    with worker_on(path) as worker:
        first = worker.fingerprint()
        assert worker.fingerprint() == first
        os.utime(path, ns=(1, 1))
        assert worker.fingerprint() != first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("db.main.t", TableName(name="t", schema="main")),
        ('db."se.cret"."a ""b"', TableName(name='a "b', schema="se.cret")),
        ("raw.main.t", TableName(name="t", schema="main", database="raw")),
        ("t", TableName(name="t")),
    ],
)
def test_names_of_a_plan_are_taken_apart(text: str, expected: TableName) -> None:
    import json

    plan = json.dumps([{"name": "SEQ_SCAN", "children": [], "extra_info": {"Table": text}}])
    assert relations_of(plan, frozenset(), "db") == (expected,)


@pytest.mark.parametrize(
    ("url", "path"),
    [("duckdb:///shop.duckdb", "shop.duckdb"), ("duckdb:////data/x.duckdb", "/data/x.duckdb"), ("a/b.duckdb", "a/b.duckdb")],
)
def test_urls_name_files(url: str, path: str) -> None:
    assert DuckDBConnector.from_url(url) == {"path": path}


@pytest.mark.parametrize("url", ["md:shop", "duckdb:///md:shop", "duckdb:///:memory:", "duckdb:///"])
def test_what_is_no_file_is_refused_with_a_way_out(url: str) -> None:
    assert DuckDBConnector.claims(url) or not url.startswith(("duckdb:", "md:"))
    with pytest.raises(UsageError) as refused:
        DuckDBConnector.from_url(url)
    assert refused.value.hint


def test_files_are_told_by_their_magic_bytes(tmp_path: Path) -> None:
    from sqlcoder_sqlite.connector import SQLiteConnector

    made(tmp_path / "shop.db", "SELECT 1")
    lite = tmp_path / "other.db"
    import sqlite3

    with sqlite3.connect(lite) as connection:
        connection.execute("CREATE TABLE t(a)")
    connection.close()
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    (tmp_path / "x.csv").write_text("a,b\n")
    claims = {path.name: (DuckDBConnector.claims(str(path)), SQLiteConnector.claims(str(path))) for path in tmp_path.iterdir()}
    assert claims == {"shop.db": (True, False), "other.db": (False, True), "empty.sqlite": (False, True), "x.csv": (False, False)}
    assert not DuckDBConnector.claims(str(tmp_path / "none.duckdb"))
