"""What each engine is told before a question: read only, a time limit, one statement per call."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from sqlcoder_core.api import Limits

_QUOTING_MODES = ("NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", "ANSI", "ORACLE", "MSSQL", "DB2", "POSTGRESQL", "MAXDB")
_JOIN_ROWS = 10**12


def make_engine(settings: Any, limits: Limits) -> Engine:
    """An engine without a pool: each question has a connection of its own."""
    url = make_url(settings.url)
    if settings.password:
        url = url.set(password=settings.password)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return sqlalchemy.create_engine("sqlite://", creator=lambda: _open_sqlite(url), poolclass=NullPool)
    if backend == "bigquery" and "maximum_bytes_billed" not in url.query:
        url = url.update_query_dict({"maximum_bytes_billed": str(settings.maximum_bytes_billed)})
    return sqlalchemy.create_engine(url, poolclass=NullPool, connect_args=_connect_arguments(url, limits), hide_parameters=True)


def harden(connection: Connection, limits: Limits) -> None:
    """Run the fixed statements of this engine; what it does not know is skipped only where that is said here."""
    hardening = _HARDENING.get(connection.dialect.name)
    if hardening is not None:
        hardening(connection, limits)
        connection.commit()


def cancel(connection: Connection, engine: Engine) -> None:
    """Stop the running statement by whatever the driver offers; called from another thread."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name in ("mysql", "mariadb") and hasattr(driver, "thread_id"):
        with engine.connect() as other:
            other.exec_driver_sql(f"KILL QUERY {int(driver.thread_id())}")
        return
    for name in ("cancel_safe", "cancel", "interrupt"):
        if hasattr(driver, name):
            getattr(driver, name)()
            return


def _open_sqlite(url: URL) -> sqlite3.Connection:
    path = quote(os.path.abspath(url.database or ""))
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, cached_statements=0)
    for pragma in ("query_only=ON", "trusted_schema=OFF", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 8_000_000)
    return connection


def _connect_arguments(url: URL, limits: Limits) -> dict[str, Any]:
    seconds = max(1, min(10, int(limits.seconds)))
    if url.get_driver_name() == "pymysql":
        return {"local_infile": False, "connect_timeout": seconds, "program_name": "sqlcoder"}
    if url.get_backend_name() == "postgresql" and url.get_driver_name() in ("psycopg", "psycopg2"):
        return {"connect_timeout": seconds, "application_name": "sqlcoder"}
    if url.get_backend_name() == "snowflake":
        return {
            "session_parameters": {
                "QUERY_TAG": "sqlcoder",
                "MULTI_STATEMENT_COUNT": 1,
                "STATEMENT_TIMEOUT_IN_SECONDS": int(limits.seconds) + 1,
            }
        }
    return {}


def _harden_mysql(connection: Connection, limits: Limits) -> None:
    """MySQL and MariaDB; strings must be quoted as the guard reads them."""
    modes = str(connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar() or "").split(",")
    kept = ",".join(mode for mode in modes if mode and mode not in _QUOTING_MODES)
    maria = getattr(connection.dialect, "is_mariadb", False)
    clock = f"max_statement_time = {limits.seconds:f}" if maria else f"max_execution_time = {int(limits.seconds * 1000)}"
    for setting in (
        f"sql_mode = '{kept}'",
        clock,
        f"sql_select_limit = {limits.rows + 1}",
        f"max_join_size = {_JOIN_ROWS}",
        "sql_big_selects = 0",
    ):
        connection.exec_driver_sql(f"SET SESSION {setting}")
    connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")


def _harden_postgres(connection: Connection, limits: Limits) -> None:
    milliseconds = int(limits.seconds * 1000)
    for setting in (
        f"statement_timeout = {milliseconds}",
        f"lock_timeout = {min(milliseconds, 5000)}",
        "default_transaction_read_only = on",
    ):
        connection.exec_driver_sql(f"SET {setting}")
    connection.exec_driver_sql("SET standard_conforming_strings = on")


def _harden_mssql(connection: Connection, limits: Limits) -> None:
    connection.exec_driver_sql(f"SET LOCK_TIMEOUT {min(int(limits.seconds * 1000), 5000)}")


def _harden_snowflake(connection: Connection, limits: Limits) -> None:
    connection.exec_driver_sql("USE SECONDARY ROLES NONE")
    connection.exec_driver_sql(f"ALTER SESSION SET ROWS_PER_RESULTSET = {limits.rows + 1}")


_HARDENING: dict[str, Callable[[Connection, Limits], None]] = {
    "mysql": _harden_mysql,
    "mariadb": _harden_mysql,
    "postgresql": _harden_postgres,
    "redshift": _harden_postgres,
    "mssql": _harden_mssql,
    "snowflake": _harden_snowflake,
}
