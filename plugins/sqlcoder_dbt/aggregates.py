"""A measure's aggregation in, its SQL out."""

from __future__ import annotations

from sqlcoder_dbt.semantic_artifacts import AggregationParams

_PLAIN = {"sum": "SUM", "average": "AVG", "avg": "AVG", "min": "MIN", "max": "MAX"}
_ORDERED_SETS = frozenset({"duckdb", "postgres", "redshift", "snowflake", "databricks", "spark", "sqlserver", "fabric"})


def aggregate(agg: str, expr: str, params: AggregationParams | None, where: str | None, adapter: str | None) -> str | None:
    """The aggregate over the rows for which `where` holds; None for one that this adapter's SQL has no plain form of."""
    expr = expr.strip()
    if not expr or "{{" in expr:
        return None
    agg = agg.lower()
    if agg == "sum_boolean":
        return f"SUM(CASE WHEN {both_of(where, expr)} THEN 1 ELSE 0 END)"
    value = _where(where, "1" if expr == "*" else expr)
    if agg == "count":
        return "COUNT(*)" if where is None and expr in ("1", "*") else f"COUNT({value})"
    if agg == "count_distinct":
        return f"COUNT(DISTINCT {value})"
    if agg in _PLAIN:
        return f"{_PLAIN[agg]}({value})"
    return _percentile(agg, value, params, adapter)


def both_of(where: str | None, expr: str) -> str:
    """`expr` under the condition."""
    return expr if where is None else f"({where}) AND ({expr})"


def _where(where: str | None, expr: str) -> str:
    return expr if where is None else f"CASE WHEN {where} THEN {expr} END"


def _percentile(agg: str, value: str, params: AggregationParams | None, adapter: str | None) -> str | None:
    """Median and percentile; MetricFlow interpolates unless `use_discrete_percentile` is set."""
    part = 0.5 if agg == "median" else params.percentile if agg == "percentile" and params is not None else None
    if part is None or adapter not in _ORDERED_SETS:
        return None
    function = "PERCENTILE_DISC" if params is not None and params.use_discrete_percentile else "PERCENTILE_CONT"
    return f"{function}({part:g}) WITHIN GROUP (ORDER BY {value})"
