"""PostgreSQL golds on DuckDB, and golds that ask for the current day: the value they give there is the one they are meant to give."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import duckdb
import pytest

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.gold_dialect import adapted, orders_rows
from sqlcoder_core.values.catalog import Column, Table, TableName

TYPES = {
    "big": "bigint",
    "small": "integer",
    "money": "numeric(10,2)",
    "day": "date",
    "moment": "timestamp",
    "word": "character varying(9)",
}
TABLE = Table(name=TableName(name="t"), columns=tuple(Column(name=name, type=kind) for name, kind in TYPES.items()))
NOW = datetime(2026, 7, 15, 12)

# What PostgreSQL answers over the two rows below.
VALUES = [
    ("SELECT 7 / 2", 3),
    ("SELECT -7 / 2", -3),
    ("SELECT max(small) / 2 FROM t", 3),
    ("SELECT max(big) / min(small) FROM t", 3),
    ("SELECT sum(small) / 2 FROM t", 4),
    ("SELECT sum(big) / 2 FROM t", 4.5),
    ("SELECT count(*) / 4 FROM t", 0),
    ("SELECT count(*) * 1.0 / 4 FROM t", 0.5),
    ("SELECT count(*)::float / 4 FROM t", 0.5),
    ("SELECT avg(small) / 2 FROM t", 2.25),
    ("SELECT max(money) / 2 FROM t", 3.75),
    ("SELECT (max(day) - min(day)) / 7 FROM t", 4),
    ("SELECT max(day) - min(day) FROM t", 31),
    ("SELECT extract(epoch FROM max(moment) - min(moment)) / 86400 FROM t", 1.5),
    ("SELECT round(5 / 2.0) / 2 FROM t LIMIT 1", 1.5),
    ("SELECT x.big / x.small FROM (SELECT big, small FROM t) AS x ORDER BY 1 LIMIT 1", 1),
    ("WITH x AS (SELECT * FROM t) SELECT max(small) / 2 FROM x", 3),
    ("SELECT word FROM t ORDER BY word DESC LIMIT 1", None),
    ("SELECT count(*) FROM t WHERE word ~ '^a' AND word ILIKE '%B'", 1),
    ("SELECT to_char(max(day), 'YYYY-MM') FROM t", "2026-02"),
    ("SELECT date_trunc('month', max(day)) = DATE '2026-02-01' FROM t", True),
    ("SELECT split_part('a-b', '-', 2)", "b"),
]


@pytest.fixture(scope="module")
def database():
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (big BIGINT, small INTEGER, money DECIMAL(10,2), day DATE, moment TIMESTAMP, word VARCHAR)")
        connection.execute(
            "INSERT INTO t VALUES (7, 7, 7.5, '2026-02-01', '2026-01-02 12:00', 'ab'), (2, 2, 2, '2026-01-01', '2026-01-01', NULL)"
        )
        yield connection


@pytest.mark.parametrize(("sql", "value"), VALUES, ids=[sql for sql, _ in VALUES])
def test_a_postgres_gold_gives_on_duckdb_what_it_means(sql, value, database):
    found = database.execute(adapted(sql, "postgres", "duckdb", tables=(TABLE,))).fetchone()[0]
    assert found == value


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT CURRENT_DATE", "2026-07-15"),
        ("SELECT CURRENT_TIMESTAMP", "2026-07-15 12:00:00"),
        ("SELECT date('now')", "2026-07-15"),
        ("SELECT date('now', '-1 month')", "2026-06-15"),
        ("SELECT strftime('%Y', 'now')", "2026"),
        ("SELECT 'now'", "now"),
    ],
)
def test_the_current_day_is_the_suites_on_sqlite(sql, value):
    assert sqlite3.connect(":memory:").execute(adapted(sql, "sqlite", "sqlite", now=NOW)).fetchone()[0] == value


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT CAST(CURRENT_DATE AS VARCHAR)", "2026-07-15"),
        ("SELECT CAST(now() AS DATE) = DATE '2026-07-15'", True),
        ("SELECT CAST(today() - INTERVAL 1 DAY AS VARCHAR)", "2026-07-14 00:00:00"),
    ],
)
def test_the_current_day_is_the_suites_on_duckdb(sql, value, database):
    assert database.execute(adapted(sql, "duckdb", "duckdb", now=NOW)).fetchone()[0] == value


def test_what_need_not_change_stays_as_it_is_written():
    sql = "select  a/b -- as it stands\nfrom t"
    assert adapted(sql, "sqlite", "sqlite") == sql
    assert adapted(sql, "sqlite", "sqlite", now=NOW) == sql


@pytest.mark.parametrize("sql", ["SELECT (", "SELECT 'x"])
def test_what_cannot_be_read_is_named(sql):
    with pytest.raises(UsageError, match="the gold SQL cannot be read from postgres to duckdb"):
        adapted(sql, "postgres", "duckdb")


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t UNION SELECT b FROM t ORDER BY 1", True),
        ("(SELECT a FROM t ORDER BY a)", True),
        ("SELECT a FROM t", False),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) AS x", False),
        ("WITH x AS (SELECT a FROM t ORDER BY a) SELECT a FROM x", False),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", False),
        ("SELECT (", False),
    ],
)
def test_rows_are_in_order_where_the_outermost_query_orders_them(sql, ordered):
    assert orders_rows(sql, "postgres") is ordered
