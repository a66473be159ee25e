"""Constants that a column is known not to hold: a condition on one is a word misread, or a question without an answer."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.expr_walk import parts
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Has, Lit, OneOf, Pred, Query
from sqlcoder_core.api import Scalar


def not_stored(p: Parse, query: Query) -> str | None:
    """Which text of the conditions its column never holds, where all of the column's values are known; quoted texts are the asker's own."""
    quoted = {chunk.text for chunk in p.chunks if chunk.kind == "quoted"}
    for column, value in _equalities(query.where):
        found = p.schema.of(column)
        known = found.values_complete or (found.distinct_count is not None and found.distinct_count <= len(found.values))
        if isinstance(value, str) and value not in quoted and known and found.values and not _holds(found.values, value):
            return f"'{value}' is no value of {column.table.name}.{column.column}"
    return None


def _holds(values: tuple[Scalar, ...], value: str) -> bool:
    return value.casefold() in {str(stored).casefold() for stored in values}


def _equalities(preds: tuple[Pred, ...]) -> Iterator[tuple[Col, Scalar]]:
    for part in (part for pred in preds for part in parts(pred)):
        if isinstance(part, Compare) and part.op in ("=", "!=") and isinstance(part.left, Col) and isinstance(part.right, Lit):
            yield part.left, part.right.value
        elif isinstance(part, OneOf) and isinstance(part.left, Col):
            yield from ((part.left, value) for value in part.values)
        elif isinstance(part, Has):
            yield from _equalities(part.where)
