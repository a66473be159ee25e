"""A query of a dialect in which 7 / 2 is 3 in, the same with types where they decide on that out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from sqlcoder_core.values.catalog import Table


def with_types(tree: exp.Expr, dialect: str, tables: Iterable[Table]) -> exp.Expr:
    """The tree with types on its expressions, qualified for it; as it is where it holds no division, or where that fails."""
    if tree.find(exp.Div) is None:
        return tree
    try:
        schema = MappingSchema(_mapping(tables), dialect=dialect)
        named = qualify(tree.copy(), dialect=dialect, schema=schema, quote_identifiers=False, validate_qualify_columns=False)
        return annotate_types(named, schema=schema, dialect=dialect)
    except (SqlglotError, RecursionError, KeyError, ValueError, AttributeError):  # types are a help; without them the query is as good
        return tree


def _mapping(tables: Iterable[Table]) -> dict[str, Any]:
    return {table.name.name: {column.name: column.type or "text" for column in table.columns} for table in tables}
