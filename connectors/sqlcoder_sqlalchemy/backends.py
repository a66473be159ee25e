"""What is known of each SQLAlchemy backend without loading it: sqlglot's dialect, port, driver, and how to get it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """`dialect` is sqlglot's word, `port` the usual one (None: reached over the open network), `url` SQLAlchemy's with its driver.

    `module` is what must be importable, `install` how it gets so. On a `billed` engine every byte read costs money.
    """

    dialect: str
    url: str
    module: str
    install: str
    port: int | None = None
    billed: bool = False


_MYSQL = "'sqlcoder-core[mysql]'"

BACKENDS: dict[str, Backend] = {
    "mysql": Backend(dialect="mysql", url="mysql+pymysql", module="pymysql", install=_MYSQL, port=3306),
    "mariadb": Backend(dialect="mysql", url="mariadb+pymysql", module="pymysql", install=_MYSQL, port=3306),
    "postgresql": Backend(dialect="postgres", url="postgresql+psycopg", module="psycopg", install="'sqlcoder-core[postgres]'", port=5432),
    "cockroachdb": Backend(
        dialect="postgres", url="cockroachdb+psycopg", module="sqlalchemy_cockroachdb", install="sqlalchemy-cockroachdb psycopg", port=26257
    ),
    "sqlite": Backend(dialect="sqlite", url="sqlite", module="sqlite3", install="python with sqlite3"),
    "mssql": Backend(dialect="tsql", url="mssql+pyodbc", module="pyodbc", install="pyodbc", port=1433),
    "oracle": Backend(dialect="oracle", url="oracle+oracledb", module="oracledb", install="oracledb", port=1521),
    "trino": Backend(dialect="trino", url="trino", module="trino", install="'trino[sqlalchemy]'", port=8080),
    "clickhouse": Backend(
        dialect="clickhouse", url="clickhouse", module="clickhouse_sqlalchemy", install="clickhouse-sqlalchemy", port=8123
    ),
    "clickhousedb": Backend(dialect="clickhouse", url="clickhousedb", module="clickhouse_connect", install="clickhouse-connect", port=8123),
    "redshift": Backend(
        dialect="redshift",
        url="redshift+redshift_connector",
        module="redshift_connector",
        install="sqlalchemy-redshift redshift-connector",
        port=5439,
    ),
    "snowflake": Backend(dialect="snowflake", url="snowflake", module="snowflake.sqlalchemy", install="snowflake-sqlalchemy", billed=True),
    "bigquery": Backend(dialect="bigquery", url="bigquery", module="sqlalchemy_bigquery", install="sqlalchemy-bigquery", billed=True),
    "databricks": Backend(
        dialect="databricks", url="databricks", module="databricks.sqlalchemy", install="databricks-sqlalchemy", billed=True
    ),
    "awsathena": Backend(dialect="athena", url="awsathena+rest", module="pyathena", install="'PyAthena[SQLAlchemy]'", billed=True),
}
DRIVERS = {
    "pymysql": "pymysql",
    "mysqldb": "MySQLdb",
    "mysqlconnector": "mysql.connector",
    "mariadbconnector": "mariadb",
    "psycopg": "psycopg",
    "psycopg2": "psycopg2",
    "pg8000": "pg8000",
    "asyncpg": "asyncpg",
    "pyodbc": "pyodbc",
    "pymssql": "pymssql",
    "oracledb": "oracledb",
    "cx_oracle": "cx_Oracle",
    "redshift_connector": "redshift_connector",
}
"""Module of a driver that a URL names behind the plus sign."""
