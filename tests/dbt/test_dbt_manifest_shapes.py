"""Manifests of other versions and of Fusion, written by hand from their schemas, read by the same structs."""

from __future__ import annotations

import pytest

from sqlcoder_core.api import Clash, Metric, Relationship, Table


def test_v4_manifest_of_1_0_is_read(facts_of) -> None:
    """No attached_node, references as lists, config and meta at the top, metrics with `type` and `sql`."""
    nodes = {
        "model.shop.orders": {
            "raw_sql": "select 1",
            "compiled": True,
            "resource_type": "model",
            "depends_on": {"macros": [], "nodes": ["model.shop.customers"]},
            "config": {"enabled": True, "alias": None, "materialized": "table", "tags": ["daily"], "meta": {}, "unique_key": None},
            "database": "db",
            "schema": "main",
            "fqn": ["shop", "orders"],
            "unique_id": "model.shop.orders",
            "package_name": "shop",
            "root_path": "/home/x",
            "name": "orders",
            "alias": "orders",
            "tags": ["daily"],
            "refs": [["customers"]],
            "description": "",
            "columns": {"status": {"name": "status", "description": "State.", "meta": {}, "data_type": None, "quote": None, "tags": []}},
            "meta": {"synonyms": ["purchases"]},
            "docs": {"show": True},
            "relation_name": '"db"."main"."orders"',
        },
        "model.shop.customers": {
            "resource_type": "model",
            "config": {"materialized": "view"},
            "database": "db",
            "schema": "main",
            "name": "customers",
            "alias": "customers",
            "relation_name": '"db"."main"."customers"',
        },
        "test.shop.relationships_orders_customer_id.1": {
            "resource_type": "test",
            "test_metadata": {
                "name": "relationships",
                "kwargs": {
                    "to": "ref('customers')",
                    "field": "id",
                    "column_name": "customer_id",
                    "model": "{{ get_where_subquery(ref('orders')) }}",
                },
                "namespace": None,
            },
            "config": {"severity": "ERROR", "where": None},
            "column_name": "customer_id",
            "depends_on": {"macros": [], "nodes": ["model.shop.customers", "model.shop.orders"]},
            "refs": [["customers"], ["orders"]],
        },
    }
    metrics = {
        "metric.shop.income": {
            "name": "income",
            "label": "Income",
            "type": "sum",
            "sql": "amount",
            "timestamp": "ordered_at",
            "time_grains": ["day"],
            "dimensions": ["status"],
            "filters": [{"field": "status", "operator": "=", "value": "'paid'"}],
            "model": "ref('orders')",
            "depends_on": {"nodes": ["model.shop.orders"]},
        }
    }
    facts = facts_of(nodes, metrics=metrics, metadata={"project_name": None})
    assert facts.table("orders").synonyms == ("purchases",)
    assert facts.table("orders").tags == ("daily",)
    assert [(str(join.left), str(join.right)) for join in facts.of(Relationship)] == [("main.orders", "main.customers")]
    income = facts.metric("income")
    assert (income.expression, income.filter, income.time_column) == ("SUM(amount)", "status = 'paid'", "ordered_at")


def test_v8_metric_of_1_4_is_read(facts_of, model) -> None:
    metric = {"name": "buyers", "calculation_method": "count_distinct", "expression": "customer_id", "filters": []}
    metrics = {"metric.shop.buyers": {**metric, "depends_on": {"nodes": ["model.shop.orders"]}}}
    assert facts_of({"model.shop.orders": model("orders")}, metrics=metrics).metric("buyers").expression == "COUNT(DISTINCT customer_id)"


def test_v8_derived_metric_is_only_named(facts_of, model) -> None:
    metric = {"name": "margin", "calculation_method": "derived", "expression": "{{metric('a')}} - {{metric('b')}}"}
    found = facts_of({"model.shop.orders": model("orders")}, metrics={"metric.shop.margin": metric}).metric("margin")
    assert (found.expression, found.table) == (None, None)


