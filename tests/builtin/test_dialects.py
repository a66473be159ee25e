"""One question in several dialects: dates by the engine's own words, and only functions that the guard lets through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pytest

from sqlcoder_builtin.answering import answer
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.catalog import Column, Table, TableName
from sqlcoder_core.values.question import Clock, Question

PINNED, RUNNING = Clock(now=datetime(2024, 5, 15, 12, 0)), Clock()
DIALECTS = ("duckdb", "sqlite", "postgres", "mysql")
QUESTIONS = (
    "monthly revenue in 2024",
    "How many orders in the last 30 days?",
    "orders since last month",
    "revenue this year",
    "orders this week",
    "number of orders per year",
    "number of orders per quarter",
    "number of orders by weekday",
    "revenue per week",
    "average days between order and shipment",
    "average hours between order and shipment",
    "average months between order and shipment",
    "orders in the first half of last year",
    "How many orders in the first two weeks of last month?",
    "orders since the beginning of the quarter",
    "orders before the end of last year",
    "orders more than 2 months ago",
    "How many orders on weekends?",
    "average weeks between order and shipment",
    "share of revenue by city",
    "What percentage of orders were cancelled?",
    "revenue growth by month",
    "running total of revenue by month",
    "the largest order of each status",
    "What is the average number of orders per customer?",
    "customers without orders",
    'customers whose name starts with "C"',
    "orders above the average total",
    "customers with more than 2 orders",
    "top 2 customers by revenue",
    "revenue in 2024 compared to 2023",
    "total order amount and number of payments by city",
)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("clock", [PINNED, RUNNING], ids=["pinned", "running"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_guard_lets_it_through(shop: Any, dialect: str, clock: Clock, question: str) -> None:
    proposal = shop.ask(question, dialect=dialect, clock=clock)
    assert proposal.candidates, proposal.reason
    assert check(proposal.candidates[0].sql, dialect, None).text


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("clock", [PINNED, RUNNING], ids=["pinned", "running"])
def test_sqlite_and_duckdb_run_it(shop: Any, duck: duckdb.DuckDBPyConnection, question: str, clock: Clock) -> None:
    shop.rows(shop.ask(question, clock=clock).candidates[0].sql)
    duck.execute(shop.ask(question, dialect="duckdb", clock=clock).candidates[0].sql).fetchall()


@pytest.fixture(scope="module")
def duck(shop: Any) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in shop.schema["ddl"].replace("'2024-01-15', NULL, 40", "'2024-01-15', NULL, 40").split(";"):
        if statement.strip():
            connection.execute(statement)
    return connection


@pytest.mark.parametrize(
    ("dialect", "pinned", "running"),
    [
        ("duckdb", "ordered_at >= '2024-04-15'", "ordered_at >= CURRENT_DATE - INTERVAL '30 days'"),
        ("postgres", "ordered_at >= '2024-04-15'", "ordered_at >= CURRENT_DATE - INTERVAL '30 days'"),
        ("sqlite", "ordered_at >= '2024-04-15'", "ordered_at >= DATE('now', '-30 days')"),
        ("mysql", "ordered_at >= '2024-04-15'", "ordered_at >= DATE_SUB(CURRENT_DATE, INTERVAL 30 DAY)"),
    ],
)
def test_today_is_the_engines_unless_the_clock_is_set(shop: Any, dialect: str, pinned: str, running: str) -> None:
    question = "How many orders in the last 30 days?"
    assert pinned in shop.ask(question, dialect=dialect, clock=PINNED).candidates[0].sql
    assert running in shop.ask(question, dialect=dialect, clock=RUNNING).candidates[0].sql


def test_a_week_that_starts_on_sunday_is_reckoned_so(shop: Any) -> None:
    clock = Clock(now=PINNED.now, week_start="sunday")
    assert "ordered_at >= '2024-05-12'" in shop.ask("How many orders this week?", clock=clock).candidates[0].sql


def test_rows_repeated_by_a_join_are_counted_once(shop: Any) -> None:
    (best, *_) = shop.ask("number of customers per order status").candidates
    assert "COUNT(DISTINCT customers.id)" in best.sql


@pytest.mark.parametrize(
    ("dialect", "question", "last"),
    [
        ("postgres", "the item with the highest price", True),
        ("duckdb", "the item with the highest price", False),
        ("sqlite", "the item with the lowest price", True),
        ("sqlite", "the item with the highest price", False),
        ("postgres", "items sorted by price in descending order", False),
        ("postgres", "the item with the highest weight", False),
    ],
)
def test_rows_without_a_value_are_neither_first_nor_last(dialect: str, question: str, last: bool) -> None:
    columns = (
        Column(name="item_id", kind="integer"),
        Column(name="item_name", kind="text"),
        Column(name="price", kind="number", nullable=True),
        Column(name="weight", kind="number", nullable=False),
    )
    catalog = memory_catalog([Table(name=TableName(name="items"), columns=columns, primary_key=("item_id",))])
    proposal = answer(Ask(linked=link(Question(text=question), catalog), dialect=dialect, clock=PINNED))
    assert "ORDER BY" in proposal.candidates[0].sql
    assert ("NULLS LAST" in proposal.candidates[0].sql) == last
