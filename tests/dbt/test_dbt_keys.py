"""What is wrong with dbt's own primary keys, and what the tests of a project really promise."""

from __future__ import annotations

import pytest

from sqlcoder_core.api import Relationship, kind_of
from sqlcoder_dbt.declared import plain_column, plain_columns
from sqlcoder_dbt.references import References


@pytest.fixture
def table_with(facts_of, model, generic_test):
    """The table `orders` with tests given as (kind, column, arguments)."""

    def make(*tests, columns=("a", "b", "id", "name"), entities=(), **fields):
        listed = {name: {"name": name} for name in columns}
        nodes = {"model.shop.orders": model("orders", **{"columns": listed, "primary_key": ["wrong"], **fields})}
        for number, (kind, column, arguments) in enumerate(tests):
            nodes[f"test.shop.t{number}"] = generic_test(kind, "orders", column, **arguments)
        semantic = {
            "semantic_model.shop.o": {
                "name": "o",
                "depends_on": {"nodes": ["model.shop.orders"]},
                "entities": [{"name": name, "type": kind, "expr": expr} for name, kind, expr in entities],
            }
        }
        return facts_of(nodes, semantic_models=semantic if entities else {}).table("orders")

    return make


def test_combination_with_one_not_null_column_is_the_whole_combination(table_with) -> None:
    pair = ("unique_combination_of_columns", None, {"combination_of_columns": ["b", "a"]})
    assert table_with(pair, ("not_null", "a", {})).primary_key == ("b", "a")


def test_two_unique_columns_are_two_keys(table_with) -> None:
    table = table_with(("unique", "name", {}), ("unique", "id", {}))
    assert (table.primary_key, table.unique_keys) == (("id",), (("name",),))


def test_unique_and_not_null_beats_unique(table_with) -> None:
    table = table_with(("unique", "id", {}), ("unique", "b", {}), ("not_null", "b", {}))
    assert (table.primary_key, table.unique_keys) == (("b",), (("id",),))


def test_primary_entity_beats_tests_and_natural_entity_is_no_key(table_with) -> None:
    tests = (("unique", "id", {}), ("not_null", "id", {}))
    assert table_with(*tests, entities=[("x", "primary", "b")]).primary_key == ("b",)
    assert table_with(*tests, entities=[("x", "natural", "b")]).primary_key == ("id",)


def test_entity_that_is_an_expression_is_no_key(table_with) -> None:
    assert table_with(entities=[("x", "primary", "a || '-' || b")]).primary_key == ()


def test_composite_constraint_keeps_its_order_and_beats_all(table_with) -> None:
    constraints = [{"type": "primary_key", "columns": ["name", "a"]}]
    table = table_with(("unique", "id", {}), ("not_null", "id", {}), entities=[("x", "primary", "b")], constraints=constraints)
    assert table.primary_key == ("name", "a")
    assert set(table.unique_keys) == {("b",), ("id",)}
    assert table.column("name").nullable is False


@pytest.mark.parametrize("config", [{"where": "b is not null"}, {"severity": "warn"}])
def test_test_of_some_rows_or_that_only_warns_promises_nothing(table_with, config) -> None:
    table = table_with(("unique", "id", {"config": config}), ("not_null", "a", {"config": config}))
    assert (table.primary_key, table.column("a").nullable) == ((), None)


def test_key_is_spelled_as_its_columns_are(table_with) -> None:
    assert table_with(("unique", '"ID"', {}), columns=("Id",)).primary_key == ("Id",)


def test_test_on_an_expression_is_no_key(table_with) -> None:
    assert table_with(("unique", "a || b", {})).primary_key == ()


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"materialized": "incremental", "unique_key": ["a", "b"]}, ("a", "b")),
        ({"materialized": "incremental", "unique_key": "a", "incremental_strategy": "append"}, ()),
        ({"materialized": "incremental", "unique_key": "a || b"}, ()),
        ({"materialized": "table", "unique_key": "a"}, ()),
        ({"materialized": "snapshot", "unique_key": "a"}, ()),
    ],
)
def test_unique_key_counts_where_dbt_keeps_it_unique(table_with, config, key) -> None:
    assert table_with(config=config).primary_key == key