def _semantic(**fields: object) -> dict[str, object]:
    return {
        "semantic_model.shop.orders": {
            "name": "orders",
            "model": "ref('orders')",
            "node_relation": {"alias": "orders", "schema_name": "main", "database": "db", "relation_name": '"db"."main"."orders"'},
            "depends_on": {"nodes": ["model.shop.orders"]},
            "entities": [{"name": "order", "type": "primary", "expr": "order_id"}],
            "dimensions": [{"name": "status", "type": "categorical"}, {"name": "at", "type": "time", "expr": "ordered_at"}],
            "measures": [{"name": "amount", "agg": "sum"}],
            "defaults": {"agg_time_dimension": "at"},
            **fields,
        }
    }


def test_v10_filter_of_1_6_is_a_single_condition(facts_of, model) -> None:
    metric = {
        "name": "paid",
        "type": "simple",
        "type_params": {"measure": {"name": "amount", "filter": None}},
        "filter": {"where_sql_template": "{{ Dimension('order__status') }} = 'paid'"},
    }
    facts = facts_of({"model.shop.orders": model("orders")}, metrics={"metric.shop.paid": metric}, semantic_models=_semantic())
    assert (facts.metric("paid").expression, facts.metric("paid").filter) == ("SUM(amount)", "status = 'paid'")
    assert facts.metric("paid").time_column == "ordered_at"


def test_semantic_model_describes_its_table(facts_of, model) -> None:
    said = {"label": "Sales orders", "description": "What was sold.", "config": {"meta": {"synonyms": ["deals"]}}}
    table = facts_of({"model.shop.orders": model("orders")}, semantic_models=_semantic(**said)).table("orders")
    assert (table.synonyms, table.description) == (("deals", "Sales orders"), "What was sold.")


def test_new_specification_aggregates_in_the_metric(facts_of, model) -> None:
    """1.12: no measures, `metric_aggregation_params`, `is_private` for what is hidden."""
    common = {"type": "simple", "filter": None}
    aggregation = {"semantic_model": "orders", "agg": "sum", "agg_time_dimension": "at", "non_additive_dimension": None}
    metrics = {
        "metric.shop.income": {**common, "name": "income", "type_params": {"expr": "amount", "metric_aggregation_params": aggregation}},
        "metric.shop.inner": {
            **common,
            "name": "inner",
            "type_params": {"expr": "amount", "is_private": True, "metric_aggregation_params": aggregation, "fill_nulls_with": 0},
        },
        "metric.shop.share": {
            "name": "share",
            "type": "ratio",
            "type_params": {"numerator": {"name": "income"}, "denominator": {"name": "inner"}},
        },
    }
    nodes = {"model.shop.orders": model("orders", columns={"order_id": {"name": "order_id", "entity": "primary"}})}
    facts = facts_of(nodes, metrics=metrics, semantic_models=_semantic(measures=[]), metadata={"dbt_version": "1.12.6"})
    assert facts.metric("income").expression == "SUM(amount)"
    assert (facts.metric("inner").expression, facts.metric("inner").hidden) == ("COALESCE(SUM(amount), 0)", True)
    assert facts.metric("share").expression == "1.0 * SUM(amount) / NULLIF(COALESCE(SUM(amount), 0), 0)"


def test_semantic_manifest_stands_in_where_the_manifest_has_none(facts_of, model) -> None:
    (semantic_model,) = _semantic().values()
    semantic_model = {**semantic_model, "depends_on": None}
    metric = {"name": "income", "type": "simple", "type_params": {"measure": {"name": "amount"}}}
    semantic = {"semantic_models": [semantic_model], "metrics": [metric], "project_configuration": {}}
    facts = facts_of({"model.shop.orders": model("orders")}, semantic_manifest=semantic)
    assert facts.metric("income").expression == "SUM(amount)"


@pytest.mark.parametrize("path", ["customer__city", "order__customer__city", "order__unknown"])
def test_filter_on_another_tables_dimension_leaves_the_metric_named_only(facts_of, model, path) -> None:
    metric = {
        "name": "income",
        "type": "simple",
        "type_params": {"measure": {"name": "amount"}},
        "filter": {"where_filters": [{"where_sql_template": "{{ Dimension('" + path + "') }} = 'x'"}]},
    }
    entities = [{"name": "order", "type": "primary", "expr": "order_id"}, {"name": "customer", "type": "foreign", "expr": "customer_id"}]
    semantic = _semantic(entities=entities)
    found = facts_of({"model.shop.orders": model("orders")}, metrics={"metric.shop.income": metric}, semantic_models=semantic)
    assert found.metric("income").expression is None
    assert str(found.metric("income").table) == "main.orders"


