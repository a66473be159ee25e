"""A metric's filter with `{{ Dimension('order__status') }}` in, SQL over the columns of one table out."""

from __future__ import annotations

import re

from sqlcoder_dbt.semantic_artifacts import Dimension, SemanticModel, WhereFilters

_CALL = re.compile(
    r"""\{\{\s*(?P<kind>Dimension|TimeDimension|Entity)\s*\(\s*(?P<q>['"])(?P<path>[^'"]+)(?P=q)\s*
        (?:,\s*(?:time_granularity_name\s*=\s*)?(?P<q2>['"])(?P<grain>\w+)(?P=q2)\s*)?\)
        (?:\s*\.\s*grain\(\s*['"](?P<grain2>\w+)['"]\s*\))?\s*\}\}""",
    re.VERBOSE,
)


class NotOneTable(Exception):
    """The filter asks for something that is not a column of the metric's own table."""


def condition(filters: WhereFilters | None, model: SemanticModel, time_dimension: str | None) -> str | None:
    """The conditions joined by AND, None when there are none; raises NotOneTable."""
    templates = [each.where_sql_template for each in (filters.where_filters or ())] if filters is not None else []
    if filters is not None and filters.where_sql_template:
        templates.append(filters.where_sql_template)
    return both(*(rendered(template, model, time_dimension) for template in templates if template and template.strip()))


def both(*conditions: str | None) -> str | None:
    """All of the conditions, None when there are none."""
    given = [each for each in conditions if each]
    return " AND ".join(f"({each})" for each in given) if len(given) > 1 else next(iter(given), None)


def rendered(template: str, model: SemanticModel, time_dimension: str | None) -> str:
    """One condition with its calls replaced by columns; raises NotOneTable."""
    text = _CALL.sub(lambda call: _column(call, model, time_dimension), template).strip()
    if "{{" in text or "{%" in text:
        raise NotOneTable(template)
    return text


def dimension_sql(dimension: Dimension) -> str:
    """The dimension as SQL: its expression, or the column of its name."""
    return dimension.expr or dimension.name


def _column(call: re.Match[str], model: SemanticModel, time_dimension: str | None) -> str:
    *path, name = call["path"].split("__")
    if call["kind"] == "Entity":
        entity = next((each for each in model.entities or () if each.name == call["path"]), None)
        return _whole(entity.expr or entity.name) if entity is not None else _refuse(call)
    if not path and name == "metric_time":
        name = time_dimension or ""
    elif path and not _is_own(path, model):
        return _refuse(call)
    dimension = next((each for each in model.dimensions or () if each.name == name), None)
    if dimension is None:
        return _refuse(call)
    return _truncated(_whole(dimension_sql(dimension)), dimension, call["grain"] or call["grain2"])


def _is_own(path: list[str], model: SemanticModel) -> bool:
    """Only a key of the model itself leads to its own dimensions; a foreign entity leads to another table."""
    own = {each.name for each in model.entities or () if each.type in ("primary", "unique", "natural")}
    return len(path) == 1 and path[0] in own | {model.primary_entity}


def _truncated(column: str, dimension: Dimension, grain: str | None) -> str:
    declared = dimension.type_params.time_granularity if dimension.type_params is not None else None
    return column if grain is None or grain == declared else f"DATE_TRUNC('{grain}', {column})"


def _whole(expression: str) -> str:
    return expression if re.fullmatch(r"[\w$.]+", expression) else f"({expression})"


def _refuse(call: re.Match[str]) -> str:
    raise NotOneTable(call[0])