def test_keys_of_sources_come_from_tests_that_name_no_model(facts_of) -> None:
    test = {
        "resource_type": "test",
        "column_name": "id",
        "attached_node": None,
        "config": {"severity": "ERROR"},
        "test_metadata": {"name": "unique", "kwargs": {"column_name": "id", "model": "{{ get_where_subquery(source('raw', 'orders')) }}"}},
        "depends_on": {"nodes": ["source.shop.raw.orders"]},
    }
    source = {
        "name": "orders",
        "source_name": "raw",
        "identifier": "ORD",
        "database": "db",
        "schema": "raw",
        "relation_name": '"db"."raw"."ORD"',
    }
    facts = facts_of({"test.shop.t": test}, sources={"source.shop.raw.orders": source})
    assert facts.table("ORD").primary_key == ("id",)
    assert facts.table("ORD").ref == "source('raw', 'orders')"


def test_tests_of_packages_are_read_too(table_with) -> None:
    table = table_with(
        ("primary_key", None, {"column_names": ["a", "b"]}),
        ("expect_column_values_to_be_in_set", "name", {"value_set": ["x", "y"]}),
        ("expect_column_distinct_values_to_contain_set", "id", {"value_set": [1]}),
    )
    assert table.primary_key == ("a", "b")
    assert (table.column("name").values, table.column("name").values_complete) == (("x", "y"), True)
    assert (table.column("id").values, table.column("id").values_complete) == ((1,), False)


@pytest.mark.parametrize("values", ["{{ var('states') }}", ["a", "{{ var('b') }}"], None, {"a": 1}])
def test_values_that_are_not_rendered_are_no_enumeration(table_with, values) -> None:
    assert table_with(("accepted_values", "a", {"values": values})).column("a").values == ()


def test_arguments_in_their_newer_nesting_are_found(table_with) -> None:
    assert table_with(("accepted_values", "a", {"arguments": {"values": ["x"]}})).column("a").values == ("x",)


def _joins(facts) -> list[tuple[object, ...]]:
    return [(str(each.left), each.left_columns, str(each.right), each.right_columns, each.cardinality) for each in facts.of(Relationship)]


def test_join_is_one_to_one_between_two_keys(facts_of, model, generic_test) -> None:
    nodes = {name: model(name.split(".")[-1]) for name in ("model.shop.orders", "model.shop.invoices")}
    nodes["test.shop.1"] = generic_test("unique", "orders", "id")
    nodes["test.shop.2"] = generic_test("unique", "invoices", "order_id")
    nodes["test.shop.3"] = generic_test("relationships", "invoices", "order_id", to="ref('orders')", field="id")
    assert _joins(facts_of(nodes)) == [("main.invoices", ("order_id",), "main.orders", ("id",), "one_to_one")]


def test_test_that_every_customer_has_an_order_is_turned_round(facts_of, model, generic_test) -> None:
    nodes = {name: model(name.split(".")[-1]) for name in ("model.shop.orders", "model.shop.customers")}
    nodes["test.shop.1"] = generic_test("unique", "orders", "id")
    nodes["test.shop.2"] = generic_test("unique", "customers", "id")
    nodes["test.shop.3"] = generic_test("relationships", "customers", "id", to="ref('orders')", field="customer_id")
    assert _joins(facts_of(nodes)) == [("main.orders", ("customer_id",), "main.customers", ("id",), "many_to_one")]


def test_join_in_an_older_constraint_expression_is_read(facts_of, model) -> None:
    constraint = {"type": "foreign_key", "columns": ["customer_id"], "expression": '"db"."main"."customers" (id)'}
    nodes = {"model.shop.orders": model("orders", constraints=[constraint]), "model.shop.customers": model("customers")}
    assert _joins(facts_of(nodes)) == [("main.orders", ("customer_id",), "main.customers", ("id",), "many_to_one")]


def test_join_to_a_reference_as_text_is_read(facts_of, model) -> None:
    constraint = {"type": "foreign_key", "columns": ["customer_id"], "to": "ref('customers')", "to_columns": ["id"]}
    nodes = {"model.shop.orders": model("orders", constraints=[constraint]), "model.shop.customers": model("customers")}
    assert _joins(facts_of(nodes)) == [("main.orders", ("customer_id",), "main.customers", ("id",), "many_to_one")]


def test_join_to_something_never_built_is_left_out(facts_of, model, generic_test) -> None:
    nodes = {"model.shop.orders": model("orders"), "model.shop.e": model("e", config={"materialized": "ephemeral"})}
    nodes["test.shop.1"] = generic_test("relationships", "orders", "e_id", to="ref('e')", field="id")
    assert _joins(facts_of(nodes)) == []


