"""Facts of a real project with one of everything: dbt-core 1.11, dbt-duckdb, artifacts trimmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sqlcoder_core.api import Clash, Exposure, Fact, Relationship, Table

HERE = Path(__file__).parent / "projects" / "kitchen"


def test_tables_come_first(kitchen) -> None:
    kinds = [isinstance(fact, Table) for fact in kitchen.all]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds.count(True) == 17


def _reversed(value):
    """The same part of an artifact in reverse order, as another run of dbt may write it."""
    if isinstance(value, dict) and all(isinstance(each, dict) for each in value.values()):
        return {key: value[key] for key in reversed(value)}
    return value


def test_facts_do_not_depend_on_the_order_in_the_file(kitchen, open_source, project) -> None:
    made = {}
    for name in ("manifest", "catalog"):
        artifact = json.loads((HERE / "target" / f"{name}.json").read_text())
        made[name] = {key: _reversed(part) for key, part in artifact.items()}
    assert list(open_source(project(**made)).facts(None)) == kitchen.all


def test_nulls_left_out_and_nulls_written_are_the_same(kitchen, open_source, project) -> None:
    """The committed artifacts have no nulls, as Fusion's; here every field of a node is there."""
    from sqlcoder_dbt.artifacts import ColumnNode, Node

    manifest = json.loads((HERE / "target" / "manifest.json").read_text())
    for node in (*manifest["nodes"].values(), *manifest["sources"].values()):
        for column in node.get("columns", {}).values():
            column.update({**dict.fromkeys(ColumnNode.__struct_fields__), **column})
        node.update({**dict.fromkeys(Node.__struct_fields__), **node})
    catalog = json.loads((HERE / "target" / "catalog.json").read_text())
    assert list(open_source(project(manifest=manifest, catalog=catalog)).facts(None)) == kitchen.all


def test_every_type_comes_from_the_catalog_in_its_order(kitchen) -> None:
    orders = kitchen.table("orders")
    assert [column.name for column in orders.columns][:4] == ["order_id", "customer_id", "status", "amount"]
    assert {column.name: column.kind for column in orders.columns}["ordered_at"] == "timestamp"
    assert ("type", "dbt catalog.json") in orders.columns[0].origins


def test_enforced_contract_gives_types_where_the_catalog_has_none(kitchen) -> None:
    column = kitchen.table("contracted").column("line_id")
    assert (column.type, column.kind, column.nullable) == ("integer", "integer", False)
    assert ("type", "dbt contract") in column.origins


def test_ephemeral_models_and_old_versions_are_not_offered(kitchen) -> None:
    assert not {"eph_active", "dim_people_v1"} & kitchen.tables()
    old = kitchen.table("dim_people_v1")
    assert (old.hidden, old.columns, old.ref) == (True, (), "ref('dim_people', v=1)")
    latest = kitchen.table("dim_people_v2")
    assert (latest.ref, latest.synonyms) == ("ref('dim_people')", ("dim_people",))


def test_all_versions_are_offered_when_asked_for(open_source) -> None:
    tables = {fact.name.name: fact for fact in open_source(HERE, versions="all").facts(None) if isinstance(fact, Table)}
    assert tables["dim_people_v1"].ref == "ref('dim_people', v=1)"
    assert tables["dim_people_v1"].deprecated == "2030-01-01"


def test_only_chosen_packages_are_offered(open_source) -> None:
    tables = [fact for fact in open_source(HERE, packages=["helper"]).facts(None) if isinstance(fact, Table)]
    assert [table.name.name for table in tables if not table.hidden] == ["helper_calendar"]
    assert "orders" in {table.name.name for table in tables if table.hidden}


def test_alias_names_the_table_and_the_models_name_is_a_synonym(kitchen) -> None:
    customers = kitchen.table("dim_customers")
    assert customers.ref == "ref('customers')"
    assert customers.synonyms == ("client", "buyer", "customers")
    assert (customers.access, customers.group, customers.tags) == ("public", "sales", ("nightly",))


