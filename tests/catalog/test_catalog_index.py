"""The catalog as a view on its index: by name, by likeness, by stored value."""

from __future__ import annotations

import pytest

from sqlcoder_core.linking.catalog_index import IndexedCatalog, memory_catalog
from sqlcoder_core.values.catalog import Column, Fact, Table, TableName, Term


def name(text: str) -> TableName:
    schema, _, bare = text.rpartition(".")
    return TableName(name=bare, schema=schema or None)


SHOP: tuple[Fact, ...] = (
    Table(
        name=name("main.customers"),
        description="People who buy",
        columns=(
            Column(name="id", kind="integer"),
            Column(name="city", kind="text", values=("New York", "San Francisco", "São Paulo", "Boston")),
            Column(name="state", kind="text", values=("NY", "CA", "IN")),
            Column(name="secret_word", kind="text", values=("hunter",), hidden=True),
        ),
    ),
    Table(
        name=name("main.Orders"),
        synonyms=("purchases",),
        columns=(Column(name="orderStatus", kind="text", values=("cancelled", "on_hold", "shipped"), values_complete=True),),
    ),
    Table(name=name("raw.orders"), rank=0.5, columns=(Column(name="status"),)),
    Table(name=name("raw.suppliers")),
    Table(name=name("raw.payroll"), hidden=True, columns=(Column(name="salary", values=("secret",)),)),
    Term(name="revenue", expression="sum(orders.total)", table=TableName(name="orders")),
)


@pytest.fixture(scope="module")
def shop() -> IndexedCatalog:
    return memory_catalog(SHOP, default_schema="main")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("orders",), ["main.Orders"]),
        (("ORDERS", "RAW"), ["raw.orders"]),
        (("suppliers",), ["raw.suppliers"]),
        (("suppliers", "main"), []),
        (("payroll",), []),
        (("nothing",), []),
        (("orders", "main", "elsewhere"), ["main.Orders"]),
    ],
)
def test_a_name_means_the_default_schema_first_then_any(shop: IndexedCatalog, asked: tuple[str, ...], found: list[str]) -> None:
    assert [str(one) for one in shop.find(*asked)] == found


def test_a_name_in_two_schemas_is_ambiguous_when_neither_is_the_default() -> None:
    catalog = memory_catalog(SHOP, default_schema="other")
    assert len(catalog.find("orders")) == 2
    assert catalog.table("orders") is None


def test_exact_spelling_tells_two_quoted_names_apart() -> None:
    catalog = memory_catalog([Table(name=name("main.Log")), Table(name=name("main.log"))], default_schema="main")
    assert [one.name for one in catalog.find("Log")] == ["Log"]
    assert [one.name for one in catalog.find("log")] == ["log"]
    assert len(catalog.find("LOG")) == 2


def test_hidden_tables_are_neither_counted_nor_searched_but_can_be_explained(shop: IndexedCatalog) -> None:
    assert len(shop) == 4 == len(list(shop.names()))
    assert shop.search(["salary"]) == ()
    payroll = shop.table("raw.payroll")
    assert payroll is not None and payroll.hidden
    assert [str(one) for one in shop.hidden_names()] == ["raw.payroll"]


def test_a_table_comes_back_as_it_was_given(shop: IndexedCatalog) -> None:
    given = SHOP[0]
    assert isinstance(given, Table)
    stored = shop.table(given.name)
    assert stored is not None
    assert stored.columns == given.columns
    assert stored.description == given.description


@pytest.mark.parametrize(
    ("words", "first"),
    [(["customer"], "main.customers"), (["buy"], "main.customers"), (["purchase"], "main.Orders"), (["order", "status"], "main.Orders")],
)
def test_search_finds_names_columns_synonyms_and_descriptions(shop: IndexedCatalog, words: list[str], first: str) -> None:
    assert str(shop.search(words)[0]) == first


def test_search_takes_any_text_without_an_error(shop: IndexedCatalog) -> None:
    assert shop.search(['"', "AND", "NEAR(", "*", ""]) == ()


@pytest.mark.parametrize(("wrong", "right"), [("custmers", "customers"), ("ordrs", "Orders"), ("raw.supplier", "raw.suppliers")])
def test_the_nearest_name_is_written_as_a_query_would(shop: IndexedCatalog, wrong: str, right: str) -> None:
    assert shop.nearest(wrong)[0] == right


def values(catalog: IndexedCatalog, text: str) -> list[object]:
    return [hit.value for _, hits in catalog.values_like([text]) for hit in hits]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("New York", "New York"),
        ("new york", "New York"),
        ("sao paulo", "São Paulo"),
        ("on hold", "on_hold"),
        ("cancel", "cancelled"),
        ("Bostn", "Boston"),
        ("San Fransisco", "San Francisco"),
        ("Francisco", "San Francisco"),
        ("california", "CA"),
        ("IN", "IN"),
        ("indiana", "IN"),
    ],
)
def test_words_find_the_stored_value_that_they_mean(shop: IndexedCatalog, text: str, value: str) -> None:
    assert values(shop, text)[0] == value


@pytest.mark.parametrize("text", ["in", "me", "hunter", "secret", "london", "12", ""])
def test_words_that_mean_no_stored_value_find_none(shop: IndexedCatalog, text: str) -> None:
    assert values(shop, text) == []


def test_the_same_text_scores_highest_and_a_short_form_less(shop: IndexedCatalog) -> None:
    ((_, hits),) = shop.values_like(["NY"])
    assert [(hit.value, hit.column, hit.score) for hit in hits] == [("NY", "state", 1.0), ("New York", "city", 0.9)]


def test_the_hash_is_that_of_the_facts_and_not_of_their_origins() -> None:
    one = Table(name=name("main.t"), description="d", origins=(("description", "a.yml:1"),), row_count=3)
    same = Table(name=name("main.t"), description="d", origins=(("description", "a.yml:9"),), row_count=4)
    other = Table(name=name("main.t"), description="e")
    assert memory_catalog([one]).content_hash == memory_catalog([same]).content_hash
    assert memory_catalog([one]).content_hash != memory_catalog([other]).content_hash