def test_foreign_entity_leads_to_every_relation_where_it_is_primary(facts_of, model) -> None:
    """They disagree usefully: the test points at staging, the entity at the mart."""
    nodes = {f"model.shop.{name}": model(name) for name in ("orders", "stg_customers", "customers")}
    models = {
        "semantic_model.shop.orders": ("orders", "foreign", "customer_id"),
        "semantic_model.shop.customers": ("customers", "primary", "id"),
        "semantic_model.shop.stg": ("stg_customers", "unique", "cust"),
    }
    semantic = {
        uid: {
            "name": uid,
            "depends_on": {"nodes": [f"model.shop.{name}"]},
            "entities": [{"name": "customer", "type": kind, "expr": expr}],
        }
        for uid, (name, kind, expr) in models.items()
    }
    assert sorted(_joins(facts_of(nodes, semantic_models=semantic))) == [
        ("main.orders", ("customer_id",), "main.customers", ("id",), "many_to_one"),
        ("main.orders", ("customer_id",), "main.stg_customers", ("cust",), "many_to_one"),
        ("main.stg_customers", ("cust",), "main.customers", ("id",), "one_to_one"),
    ]


@pytest.mark.parametrize(
    ("text", "near", "found"),
    [
        ("ref('orders')", (), ("model.shop.orders", "model.other.orders")),
        ("ref('orders')", ("model.other.orders",), ("model.other.orders",)),
        ("ref('other', 'orders')", (), ("model.other.orders",)),
        ('{{ get_where_subquery(ref("people", v=1)) }}', (), ("model.shop.people.v1",)),
        ("ref('people', version='2')", (), ("model.shop.people.v2",)),
        ("source('raw', 'orders')", (), ("source.shop.raw.orders",)),
        ("ref('nothing')", (), ()),
        ("main.orders", (), ()),
        (None, (), ()),
    ],
)
def test_references_are_found_by_name_package_and_version(text, near, found) -> None:
    uids = [
        "model.shop.orders",
        "model.other.orders",
        "model.shop.people.v1",
        "model.shop.people.v2",
        "source.shop.raw.orders",
        "test.shop.x",
    ]
    assert References(uids).find(text, near) == found


def test_plain_columns_are_names_and_nothing_else() -> None:
    assert plain_column(' "Full Name" ') == "Full Name"
    assert plain_column("lower(a)") is None
    assert plain_columns("a, b") == ("a", "b")
    assert plain_columns(["a", "b || c"]) is None
    assert plain_columns([]) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("INTEGER", "integer"), ("BIGINT UNSIGNED", "integer"), ("Nullable(Int64)", "integer"), ("NUMBER(38,0)", "integer"),
        ("int8", "integer"), ("HUGEINT", "integer"), ("UINTEGER", "integer"), ("bigserial", "integer"), ("tinyint(1)", "boolean"),
        ("DECIMAL(18,2)", "number"), ("double precision", "number"), ("FLOAT64", "number"), ("BIGNUMERIC", "number"),
        ("money", "number"), ("real", "number"),
        ("VARCHAR", "text"), ("character varying(40)", "text"), ("LowCardinality(Nullable(String))", "text"), ("nvarchar(max)", "text"),
        ("ENUM('a', 'b')", "text"), ("uuid", "text"), ("longtext", "text"), ("bpchar", "text"),
        ("DATE", "date"), ("Date32", "date"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp"), ("TIMESTAMP_NTZ(9)", "timestamp"), ("DateTime64(3)", "timestamp"),
        ("datetimeoffset(7)", "timestamp"),
        ("TIME", "time"), ("time without time zone", "time"),
        ("BOOLEAN", "boolean"), ("bit", "boolean"),
        ("JSON", "json"), ("VARIANT", "json"), ("STRUCT(a INTEGER)", "json"), ("MAP(VARCHAR, INTEGER)", "json"), ("jsonb", "json"),
        ("VARCHAR[]", "list"), ("ARRAY<STRING>", "list"), ("INTEGER[3]", "list"),
        ("BLOB", "other"), ("interval", "other"), ("geometry", "other"), ("point", "other"), ("", "other"), (None, "other"),
    ],
)  # fmt: skip
def test_kind_of_a_type_on_any_engine(text, kind) -> None:
    assert kind_of(text) == kind
