"""URLs and settings of servers, read without a driver and without connecting."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.secret import Secret
from sqlcoder_postgres.connector import PostgresConnector
from sqlcoder_sqlalchemy import connector as sqlalchemy_connector
from sqlcoder_sqlalchemy.backends import BACKENDS
from sqlcoder_sqlalchemy.connector import SQLAlchemyConnector

PG_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE", "PGPASSFILE")


@pytest.fixture(autouse=True)
def no_pg_variables(monkeypatch) -> None:
    for name in PG_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def postgres(**settings: object) -> PostgresConnector:
    return PostgresConnector(PostgresConnector.Settings(**settings))


def other(url: str, **settings: object) -> SQLAlchemyConnector:
    return SQLAlchemyConnector(SQLAlchemyConnector.Settings(**{**SQLAlchemyConnector.from_url(url), **settings}))


def test_a_postgres_url_is_taken_apart() -> None:
    url = "postgresql://me%40x:p%2Fw@db.example:6543/shop?sslmode=require"
    assert PostgresConnector.from_url(url) == {
        "host": "db.example",
        "port": 6543,
        "user": "me@x",
        "password": "p/w",
        "dbname": "shop",
        "sslmode": "require",
    }


def test_what_a_url_leaves_out_comes_from_the_variables_that_psql_reads(monkeypatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGPASSWORD", "canary-pw")
    found = PostgresConnector.from_url("postgres:///shop")
    assert found == {"host": "elsewhere", "port": "6000", "dbname": "shop", "password": Secret("canary-pw", reference="${PGPASSWORD}")}
    assert "canary-pw" not in repr(found)
    assert PostgresConnector.from_url("postgres://here/shop")["host"] == "here"


def test_a_url_among_the_settings_is_spread_and_gives_way_to_what_stands_beside_it() -> None:
    settings = postgres(url="postgresql://me@a:1/x", dbname="y").settings
    assert (settings.host, settings.port, settings.user, settings.dbname, settings.url) == ("a", 1, "me", "y", None)


def test_schema_and_search_path_are_understood_as_dbt_writes_them() -> None:
    settings = postgres(schema="marts", search_path='marts, "Raw data"').settings
    assert (settings.default_schema, settings.search_path) == ("marts", ("marts", "Raw data"))
    assert postgres(schema="marts").default_schema() == "marts"


def test_an_unknown_url_parameter_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'sslmod'") as refused:
        PostgresConnector.from_url("postgresql://h/d?sslmod=require")
    assert "sslmode" in str(refused.value)


def test_a_port_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no PostgreSQL URL"):
        PostgresConnector.from_url("postgresql://h:many/d")
    with pytest.raises(UsageError, match="no database URL"):
        other("mysql://h:many/d")


def test_the_postgres_sandbox_opens_one_port_and_the_password_file(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    sandbox = postgres(host="db", port=6000).sandbox()
    assert (sandbox.tcp_ports, sandbox.network, sandbox.scratch) == ((6000,), False, False)
    assert str(tmp_path / ".pgpass") in sandbox.read
    assert postgres(host="/run/postgresql").sandbox().tcp_ports == ()
    assert postgres().sandbox().tcp_ports == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://h/shop", ("mysql", "shop", (3306,), False, False)),
        ("mariadb+pymysql://h:3307/shop", ("mysql", "shop", (3307,), False, False)),
        ("mssql+pyodbc://h/shop", ("tsql", "dbo", (1433,), False, False)),
        ("snowflake://me@account/db", ("snowflake", None, (), True, True)),
        ("bigquery://project/dataset", ("bigquery", None, (), True, True)),
        ("trino://h:8443/catalog", ("trino", None, (8443,), False, False)),
    ],
)
def test_a_url_tells_dialect_schema_ports_whether_the_network_is_open_and_whether_it_bills(url, expected) -> None:
    connector = other(url)
    sandbox = connector.sandbox()
    found = (connector.dialect(), connector.default_schema(), sandbox.tcp_ports, sandbox.network, connector.billed)
    assert found == expected


def test_settings_win_over_the_url() -> None:
    connector = other("mysql://h/shop", dialect="starrocks", schema="marts")
    assert (connector.dialect(), connector.default_schema()) == ("starrocks", "marts")


def test_a_url_without_a_driver_gets_the_one_that_the_extra_installs() -> None:
    assert SQLAlchemyConnector.from_url("mysql://h/d") == {"url": "mysql+pymysql://h/d"}
    assert SQLAlchemyConnector.from_url("mysql+mysqldb://h/d") == {"url": "mysql+mysqldb://h/d"}


def test_a_missing_driver_is_told_with_the_command_that_brings_it(monkeypatch) -> None:
    monkeypatch.setattr(sqlalchemy_connector, "find_spec", lambda _: None)
    assert other("mysql://h/d").missing() == "pip install 'sqlcoder-core[mysql]'"
    assert other("snowflake://h/d").missing() == "pip install snowflake-sqlalchemy"
    assert other("mysql+mysqlconnector://h/d").missing() == "pip install mysql.connector"


@pytest.mark.parametrize("text", ["https://example.com/x.csv", "s3://bucket/x", "shop.duckdb", "./a.db", "C:/x.db", "shop"])
def test_addresses_and_paths_are_no_databases(text: str) -> None:
    assert not SQLAlchemyConnector.claims(text)


def test_every_backend_names_a_dialect_that_sqlglot_has() -> None:
    from sqlglot.dialects import Dialect

    for name, backend in BACKENDS.items():
        assert Dialect.get(backend.dialect), name


def test_an_engine_that_nobody_knows_is_a_usage_error_unless_its_dialect_is_said() -> None:
    with pytest.raises(UsageError, match=r"there is no engine 'foo'; known: awsathena, .*; else set `dialect`"):
        other("foo://bar")
    assert other("crate://bar", dialect="postgres").dialect() == "postgres"
