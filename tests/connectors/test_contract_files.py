"""The connector contract on engines that live in files: DuckDB, SQLite, and SQLite through SQLAlchemy."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from sqlcoder_core.testing.connector_contract import ConnectorContract
from sqlcoder_duckdb.connector import DuckDBConnector
from sqlcoder_sqlalchemy.connector import SQLAlchemyConnector
from sqlcoder_sqlite.connector import SQLiteConnector

ITEMS = "CREATE TABLE items(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO items VALUES (1, 'one'), (2, 'two'), (3, NULL);"


def _write_elsewhere(code: str, path: Path) -> None:
    """Another process opens the file for writing and changes it."""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(ITEMS)
    connection.close()
    return path


class TestDuckDB(ConnectorContract):
    dialect = "duckdb"
    slow_sql = "SELECT sum((a.range * b.range + c.range) % 7) FROM range(100000) a, range(100000) b, range(100000) c"
    many_rows_sql = "SELECT range FROM range(5000)"
    wide_sql = "SELECT range, repeat('x', 10000) FROM range(400)"
    leak = ("SELECT nextval('counter')", "SELECT getvariable('x')")
    writes = (
        *ConnectorContract.writes,
        "COPY items TO 'items.csv'",
        "ATTACH 'other.duckdb'",
        "SET memory_limit = '90GB'",
        "INSTALL httpfs",
    )
    round_trip = (
        ("12::BIGINT", 12),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("12345678901234567890123456789.123::DECIMAL(38,3)", Decimal("12345678901234567890123456789.123")),
        ("1.5::DOUBLE", 1.5),
        ("'nan'::DOUBLE", float("nan")),
        ("'-inf'::DOUBLE", float("-inf")),
        ("true", True),
        ("'text'", "text"),
        ("NULL", None),
        ("'\\x00\\xFF'::BLOB", b"\x00\xff"),
        ("DATE '2024-02-29'", date(2024, 2, 29)),
        ("TIMESTAMP '2024-02-29 12:30:00.123456'", datetime(2024, 2, 29, 12, 30, 0, 123456)),
        ("TIME '12:30:00.5'", time(12, 30, 0, 500000)),
        ("INTERVAL 90 MINUTE", timedelta(minutes=90)),
        ("'6aa9c55b-fc8a-4df7-b289-abe53fec9e07'::UUID", UUID("6aa9c55b-fc8a-4df7-b289-abe53fec9e07")),
        ("[DATE '2024-01-01', NULL]", [date(2024, 1, 1), None]),
        ("{'a': 1.50::DECIMAL(4,2), 'b': [1, 2]}", {"a": Decimal("1.50"), "b": [1, 2]}),
        ("map {1: 'x'}", {1: "x"}),
        ("'{\"a\": 1}'::JSON", '{"a": 1}'),
    )

    @pytest.fixture
    def connector(self, tmp_path: Path) -> DuckDBConnector:
        path = tmp_path / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(ITEMS)
            connection.execute("CREATE SEQUENCE counter")
        return DuckDBConnector(DuckDBConnector.Settings(path=str(path)))

    def assert_database_free(self, connector: DuckDBConnector) -> None:  # type: ignore[override]
        _write_elsewhere(
            "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('CREATE OR REPLACE TABLE other(a INT)')", Path(connector.settings.path)
        )

    def test_times_with_a_zone_keep_their_instant(self, worker) -> None:
        ((moment,),) = self.ask(worker, "SELECT TIMESTAMPTZ '2024-06-01 12:00:00+02'").rows
        assert moment == datetime(2024, 6, 1, 10, tzinfo=UTC)
        assert moment.tzinfo is not None


class TestSQLite(ConnectorContract):
    dialect = "sqlite"
    round_trip = (
        ("12", 12),
        ("9223372036854775807", 2**63 - 1),
        ("1.5", 1.5),
        ("9e999", float("inf")),
        ("'text'", "text"),
        ("NULL", None),
        ("x'00ff'", b"\x00\xff"),
    )
    leak = ("PRAGMA case_sensitive_like = ON", "SELECT 'a' NOT LIKE 'A'")
    writes = (
        *ConnectorContract.writes,
        "ATTACH 'other.sqlite' AS other",
        "VACUUM INTO 'copy.sqlite'",
        "PRAGMA query_only = OFF",
        "REINDEX",
    )

    @pytest.fixture
    def connector(self, sqlite_file: Path) -> SQLiteConnector:
        return SQLiteConnector(SQLiteConnector.Settings(path=str(sqlite_file)))

    def assert_database_free(self, connector: SQLiteConnector) -> None:  # type: ignore[override]
        path = Path(connector.settings.path)
        _write_elsewhere(
            "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0).execute('PRAGMA user_version = 7')", path
        )
        assert [each.name for each in path.parent.iterdir()] == [path.name]


class TestSQLiteThroughSQLAlchemy(ConnectorContract):
    dialect = "sqlite"
    second_opinion = False
    round_trip = TestSQLite.round_trip
    writes = TestSQLite.writes[:-2]
    leak = TestSQLite.leak

    @pytest.fixture
    def connector(self, sqlite_file: Path) -> SQLAlchemyConnector:
        return SQLAlchemyConnector(SQLAlchemyConnector.Settings(**SQLAlchemyConnector.from_url(f"sqlite:///{sqlite_file}")))