def test_metric_that_contains_itself_is_only_named(facts_of, model) -> None:
    metric = {"name": "loop", "type": "derived", "type_params": {"expr": "loop + 1", "metrics": [{"name": "loop"}]}}
    facts = facts_of({"model.shop.orders": model("orders")}, metrics={"metric.shop.loop": metric}, semantic_models=_semantic())
    assert facts.metric("loop").expression is None


def test_derived_metric_with_more_than_arithmetic_is_only_named(facts_of, model) -> None:
    amount = {"name": "income", "type": "simple", "type_params": {"measure": {"name": "amount"}}}
    derived = {
        "name": "odd",
        "type": "derived",
        "type_params": {"expr": "case when income > 0 then 1 end", "metrics": [{"name": "income"}]},
    }
    metrics = {"metric.shop.income": amount, "metric.shop.odd": derived}
    facts = facts_of({"model.shop.orders": model("orders")}, metrics=metrics, semantic_models=_semantic())
    assert facts.metric("odd").expression is None


def test_fusion_manifest_is_read(facts_of) -> None:
    """Null keys left out, dates as dates, versions as text, columns with their model's meta and tags."""
    inherited = {"synonyms": ["purchases"], "sqlcoder": {"hidden": True}}
    nodes = {
        "model.shop.orders.v2": {
            "name": "orders",
            "resource_type": "model",
            "package_name": "shop",
            "database": "DB",
            "schema": "MAIN",
            "alias": "orders_v2",
            "relation_name": "DB.MAIN.orders_v2",
            "version": "2",
            "latest_version": 2,
            "deprecation_date": "2031-05-01",
            "refs": [{"name": "raw", "version": "1"}],
            "depends_on": {"nodes": ["source.shop.raw.orders"]},
            "config": {"materialized": "table", "access": "public", "group": "sales", "meta": inherited, "tags": ["nightly"]},
            "columns": {
                "id": {"name": "id", "meta": inherited, "tags": ["nightly"]},
                "city": {"name": "city", "meta": {**inherited, "synonyms": ["town"]}, "tags": ["nightly", "place"]},
            },
        },
        "model.shop.helper_cte": {"name": "helper_cte", "resource_type": "model", "alias": "h", "config": {"materialized": "ephemeral"}},
    }
    facts = facts_of(nodes, metadata={"dbt_version": "2.0.0-preview.60"})
    assert [table.name.name for table in facts.of(Table)] == ["orders_v2"]
    table = facts.table("orders_v2")
    assert (table.hidden, table.access, table.group, table.deprecated) == (True, "public", "sales", "2031-05-01")
    assert (table.ref, str(table.name), table.name.database) == ("ref('orders')", "MAIN.orders_v2", "DB")
    assert [(column.synonyms, column.tags, column.hidden) for column in table.columns] == [((), (), False), (("town",), ("place",), False)]


def test_entry_of_unknown_shape_is_a_clash_and_the_rest_is_read(facts_of, model) -> None:
    facts = facts_of({"model.shop.odd": {**model("odd"), "columns": "none"}, "model.shop.orders": model("orders")})
    assert facts.tables() == {"orders"}
    (clash,) = facts.of(Clash)
    assert (clash.kind, clash.subject) == ("unreadable", "model.shop.odd")


def test_upstream_model_of_another_project_is_a_table_without_columns(facts_of, model) -> None:
    upstream = model("finance", package_name="finance", access="public", path="", original_file_path="")
    table = facts_of({"model.finance.finance": upstream}).table("finance")
    assert (table.columns, table.access, table.ref) == ((), "public", "ref('finance', 'finance')")


