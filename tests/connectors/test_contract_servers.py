"""The connector contract on real servers: PostgreSQL and MariaDB, started by the tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from sqlcoder_core.errors import DatabaseError
from sqlcoder_core.testing.connector_contract import ConnectorContract
from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.catalog import Table
from sqlcoder_core.values.secret import Secret
from sqlcoder_core.worker.client import QueryWorker
from sqlcoder_postgres.connector import PostgresConnector
from sqlcoder_sqlalchemy.connector import SQLAlchemyConnector

POSTGRES_ITEMS = """
DROP TABLE IF EXISTS items; CREATE TABLE items(id int PRIMARY KEY, name text);
INSERT INTO items VALUES (1, 'one'), (2, 'two'), (3, NULL);"""


@pytest.fixture(scope="module")
def postgres(postgres_server):
    postgres_server.run_sql("postgres", "CREATE DATABASE contract")
    postgres_server.run_sql("contract", "CREATE ROLE reader LOGIN; CREATE ROLE with_password LOGIN PASSWORD 'canary-pw-5531'")
    postgres_server.run_sql("contract", POSTGRES_ITEMS + "GRANT SELECT ON items TO reader, with_password")
    yield postgres_server
    postgres_server.run_sql("postgres", "DROP DATABASE contract WITH (FORCE)")
    postgres_server.run_sql("postgres", "DROP ROLE reader; DROP ROLE with_password")


@pytest.fixture(scope="module")
def mariadb(mariadb_server):
    user = "reader@'127.0.0.1'"
    mariadb_server.run_sql("mysql", f"CREATE DATABASE contract; CREATE USER {user}; GRANT SELECT ON contract.* TO {user}")
    items = "CREATE TABLE items(id int PRIMARY KEY, name text); INSERT INTO items VALUES (1,'one'), (2,'two'), (3, NULL)"
    mariadb_server.run_sql("contract", items)
    yield mariadb_server
    mariadb_server.run_sql("mysql", f"DROP DATABASE contract; DROP USER {user}")


class PostgresStatements(ConnectorContract):
    """What PostgreSQL spells differently."""

    dialect = "postgres"
    slow_sql = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b, generate_series(1, 100) c"
    many_rows_sql = "SELECT n FROM generate_series(1, 5000) n"
    wide_sql = "SELECT n, repeat('x', 10000) FROM generate_series(1, 400) n"
    leak = ("SELECT set_config('my.canary', 'seen', false)", "SELECT coalesce(current_setting('my.canary', true), '') <> ''")
    writes = (*ConnectorContract.writes, "COPY items TO PROGRAM 'cat'", "CREATE TEMP TABLE t(a int)", "COMMIT", "LOCK TABLE items")


@pytest.mark.postgres
class TestPostgres(PostgresStatements):
    round_trip = (
        ("12::bigint", 12),
        ("12345678901234567890123456789.123::numeric", Decimal("12345678901234567890123456789.123")),
        ("'NaN'::float8", float("nan")),
        ("true", True),
        ("'text'", "text"),
        ("NULL", None),
        ("'\\x00ff'::bytea", b"\x00\xff"),
        ("DATE '2024-02-29'", date(2024, 2, 29)),
        ("DATE 'infinity'", "infinity"),
        ("TIMESTAMP '2024-02-29 12:30:00.123456'", datetime(2024, 2, 29, 12, 30, 0, 123456)),
        ("TIME '12:30'", time(12, 30)),
        ("INTERVAL '90 minutes'", timedelta(minutes=90)),
        ("INTERVAL '1 month 2 days'", "1 mon 2 days"),
        ("'6aa9c55b-fc8a-4df7-b289-abe53fec9e07'::uuid", UUID("6aa9c55b-fc8a-4df7-b289-abe53fec9e07")),
        ("ARRAY[1, NULL, 3]", [1, None, 3]),
        ("""'{"a": 1.10, "b": [true]}'::jsonb""", {"a": Decimal("1.10"), "b": [True]}),
        ("'[1,5)'::int4range", "[1, 5)"),
        ("'192.168.0.1'::inet", "192.168.0.1"),
    )

    @pytest.fixture
    def connector(self, postgres) -> PostgresConnector:
        return PostgresConnector(PostgresConnector.Settings(host=postgres.host, port=postgres.port, user="reader", dbname="contract"))

    def test_times_with_a_zone_keep_their_instant(self, worker) -> None:
        ((moment,),) = self.ask(worker, "SELECT TIMESTAMPTZ '2024-06-01 12:00:00+02'").rows
        assert moment == datetime(2024, 6, 1, 10, tzinfo=UTC)
        assert moment.tzinfo is not None

    def test_no_session_is_left_on_the_server(self, postgres, worker) -> None:
        self.ask(worker, "SELECT id FROM items")
        self.ask(worker, self.many_rows_sql, rows=10)
        sessions = postgres.run_sql("contract", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sqlcoder'")
        assert sessions == "0"

    def test_sessions_are_tagged(self, worker) -> None:
        assert self.ask(worker, "SELECT current_setting('application_name')").rows == (("sqlcoder",),)

    def test_a_view_brings_the_tables_it_reads(self, postgres, worker) -> None:
        postgres.run_sql("contract", "CREATE OR REPLACE VIEW v_items AS SELECT id FROM items; GRANT SELECT ON v_items TO reader")
        assert len(worker.run(unguarded("SELECT * FROM v_items", "postgres", ["public.v_items"])).rows) == 3
        postgres.run_sql("contract", "DROP VIEW v_items")

    def test_a_partitioned_table_brings_its_partitions(self, postgres, worker) -> None:
        bounds = "FROM ('2024-01-01') TO ('2025-01-01')"
        script = f"CREATE TABLE sales(d date) PARTITION BY RANGE (d); CREATE TABLE sales_24 PARTITION OF sales FOR VALUES {bounds};"
        postgres.run_sql("contract", script + "INSERT INTO sales VALUES ('2024-05-05'); GRANT SELECT ON sales TO reader")
        assert worker.run(unguarded("SELECT count(*) FROM sales", "postgres", ["sales"])).rows == ((1,),)
        assert [fact.name.name for fact in worker.describe() if isinstance(fact, Table) and fact.name.name.startswith("sales")] == ["sales"]
        postgres.run_sql("contract", "DROP TABLE sales")


@pytest.mark.postgres
class TestPostgresThroughSQLAlchemy(PostgresStatements):
    second_opinion = False

    @pytest.fixture
    def connector(self, postgres) -> SQLAlchemyConnector:
        settings = SQLAlchemyConnector.from_url(f"postgresql://reader@{postgres.host}:{postgres.port}/contract")
        return SQLAlchemyConnector(SQLAlchemyConnector.Settings(**settings))


@pytest.mark.mariadb
class TestMariaDB(ConnectorContract):
    dialect = "mysql"
    second_opinion = False
    slow_sql = "SELECT count(*) FROM seq_1_to_100000 a, seq_1_to_100000 b WHERE a.seq * b.seq % 7 = 8"
    many_rows_sql = "SELECT seq FROM seq_1_to_5000"
    wide_sql = "SELECT seq, repeat('x', 10000) FROM seq_1_to_400"
    leak = ("SELECT @canary := 1", "SELECT @canary IS NOT NULL")
    writes = (*ConnectorContract.writes, "SELECT id INTO OUTFILE '/tmp/evil.txt' FROM items")
    round_trip = (
        ("12", 12),
        ("CAST(12345678901234567890.123 AS DECIMAL(30,3))", Decimal("12345678901234567890.123")),
        ("'text'", "text"),
        ("NULL", None),
        ("CAST('2024-02-29' AS DATE)", date(2024, 2, 29)),
        ("CAST('2024-02-29 12:30:00.123456' AS DATETIME(6))", datetime(2024, 2, 29, 12, 30, 0, 123456)),
        ("CAST('12:30:00' AS TIME)", timedelta(hours=12, minutes=30)),
        ("1.5e0", 1.5),
    )

    @pytest.fixture
    def connector(self, mariadb) -> SQLAlchemyConnector:
        return SQLAlchemyConnector(
            SQLAlchemyConnector.Settings(**SQLAlchemyConnector.from_url(f"mysql://reader@{mariadb.host}:{mariadb.port}/contract"))
        )

    def literal(self, text: str) -> str:
        return super().literal(text.replace("\\", "\\\\"))

    def test_strings_are_quoted_as_the_guard_reads_them(self, worker) -> None:
        ((mode,),) = self.ask(worker, "SELECT @@SESSION.sql_mode").rows
        assert not {"ANSI_QUOTES", "NO_BACKSLASH_ESCAPES"} & set(mode.split(","))

    def test_the_transaction_is_read_only(self, worker) -> None:
        assert self.ask(worker, "SELECT @@SESSION.tx_read_only").rows == ((1,),)

    def test_a_reader_has_no_findings_but_the_admin_has(self, mariadb, worker) -> None:
        assert not [finding for finding in worker.findings() if finding.severity != "note"]
        admin = SQLAlchemyConnector.from_url(f"mysql://root@localhost/contract?unix_socket={mariadb.folder}/s.sock")
        with QueryWorker(SQLAlchemyConnector(SQLAlchemyConnector.Settings(**admin))) as other:
            assert "server_rights" in {finding.code for finding in other.findings() if finding.severity == "error"}


@pytest.mark.postgres
def test_a_password_travels_to_the_server_and_to_nowhere_else(postgres) -> None:
    def worker(password: str) -> QueryWorker:
        secret = Secret(password, reference="${PW}")
        settings = PostgresConnector.Settings(
            host=postgres.host, port=postgres.port, user="with_password", dbname="contract", password=secret
        )
        return QueryWorker(PostgresConnector(settings))

    with worker("canary-pw-5531") as right:
        assert len(right.run(unguarded("SELECT id FROM items", "postgres", ["items"])).rows) == 3
        with pytest.raises(DatabaseError) as repeated:
            right.run(unguarded("SELECT 'canary-pw-5531'::int", "postgres"))
        assert "canary-pw-5531" not in str(repeated.value)
    with worker("wrong") as wrong, pytest.raises(DatabaseError, match="password authentication failed") as refused:
        wrong.run(unguarded("SELECT 1", "postgres"))
    assert "pgpass" in str(refused.value)


@pytest.mark.postgres
def test_a_server_that_is_not_there_says_what_to_check() -> None:
    settings = PostgresConnector.Settings(host="127.0.0.1", port=1, user="nobody", dbname="nothing")
    with QueryWorker(PostgresConnector(settings)) as worker, pytest.raises(DatabaseError, match="check host and port"):
        worker.run(unguarded("SELECT 1", "postgres"))