def test_seed_that_is_a_source_too_is_one_table_with_the_documentation_of_both(kitchen) -> None:
    raw = [table for table in kitchen.of(Table) if table.name.name == "raw_customers"]
    assert [table.uid for table in raw] == ["seed.kitchen.raw_customers"]
    assert raw[0].description == "Customers as the till has them."
    assert raw[0].column("city").description == "Where the customer lives."
    assert raw[0].primary_key == ("id",)


def test_source_that_is_a_file_is_no_table(kitchen) -> None:
    assert "lake" not in kitchen.tables()
    assert [clash.subject for clash in kitchen.of(Clash)] == ["source.kitchen.raw.lake"]


def test_private_model_stays_and_ranks_low(kitchen) -> None:
    private = kitchen.table("stg_orders")
    assert (private.access, private.hidden) == ("private", False)
    assert private.rank < kitchen.table("stg_customers").rank < kitchen.table("dim_customers").rank


def test_package_models_and_technical_tables_rank_below_the_projects_own(kitchen) -> None:
    assert kitchen.table("helper_calendar").rank < 1
    assert kitchen.table("helper_calendar").ref == "ref('helper', 'helper_calendar')"
    assert kitchen.table("metricflow_time_spine").rank < 0.2


def test_meta_of_ours_hides_names_and_ranks(kitchen) -> None:
    assert kitchen.table("secret_notes").hidden
    assert kitchen.table("secret_notes").deprecated == "2030-01-01"
    assert kitchen.table("dim_customers").column("Full Name").hidden
    assert kitchen.table("orders").synonyms == ("purchases",)
    assert kitchen.table("orders").rank == 2.0


def test_column_synonyms_come_from_meta_and_from_dimensions(kitchen) -> None:
    assert kitchen.table("dim_customers").column("city").synonyms == ("town", "place of living")
    status = kitchen.table("orders").column("status")
    assert status.synonyms == ("progress", "State of the order", "order_status")
    assert status.description == "How far the order has come."


@pytest.mark.parametrize(
    ("table", "primary", "unique", "origin"),
    [
        ("contracted", ("line_id", "line_no"), (("line_id",),), "dbt constraint"),
        ("orders", ("order_id",), (), "dbt primary entity"),
        ("stg_customers", ("customer_id",), (), "dbt tests unique, not_null"),
        ("order_days", ("zone", "day"), (), "dbt test unique"),
        ("twice_unique", ("twice_unique_id",), (("code",),), "dbt test unique"),
        ("order_facts", ("order_id",), (), "dbt unique_key"),
        ("stg_orders", (), (), None),
        ("orders_history", (), (), None),
        ("web_events", ("event_id",), (), "dbt test unique"),
    ],
)
def test_keys_are_derived_and_carry_their_origin(kitchen, table, primary, unique, origin) -> None:
    found = kitchen.table(table)
    assert (found.primary_key, found.unique_keys) == (primary, unique)
    assert dict(found.origins).get("primary_key") == origin


def test_enumerations_are_exact_typed_and_never_jinja(kitchen) -> None:
    orders = kitchen.table("orders")
    assert (orders.column("status").values, orders.column("status").values_complete) == ((), False)
    assert (orders.column("priority").values, orders.column("priority").values_complete) == ((1, 2), True)
    assert (orders.column("amount").values, orders.column("amount").values_complete) == ((5, 10.5, 20), False)
    assert kitchen.table("dim_customers").column("segment").values == ("retail", "trade")


