"""A catalog too large to be linked whole: what is left out must not change what a question's words mean."""

from __future__ import annotations

import pytest

from sqlcoder_core.linking.catalog_index import IndexedCatalog, memory_catalog
from sqlcoder_core.linking.grounding import value_index, value_matches
from sqlcoder_core.linking.linker import link
from sqlcoder_core.linking.spans import name_index, name_matches
from sqlcoder_core.linking.tokens import tokenise
from sqlcoder_core.values.catalog import Column, Relationship, Table, TableName
from sqlcoder_core.values.question import Question

TABLES = (
    Table(
        name=TableName(name="dim_customer"),
        columns=(
            Column(name="cid", kind="integer"),
            Column(name="custName", kind="text", values=("Tokyo , Japan", "Acme Companies", "United Kingdom")),
            Column(name="ctry_cd", kind="text", description="Country of residence", values=("NY", "GB", "in transit", "us ny")),
            Column(name="postal_code", kind="text", synonyms=("delivery area",)),
            Column(name="is_active", kind="boolean"),
            Column(name="nbr_orders", kind="integer"),
        ),
    ),
    Table(
        name=TableName(name="fct_orders"),
        columns=(
            Column(name="OrderTotal", kind="number", description="Gross amount charged to the customer."),
            Column(name="shippedAt", kind="timestamp"),
            Column(name="statusCd", kind="text", values=("completed", "CANCELLED", "in_transit")),
        ),
    ),
)


@pytest.mark.parametrize(
    "question",
    [
        "zip codes of clients in New York",
        "How many purchases were cancelled?",
        "complete orders by country of residence",
        'customers named "Tokyo,Japan"',
        "What is the gross amount charged per delivery area?",
        "ids of active customers in GB",
        "number of orders in transit",
        "which company has the most sales",
        "shipping date of each order",
        "clients from the UK",
    ],
)
def test_an_index_of_what_is_said_finds_what_the_whole_index_finds(question: str) -> None:
    tokens = tokenise(question)
    assert name_matches(tokens, name_index(TABLES, said=tokens)) == name_matches(tokens, name_index(TABLES))
    whole = value_matches(tokens, value_index(TABLES), None, TABLES)
    assert value_matches(tokens, value_index(TABLES, tokens), None, TABLES) == whole


def test_an_index_of_what_is_said_leaves_out_what_no_word_can_stand_for() -> None:
    tokens = tokenise("how many orders were cancelled")
    index, values = name_index(TABLES, said=tokens), value_index(TABLES, tokens)
    assert ("active",) in name_index(TABLES).lemmas and ("active",) not in index.lemmas
    assert ("cancelled",) in values.exact and ("united", "kingdom") not in values.exact


def _warehouse(*facts: Table | Relationship) -> IndexedCatalog:
    noise = [Table(name=TableName(name=f"log_{number}"), columns=(Column(name="line"),)) for number in range(80)]
    return memory_catalog([*facts, *noise])


def _found(catalog: IndexedCatalog, question: str) -> list[str]:
    return [table.name.name for table in link(Question(text=question), catalog).tables]


def test_a_word_within_a_glued_name_finds_the_table() -> None:
    catalog = _warehouse(Table(name=TableName(name="LISTEDSECURITY"), columns=(Column(name="HASLEGALNAME"), Column(name="ID"))))
    assert _found(catalog, "what are the legal names") == ["LISTEDSECURITY"]
    assert _found(catalog, "list the securities") == ["LISTEDSECURITY"]
    assert _found(catalog, "show me the weather") == []


def test_what_a_named_table_is_joined_with_comes_along() -> None:
    orders, amounts = TableName(name="orders"), TableName(name="monetary")
    join = Relationship(left=orders, left_columns=("mid",), right=amounts, right_columns=("mid",))
    catalog = _warehouse(
        Table(name=orders, columns=(Column(name="id"), Column(name="mid"))),
        Table(name=amounts, columns=(Column(name="mid"), Column(name="x"))),
        join,
    )
    assert _found(catalog, "value of all orders") == ["orders", "monetary"]


def test_a_synonym_finds_less_than_the_word_itself() -> None:
    client = Table(name=TableName(name="clients"), columns=(Column(name="x"),))
    customer = Table(name=TableName(name="customers"), columns=(Column(name="x"),))
    catalog = _warehouse(customer, client)
    assert _found(catalog, "how many clients") == ["clients", "customers"]
    assert _found(catalog, "how many customers") == ["customers", "clients"]


def test_a_hidden_table_does_not_come_along() -> None:
    orders, salaries = TableName(name="orders"), TableName(name="salaries")
    join = Relationship(left=orders, left_columns=("sid",), right=salaries, right_columns=("sid",))
    catalog = _warehouse(
        Table(name=orders, columns=(Column(name="sid"),)), Table(name=salaries, columns=(Column(name="sid"),), hidden=True), join
    )
    assert _found(catalog, "value of all orders") == ["orders"]