def test_relation_is_spelled_as_the_engine_spells_it(facts_of, model) -> None:
    """Snowflake: lower case in the manifest, upper case in catalog.json; they are matched without regard to case."""
    entry = {
        "metadata": {"type": "BASE TABLE", "database": "DB", "schema": "MAIN", "name": "ORDERS", "comment": "From the warehouse."},
        "columns": {
            "TOTAL": {"name": "TOTAL", "type": "NUMBER(38,2)", "index": 2, "comment": "Sum."},
            "ID": {"name": "ID", "type": "NUMBER(38,0)", "index": 1, "comment": None},
        },
        "stats": {"row_count": {"id": "row_count", "value": "1200.0", "include": True}, "has_stats": {"value": True}},
        "unique_id": "model.shop.orders",
    }
    node = model("orders", relation_name="db.main.orders", columns={"total": {"name": "total", "description": "Value."}})
    catalog = {"metadata": {"generated_at": "2026-01-02T00:01:00Z"}, "nodes": {"model.shop.orders": entry}, "sources": {}}
    table = facts_of({"model.shop.orders": node}, catalog=catalog).table("ORDERS")
    assert (table.name.schema, table.name.database, table.row_count) == ("MAIN", "DB", 1200)
    assert [(column.name, column.kind, column.description) for column in table.columns] == [
        ("ID", "integer", None),
        ("TOTAL", "number", "Value."),
    ]
    assert table.description == "From the warehouse."
    assert ("description", "dbt catalog.json") in table.origins


def test_relation_has_as_many_parts_as_the_adapter_uses(facts_of, model) -> None:
    facts = facts_of({"model.shop.orders": model("orders", relation_name="`main`.`orders`")})
    assert facts.table("orders").name.database is None


def test_documented_type_without_a_contract_only_hints_at_the_kind(facts_of, model) -> None:
    columns = {"total": {"name": "total", "data_type": "numeric(10,2)"}}
    column = facts_of({"model.shop.orders": model("orders", columns=columns)}).table("orders").columns[0]
    assert (column.type, column.kind) == (None, "number")


def _catalog(generated_at: str, schema: str = "main") -> dict[str, object]:
    columns = {"id": {"name": "id", "type": "INTEGER", "index": 1}}
    entry = {"metadata": {"type": "VIEW", "schema": schema, "name": "orders", "database": "db"}, "columns": columns, "stats": {}}
    return {"metadata": {"generated_at": generated_at}, "nodes": {"model.shop.orders": entry}, "sources": {}}


def test_catalog_made_after_the_manifest_says_which_columns_exist(facts_of, model) -> None:
    nodes = {"model.shop.orders": model("orders", columns={"id": {"name": "id"}, "gone": {"name": "gone"}})}
    facts = facts_of(nodes, catalog=_catalog("2026-01-02T00:05:00Z"))
    assert [column.name for column in facts.table("orders").columns] == ["id"]
    assert facts.table("orders").kind == "view"
    assert facts.of(Clash) == []


def test_catalog_older_than_the_manifest_keeps_new_columns_and_warns(facts_of, model) -> None:
    nodes = {"model.shop.orders": model("orders", columns={"new": {"name": "new"}}), "model.shop.fresh": model("fresh")}
    facts = facts_of(nodes, catalog=_catalog("2025-12-20T00:00:00Z"))
    assert [column.name for column in facts.table("orders").columns] == ["id", "new"]
    (clash,) = facts.of(Clash)
    assert (clash.kind, clash.severity) == ("stale_catalog", "warning")
    assert "13 days older" in clash.message
    assert "1 models of the manifest are not in it" in clash.message


def test_catalog_of_another_target_is_reported(facts_of, model) -> None:
    facts = facts_of({"model.shop.orders": model("orders")}, catalog=_catalog("2026-01-02T00:05:00Z", schema="dbt_ada"))
    (clash,) = facts.of(Clash)
    assert (clash.kind, "dbt_ada" in clash.message) == ("other_target", True)
    assert facts.table("orders").name.schema == "main"


def test_disabled_models_tests_and_analyses_are_no_tables(facts_of, model) -> None:
    nodes = {
        "model.shop.off": model("off", config={"enabled": False}),
        "analysis.shop.look": {"name": "look", "resource_type": "analysis"},
        "operation.shop.hook": {"name": "hook", "resource_type": "operation"},
        "test.shop.singular": {"name": "singular", "resource_type": "test"},
    }
    assert facts_of(nodes).of(Table) == []


def test_metric_on_a_table_that_is_not_offered_is_only_named(facts_of, model) -> None:
    metric = {"name": "income", "type": "simple", "type_params": {"measure": {"name": "amount"}}}
    ephemeral = model("orders", config={"materialized": "ephemeral"}, relation_name=None)
    facts = facts_of({"model.shop.orders": ephemeral}, metrics={"metric.shop.income": metric}, semantic_models=_semantic())
    assert [(found.table, found.expression) for found in facts.of(Metric)] == [(None, None)]