def test_joins_come_from_constraints_tests_and_entities(kitchen) -> None:
    joins = {(str(join.left), join.left_columns, str(join.right), join.right_columns): join.origin for join in kitchen.of(Relationship)}
    assert joins == {
        ("main.contracted", ("customer_id",), "main.dim_customers", ("customer_id",)): "dbt constraint",
        ("main.contracted", ("order_id",), "main.orders", ("order_id",)): "dbt constraint",
        ("main.orders", ("customer_id",), "main.dim_customers", ("customer_id",)): "dbt relationships test",
        ("main.orders", ("stg_customer_id",), "main.stg_customers", ("customer_id",)): "dbt relationships test",
        ("main.raw_orders", ("customer_id",), "main.raw_customers", ("id",)): "dbt relationships test",
    }


def test_exposure_names_its_tables(kitchen) -> None:
    (exposure,) = kitchen.of(Exposure)
    assert {str(name) for name in exposure.tables} == {"main.orders", "main.raw_customers"}
    assert (exposure.kind, exposure.label) == ("dashboard", "Weekly orders")


@pytest.mark.parametrize(
    ("metric", "expression", "filters"),
    [
        ("revenue", "SUM(amount)", "status <> 'cancelled'"),
        ("order_count", "COUNT(*)", None),
        ("buyer_count", "COUNT(DISTINCT customer_id)", None),
        ("mean_order", "AVG(amount)", None),
        ("smallest_order", "MIN(amount)", None),
        ("largest_order", "MAX(amount)", None),
        ("large_order_count", "SUM(CASE WHEN is_large THEN 1 ELSE 0 END)", None),
        ("typical_order", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount)", None),
        ("ninetieth_order", "PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY amount)", None),
        ("filled_revenue", "COALESCE(SUM(amount), 0)", None),
        ("january_revenue", "SUM(amount)", "DATE_TRUNC('month', ordered_at) = '2024-01-01' and is_large"),
        (
            "revenue_per_order",
            "1.0 * SUM(CASE WHEN status <> 'cancelled' THEN amount END) / NULLIF(COUNT(CASE WHEN status = 'shipped' THEN 1 END), 0)",
            "is_large",
        ),
        ("revenue_less_smallest", "(SUM(CASE WHEN status <> 'cancelled' THEN amount END)) - 2 * (MIN(amount))", None),
    ],
)
def test_metrics_of_one_table_become_expressions(kitchen, metric, expression, filters) -> None:
    found = kitchen.metric(metric)
    assert (found.expression, found.filter, str(found.table), found.time_column) == (expression, filters, "main.orders", "ordered_at")


@pytest.mark.parametrize("metric", ["closing_balance", "new_york_revenue", "revenue_growth", "running_revenue"])
def test_metrics_that_need_more_than_one_expression_are_only_named(kitchen, metric) -> None:
    assert kitchen.metric(metric).expression is None


def test_metric_expressions_run_on_the_engine(kitchen, tmp_path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "orders.duckdb")) as database:
        database.execute(
            "create table orders as select * from (values (1, 1, 'placed', 10.5, date '2024-01-01', 1, false),"
            " (2, 2, 'shipped', 20.0, date '2024-01-02', 2, true), (3, 1, 'cancelled', 5.0, date '2024-02-01', 1, false))"
            " t(order_id, customer_id, status, amount, ordered_at, priority, is_large)"
        )

        def value(name: str) -> object:
            metric = kitchen.metric(name)
            return database.execute(f"select {metric.expression} from orders where {metric.filter or 'true'}").fetchone()[0]

        assert float(value("revenue")) == 30.5
        assert value("buyer_count") == 2
        assert float(value("january_revenue")) == 20.0
        assert float(value("revenue_per_order")) == 20.0
        assert float(value("revenue_less_smallest")) == 20.5
        assert value("large_order_count") == 1


def test_committed_artifacts_hold_no_code() -> None:
    manifest = json.loads((HERE / "target" / "manifest.json").read_text())
    assert "macros" not in manifest
    assert not any("raw_code" in node for node in manifest["nodes"].values())


def test_every_fact_is_of_the_catalogs_own_kinds(kitchen) -> None:
    assert all(isinstance(fact, Fact.__args__) for fact in kitchen.all)
