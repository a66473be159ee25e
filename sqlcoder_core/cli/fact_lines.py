"""A table as lines of facts, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlcoder_core.values.catalog import Catalog, Column, Relationship, Scalar, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN_VALUES = 8
_FIELDS = {
    "rows": "row_count",
    "distinct": "distinct_count",
    "nulls": "null_fraction",
    "key": "primary_key",
    "unique": "unique_keys",
    "range": "minimum",
}
"""Facts that are printed under a shorter word than their field's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One fact. `subject` is a column's name, or empty for the table itself."""

    subject: str
    fact: str
    value: str
    origin: str


def table_facts(table: Table, catalog: Catalog) -> Iterator[FactLine]:
    """Everything that is known of a table: itself, its columns, its joins, the metrics and terms over it."""
    yield from _own_facts(table)
    for column in table.columns:
        yield from _column_facts(column, table)
    yield from (_join_line(join, table) for join in catalog.relationships([table.name]))
    for metric in catalog.metrics():
        if metric.table is not None and metric.table.key == table.name.key and not metric.hidden:
            yield FactLine(subject="", fact="metric", value=_meaning(metric.name, metric.expression, metric.filter), origin=metric.origin)
    for term in catalog.terms():
        if term.table is not None and term.table.key == table.name.key:
            yield FactLine(subject="", fact="term", value=_meaning(term.name, term.expression, term.filter), origin=term.origin)


def _own_facts(table: Table) -> Iterator[FactLine]:
    facts: list[tuple[str, object]] = [
        ("kind", table.kind),
        ("description", table.description),
        ("synonyms", ", ".join(table.synonyms)),
        ("tags", ", ".join(table.tags)),
        ("key", ", ".join(table.primary_key)),
        ("unique", "; ".join(", ".join(columns) for columns in table.unique_keys)),
        ("rows", f"{table.row_count:,}" if table.row_count is not None else None),
        ("ref", table.ref),
        ("access", table.access),
        ("group", table.group),
        ("deprecated", table.deprecated),
        ("hidden", "yes" if table.hidden else None),
        ("rank", f"{table.rank:g}" if table.rank != 1.0 else None),
    ]
    yield from _lines("", facts, table.origins, table)


def _column_facts(column: Column, table: Table) -> Iterator[FactLine]:
    facts: list[tuple[str, object]] = [
        ("type", column.type or ("unknown" if column.kind == "other" else column.kind)),
        ("nullable", None if column.nullable is None else "yes" if column.nullable else "no"),
        ("description", column.description),
        ("synonyms", ", ".join(column.synonyms)),
        ("tags", ", ".join(column.tags)),
        ("values", _values(column.values, complete=column.values_complete)),
        ("range", f"{column.minimum} to {column.maximum}" if column.minimum is not None and column.maximum is not None else None),
        ("distinct", f"{column.distinct_count:,}" if column.distinct_count is not None else None),
        ("nulls", f"{column.null_fraction:.0%}" if column.null_fraction else None),
        ("hidden", "yes" if column.hidden else None),
    ]
    yield from _lines(column.name, facts, column.origins, table)


def _lines(subject: str, facts: Iterable[tuple[str, object]], origins: tuple[tuple[str, str], ...], table: Table) -> Iterator[FactLine]:
    from sqlcoder_core.linking.merge import origin_of

    for fact, value in facts:
        if value:
            origin = origin_of(_FIELDS.get(fact, fact), origins, table.origins)
            yield FactLine(subject=subject, fact=fact, value=str(value), origin=origin or "")


def _values(values: tuple[Scalar, ...], *, complete: bool) -> str:
    shown = ", ".join(str(value) for value in values[:_SHOWN_VALUES])
    if len(values) > _SHOWN_VALUES:
        return f"{shown}, ... ({len(values)}{'' if complete else ' seen'})"
    return f"{shown}{'' if complete else ', ...'}" if values else ""


def _join_line(join: Relationship, table: Table) -> FactLine:
    """The join as seen from the table: its own side without the table's name."""
    sides = [(join.left, join.left_columns), (join.right, join.right_columns)]
    left, right = (", ".join(columns) if name.key == table.name.key else f"{name}.{', '.join(columns)}" for name, columns in sides)
    sure = f", inferred, certainty {join.certainty:g}" if join.inferred else ""
    return FactLine(subject="", fact="join", value=f"{left} = {right} ({join.cardinality.replace('_', ' ')}{sure})", origin=join.origin)


def _meaning(name: str, expression: str | None, condition: str | None) -> str:
    parts = [part for part in (expression, f"where {condition}" if condition else None) if part]
    return f"{name}: {' '.join(parts)}" if parts else name
