"""Metrics of the semantic layer in, aggregates over one table out, where a metric can be written so.

Simple metrics (on a measure, or aggregating themselves), ratios and derived metrics of one table become expressions.
Cumulative and conversion metrics, offsets, semi-additive measures and filters on another table are named with expression
None: they are for the metric compiler. Semantics as in MetricFlow: an input's filter counts for that input only, the
metric's own filter for all of it, a ratio is never an integer division.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlcoder_core.api import Metric, TableName
from sqlcoder_dbt.aggregates import aggregate
from sqlcoder_dbt.filters import NotOneTable, both, condition
from sqlcoder_dbt.meta import notes
from sqlcoder_dbt.semantic_artifacts import AggregationParams, InputMetric, MetricNode, MetricParams, SemanticModel
from sqlcoder_dbt.semantics import Semantics

_TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\d+(?:\.\d+)?|[-+*/(),])")
_FUNCTIONS = frozenset({"nullif", "coalesce", "round", "abs", "greatest", "least"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aggregate:
    """One aggregate over one table, its conditions apart. `sql` is the aggregate when it is put together already."""

    uid: str
    model: SemanticModel
    agg: str = ""
    expr: str = ""
    params: AggregationParams | None = None
    filter: str | None = None
    time_dimension: str | None = None
    fill: int | None = None
    sql: str | None = None

    def text(self, adapter: str | None, *, baked: bool) -> str:
        """The aggregate as SQL, with the condition inside when `baked`."""
        if self.sql is not None:
            return self.sql
        made = aggregate(self.agg, self.expr, self.params, self.filter if baked else None, adapter)
        if made is None:
            raise NotOneTable(self.agg)
        return f"COALESCE({made}, {self.fill})" if self.fill is not None else made


class Metrics:
    """All metrics of a project. `tables` are the relations that can be queried, by identifier."""

    def __init__(self, nodes: Iterable[MetricNode], semantics: Semantics, tables: Mapping[str, TableName], adapter: str | None) -> None:
        self._nodes = {node.name: node for node in nodes if node.name}
        self._semantics, self._tables, self._adapter = semantics, tables, adapter
        self._measures = {measure.name: name for name, (_, model) in semantics.models.items() for measure in model.measures or ()}

    def facts(self) -> Iterator[Metric]:
        """One fact per metric, in the manifest's order."""
        for node in self._nodes.values():
            yield self._fact(node)

    def _fact(self, node: MetricNode) -> Metric:
        said = notes(node.meta, node.config.meta if node.config is not None else None)
        named = Metric(
            name=node.name or "",
            label=node.label,
            description=said.description or node.description or None,
            kind=node.type or node.calculation_method or "simple",
            synonyms=said.synonyms,
            hidden=said.hidden or (node.type_params is not None and node.type_params.is_private is True),
            origin="dbt metric",
        )
        if node.type_params is None:
            return self._before_1_6(node, named)
        try:
            return self._placed(node, named, self._resolve(node, ()))
        except NotOneTable:
            return replace(named, table=self._only_table(node))

    def _placed(self, node: MetricNode, named: Metric, whole: _Aggregate) -> Metric:
        table = self._tables.get(whole.uid)
        if table is None:
            return named
        dimensions = whole.model.dimensions or ()
        time = next((each for each in dimensions if each.name == whole.time_dimension), None)
        return replace(
            named,
            table=table,
            expression=whole.text(self._adapter, baked=False),
            filter=whole.filter,
            time_column=(time.expr or time.name) if time is not None else whole.time_dimension,
            dimensions=tuple(each.expr if each.expr and re.fullmatch(r"\w+", each.expr) else each.name for each in dimensions),
        )

    # ---- from a metric to an aggregate; each raises NotOneTable where there is none

    def _resolve(self, node: MetricNode, above: tuple[str, ...]) -> _Aggregate:
        params = node.type_params
        if params is None or node.name in above:
            raise NotOneTable(node.name)
        path = (*above, node.name or "")
        if node.type == "ratio":
            found = self._ratio(params, path)
        elif node.type == "derived":
            found = self._derived(params, path)
        elif node.type in ("simple", None):
            found = self._simple(node, params)
        else:
            raise NotOneTable(node.type)
        return replace(found, filter=both(found.filter, condition(node.filter, found.model, found.time_dimension)))

    def _simple(self, node: MetricNode, params: MetricParams) -> _Aggregate:
        if params.metric_aggregation_params is not None and params.metric_aggregation_params.semantic_model:
            return self._own_aggregation(node, params)
        measure = params.measure
        name = self._measures.get(measure.name or "") if measure is not None else None
        if measure is None or name is None:
            raise NotOneTable(node.name)
        uid, model = self._semantics.models[name]
        of = next(each for each in model.measures or () if each.name == measure.name)
        time = of.agg_time_dimension or _default_time(model)
        if of.non_additive_dimension:
            raise NotOneTable(of.name)
        return _Aggregate(
            uid=uid,
            model=model,
            agg=of.agg or "",
            expr=of.expr or of.name,
            params=of.agg_params,
            filter=condition(measure.filter, model, time),
            time_dimension=time,
            fill=measure.fill_nulls_with,
        )

    def _own_aggregation(self, node: MetricNode, params: MetricParams) -> _Aggregate:
        of = params.metric_aggregation_params
        if of is None or of.semantic_model not in self._semantics.models or of.non_additive_dimension:
            raise NotOneTable(node.name)
        uid, model = self._semantics.models[of.semantic_model]
        return _Aggregate(
            uid=uid,
            model=model,
            agg=of.agg or "",
            expr=params.expr or of.expr or node.name or "",
            params=of.agg_params,
            time_dimension=of.agg_time_dimension or _default_time(model),
            fill=params.fill_nulls_with,
        )

    def _input(self, given: InputMetric | None, path: tuple[str, ...]) -> _Aggregate:
        node = self._nodes.get(given.name) if given is not None and given.name else None
        if given is None or node is None or given.offset_window or given.offset_to_grain:
            raise NotOneTable(path[-1])
        found = self._resolve(node, path)
        extra = condition(given.filter, found.model, found.time_dimension)
        if found.sql is not None and (extra or found.filter):
            raise NotOneTable(given.name)  # a condition cannot be put inside an expression that is made already
        return replace(found, filter=both(found.filter, extra))

    def _ratio(self, params: MetricParams, path: tuple[str, ...]) -> _Aggregate:
        above, below = self._input(params.numerator, path), self._input(params.denominator, path)
        sql = f"1.0 * {above.text(self._adapter, baked=True)} / NULLIF({below.text(self._adapter, baked=True)}, 0)"
        return self._together(sql, [above, below])

    def _derived(self, params: MetricParams, path: tuple[str, ...]) -> _Aggregate:
        inputs = {(given.alias or given.name or ""): self._input(given, path) for given in params.metrics or ()}
        if not inputs:
            raise NotOneTable(path[-1])
        texts = {name.lower(): f"({found.text(self._adapter, baked=True)})" for name, found in inputs.items()}
        return self._together(_substituted(params.expr or "", texts), list(inputs.values()))

    def _together(self, sql: str, parts: list[_Aggregate]) -> _Aggregate:
        if len({part.uid for part in parts}) != 1 or len({part.time_dimension for part in parts}) != 1:
            raise NotOneTable(sql)
        return _Aggregate(uid=parts[0].uid, model=parts[0].model, time_dimension=parts[0].time_dimension, sql=sql)

    def _only_table(self, node: MetricNode) -> TableName | None:
        """Where an expression is not possible, the table of the only measure is still worth saying."""
        measure = node.type_params.measure if node.type_params is not None else None
        name = self._measures.get(measure.name or "") if measure is not None else None
        return self._tables.get(self._semantics.models[name][0]) if name is not None else None

    def _before_1_6(self, node: MetricNode, named: Metric) -> Metric:
        """Metrics of dbt 1.0 to 1.5: one model, `expression` or `sql`, filters of field, operator and value."""
        uids = (node.depends_on.nodes if node.depends_on is not None else None) or []
        table = self._tables.get(uids[0]) if len(uids) == 1 else None
        made = aggregate(node.calculation_method or node.type or "", node.expression or node.sql or "", None, None, self._adapter)
        if table is None or made is None:
            return named
        conditions = [f"{each.get('field')} {each.get('operator')} {each.get('value')}" for each in node.filters or ()]
        return replace(
            named,
            table=table,
            expression=made,
            filter=both(*conditions),
            time_column=node.timestamp,
            dimensions=tuple(node.dimensions or ()),
        )


def _default_time(model: SemanticModel) -> str | None:
    return model.defaults.agg_time_dimension if model.defaults is not None else None


def _substituted(expression: str, texts: Mapping[str, str]) -> str:
    """Names of metrics replaced in plain arithmetic; raises NotOneTable for anything that is more."""
    parts, position = [], 0
    expression = expression.strip()
    while position < len(expression):
        token = _TOKEN.match(expression, position)
        if token is None:
            raise NotOneTable(expression)
        word = token[1]
        known = not word[0].isalpha() or word.lower() in texts or word.lower() in _FUNCTIONS
        if not known:
            raise NotOneTable(expression)
        parts.append(texts.get(word.lower(), word))
        position = token.end()
    return " ".join(parts)
