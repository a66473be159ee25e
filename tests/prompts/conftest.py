"""A small shop whose catalog has one of everything, and a model that counts a token for each word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.prompter import Prompter, Room
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.catalog import (
    Column,
    Exposure,
    Fact,
    Instruction,
    Metric,
    Relationship,
    Table,
    TableName,
    Term,
    VerifiedQuestion,
)
from sqlcoder_core.values.generation import ModelFacts
from sqlcoder_core.values.question import Clock, Question

CUSTOMERS, ORDERS, STAFF = (TableName(name=name, schema="shop") for name in ("customers", "orders", "staff"))
SPECIALS = ("<s>", "</s>", "<|eot_id|>", "<|im_start|>", "<|im_end|>")
FACTS: tuple[Fact, ...] = (
    Table(
        name=CUSTOMERS,
        description="People who have\nan account.",
        synonyms=("buyers",),
        primary_key=("customer_id",),
        columns=(
            Column(name="customer_id", type="INTEGER", kind="integer", description="Number of the account"),
            Column(name="full name", type="VARCHAR(50)", kind="text"),
            Column(name="city", type="TEXT", kind="text", values=("New York", "San Francisco"), description="Where they live"),
            Column(name="ssn", type="TEXT", kind="text", hidden=True, description="A secret"),
        ),
    ),
    Table(
        name=ORDERS,
        description="One row per order",
        primary_key=("order_id",),
        columns=(
            Column(name="order_id", kind="integer"),
            Column(name="customer_id", kind="integer", description="Who ordered"),
            Column(name="placed_on", kind="date", synonyms=("order date",)),
            Column(name="total_amt", type="DECIMAL(10,2)", kind="number", description="Dollars -- without tax"),
            Column(
                name="status",
                type="ENUM('placed', 'shipped', 'it''s lost')",
                kind="text",
                values=("placed", "shipped", "it's lost"),
                values_complete=True,
            ),
        ),
    ),
    Table(
        name=STAFF,
        primary_key=("region", "number"),
        columns=(Column(name="region", kind="text"), Column(name="number", kind="integer"), Column(name="order", kind="integer")),
    ),
    Table(name=TableName(name="payroll", schema="shop"), hidden=True, columns=(Column(name="salary", kind="number"),)),
    Relationship(left=ORDERS, left_columns=("customer_id",), right=CUSTOMERS, right_columns=("customer_id",)),
    Relationship(left=CUSTOMERS, left_columns=("ssn",), right=STAFF, right_columns=("number",), inferred=True),
    Metric(name="net_revenue", table=ORDERS, expression="sum(total_amt)", filter="status <> 'placed'", synonyms=("turnover",)),
    Metric(name="distinct_people", table=CUSTOMERS, expression="count(distinct ssn)"),
    Term(name="big order", table=ORDERS, filter="orders.total_amt > 1000", definition="An order worth more than 1,000 dollars."),
    VerifiedQuestion(question="How many customers live in New York?", sql="SELECT count(*)\nFROM customers\nWHERE city = 'New York'"),
    VerifiedQuestion(question="Which customers have a number?", sql="SELECT c.ssn FROM customers AS c"),
    VerifiedQuestion(question="What is the turnover by city?", sql="SELECT 1 -- by hand\n+ 1"),
    Instruction(text="Orders that are lost\ncount as delivered."),
    Exposure(name="weekly", label="Weekly sales", kind="dashboard", tables=(ORDERS,)),
)


def ask_about(
    text: str, *, facts: Sequence[Fact] = FACTS, dialect: str = "duckdb", clock: Clock | None = None, limit: int | None = None, **more: Any
) -> Ask:
    """A question linked to the shop."""
    catalog = memory_catalog(facts, "shop")
    linked = link(Question(text=text, limit=limit, **more), catalog)
    return Ask(linked=linked, dialect=dialect, clock=clock or Clock(), limit=limit, catalog=catalog)


def pinned() -> Clock:
    """A day that does not pass."""
    return Clock(now=datetime(2026, 5, 6, 12), week_start="sunday", fiscal_year_start=4)


class Counter:
    """Counts words and marks as tokens, and how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, texts: Sequence[str]) -> tuple[int, ...]:
        self.calls += 1
        return tuple(len(re.findall(r"\w+|[^\w\s]", text)) for text in texts)


def room_for(tokens: int = 4_000, *, model: str = "", values: bool = True, specials: tuple[str, ...] = SPECIALS) -> Room:
    """Room in the window of a model that counts words."""
    return Room(tokens=tokens, count=Counter(), model=ModelFacts(name=model, special_texts=specials), values=values)


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Prompter]:
    """A prompter of a class, from settings as sqlcoder.yaml gives them."""

    def build(cls: type[Prompter], **settings: Any) -> Prompter:
        context = Context(project_dir=tmp_path, config_dir=tmp_path, cache_dir=tmp_path)
        return cls(cls.Settings(**settings), context)

    return build
