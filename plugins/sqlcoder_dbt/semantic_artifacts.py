"""The semantic layer's parts of dbt's artifacts, as lenient structs: measures of the old specification, aggregations of the new."""

from __future__ import annotations

from typing import Any

from sqlcoder_dbt.artifacts import ColumnConfig, DependsOn, Lenient, Meta, NodeConfig


class WhereFilter(Lenient):
    """One condition, with `{{ Dimension('order__status') }}` in it."""

    where_sql_template: str | None = None


class WhereFilters(Lenient):
    """Conditions that all hold; 1.6 wrote a single one in place of the list."""

    where_filters: list[WhereFilter] | None = None
    where_sql_template: str | None = None


class InputMeasure(Lenient):
    """The measure of a simple metric in the old specification."""

    name: str | None = None
    filter: WhereFilters | None = None
    fill_nulls_with: int | None = None


class InputMetric(Lenient):
    """A metric that another one is made of."""

    name: str | None = None
    alias: str | None = None
    filter: WhereFilters | None = None
    offset_window: Any = None
    offset_to_grain: str | None = None


class AggregationParams(Lenient):
    """`agg_params` of a percentile."""

    percentile: float | None = None
    use_discrete_percentile: bool | None = None


class MetricAggregation(Lenient):
    """How a simple metric aggregates in the new specification."""

    semantic_model: str | None = None
    agg: str | None = None
    agg_params: AggregationParams | None = None
    agg_time_dimension: str | None = None
    non_additive_dimension: Any = None
    expr: str | None = None


class MetricParams(Lenient):
    """`type_params` of a metric."""

    measure: InputMeasure | None = None
    numerator: InputMetric | None = None
    denominator: InputMetric | None = None
    metrics: list[InputMetric] | None = None
    expr: str | None = None
    metric_aggregation_params: MetricAggregation | None = None
    fill_nulls_with: int | None = None
    is_private: bool | None = None


class MetricNode(Lenient):
    """A metric. Before 1.6 it had `calculation_method` (`type` in 1.0), `expression` (`sql`), `timestamp` and `filters`."""

    name: str | None = None
    label: str | None = None
    description: str | None = None
    type: str | None = None
    type_params: MetricParams | None = None
    filter: WhereFilters | None = None
    meta: Meta | None = None
    config: NodeConfig | None = None
    depends_on: DependsOn | None = None
    calculation_method: str | None = None
    expression: str | None = None
    sql: str | None = None
    timestamp: str | None = None
    dimensions: list[str] | None = None
    filters: list[dict[str, Any]] | None = None


class Entity(Lenient):
    """A key of a semantic model: primary, unique, natural or foreign."""

    name: str
    type: str | None = None
    expr: str | None = None


class DimensionParams(Lenient):
    """`type_params` of a time dimension."""

    time_granularity: str | None = None


class Dimension(Lenient):
    """What a metric may be grouped or filtered by."""

    name: str
    type: str | None = None
    expr: str | None = None
    label: str | None = None
    description: str | None = None
    type_params: DimensionParams | None = None
    config: ColumnConfig | None = None


class Measure(Lenient):
    """An aggregate of the old specification."""

    name: str
    agg: str | None = None
    expr: str | None = None
    agg_params: AggregationParams | None = None
    agg_time_dimension: str | None = None
    non_additive_dimension: Any = None


class SemanticDefaults(Lenient):
    """`defaults` of a semantic model."""

    agg_time_dimension: str | None = None


class NodeRelation(Lenient):
    """The relation of a semantic model."""

    alias: str | None = None
    schema_name: str | None = None
    database: str | None = None
    relation_name: str | None = None


class SemanticModel(Lenient):
    """One table of the semantic layer."""

    name: str | None = None
    label: str | None = None
    description: str | None = None
    config: NodeConfig | None = None
    node_relation: NodeRelation | None = None
    depends_on: DependsOn | None = None
    primary_entity: str | None = None
    entities: list[Entity] | None = None
    measures: list[Measure] | None = None
    dimensions: list[Dimension] | None = None
    defaults: SemanticDefaults | None = None
