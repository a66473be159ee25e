"""A question linked to a catalog: names, stored values, and the part of a large catalog that is needed."""

from __future__ import annotations

import pytest

from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import SMALL, link
from sqlcoder_core.values.catalog import Catalog, Column, Fact, Metric, Relationship, Table, TableName
from sqlcoder_core.values.linked import Match
from sqlcoder_core.values.question import Question

CUSTOMERS, ORDERS = TableName(name="dim_customers", schema="marts"), TableName(name="orders", schema="marts")
FACTS: tuple[Fact, ...] = (
    Table(
        name=CUSTOMERS,
        primary_key=("customer_id",),
        columns=(
            Column(name="customer_id", kind="integer"),
            Column(name="cust_name", kind="text"),
            Column(name="city", kind="text", values=("New York", "San Francisco", "in_transit")),
            Column(name="dob", kind="date"),
        ),
    ),
    Table(
        name=ORDERS,
        primary_key=("order_id",),
        columns=(
            Column(name="order_id", kind="integer"),
            Column(name="customer_id", kind="integer"),
            Column(name="total_amt", kind="number", synonyms=("basket value",)),
            Column(name="status", kind="text", values=("completed", "cancelled"), values_complete=True),
            Column(name="secret", kind="text", hidden=True),
        ),
    ),
    Metric(name="net_revenue", table=ORDERS, expression="sum(total_amt)", synonyms=("turnover",)),
    Relationship(left=ORDERS, left_columns=("customer_id",), right=CUSTOMERS, right_columns=("customer_id",)),
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return memory_catalog(FACTS, "marts")


def best(catalog: Catalog, text: str, phrase: str, kind: str) -> Match:
    matches = [match for match in link(Question(text=text), catalog).matches if match.phrase == phrase and match.kind == kind]
    return max(matches, key=lambda match: match.score)


@pytest.mark.parametrize(
    ("phrase", "column"),
    [
        ("date of birth", "dob"),
        ("customer names", "cust_name"),
        ("total amount", "total_amt"),
        ("basket value", "total_amt"),
        ("order status", "status"),
        ("town", "city"),
    ],
)
def test_columns_are_found_by_the_words_people_say(catalog: Catalog, phrase: str, column: str) -> None:
    assert best(catalog, f"show the {phrase}", phrase, "column").column == column


@pytest.mark.parametrize("phrase", ["customers", "clients", "buyers"])
def test_tables_are_found_without_their_layers_prefix_and_by_synonyms(catalog: Catalog, phrase: str) -> None:
    assert best(catalog, f"list {phrase}", phrase, "table").table == CUSTOMERS


@pytest.mark.parametrize("phrase", ["net revenue", "turnover"])
def test_metrics_are_found_by_name_and_synonym(catalog: Catalog, phrase: str) -> None:
    assert best(catalog, f"{phrase} by city", phrase, "metric").name == "net_revenue"


@pytest.mark.parametrize(
    ("text", "phrase", "value"),
    [
        ("customers in new york", "new york", "New York"),
        ("customers in NY", "NY", "New York"),
        ("customers in SF", "SF", "San Francisco"),
        ("completed orders", "completed", "completed"),
        ("orders to complete", "complete", "completed"),
        ("items in transit", "in transit", "in_transit"),
    ],
)
def test_literals_are_grounded_in_stored_values(catalog: Catalog, text: str, phrase: str, value: str) -> None:
    assert best(catalog, text, phrase, "value").value == value


def test_hidden_columns_are_not_linked(catalog: Catalog) -> None:
    assert not [match for match in link(Question(text="show the secret of orders"), catalog).matches if match.column == "secret"]


def test_a_small_catalog_is_linked_whole_with_its_joins(catalog: Catalog) -> None:
    linked = link(Question(text="hello"), catalog)
    assert [table.name for table in linked.tables] == [CUSTOMERS, ORDERS]
    assert len(linked.relationships) == 1


def test_a_large_catalog_gives_what_is_spoken_of_and_the_bridge_between() -> None:
    noise: list[Fact] = [Table(name=TableName(name=f"log_{number}"), columns=(Column(name="line"),)) for number in range(SMALL + 20)]
    lines, products = TableName(name="order_lines"), TableName(name="products")
    bridge: list[Fact] = [
        Table(
            name=ORDERS, primary_key=("order_id",), columns=(Column(name="order_id", kind="integer"), Column(name="status", kind="text"))
        ),
        Table(name=lines, columns=(Column(name="order_id", kind="integer"), Column(name="product_id", kind="integer"))),
        Table(
            name=products,
            primary_key=("product_id",),
            columns=(Column(name="product_id", kind="integer"), Column(name="colour", kind="text")),
        ),
        Relationship(left=lines, left_columns=("order_id",), right=ORDERS, right_columns=("order_id",)),
        Relationship(left=lines, left_columns=("product_id",), right=products, right_columns=("product_id",)),
    ]
    linked = link(Question(text="orders with status open and products with colour red"), memory_catalog([*noise, *bridge], "marts"))
    names = {table.name.name for table in linked.tables}
    assert {"orders", "products", "order_lines"} <= names
    assert len(names) < SMALL
