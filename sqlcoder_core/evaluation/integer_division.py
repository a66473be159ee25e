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

_POSTGRES = ("postgres", "redshift")
_NO_INTEGERS = (exp.Extract, exp.Ceil, exp.Floor, exp.Round, exp.Pow, exp.Sqrt)
"""Functions that PostgreSQL answers with a numeric or a double; sqlglot takes some of them for integers."""


def with_types(tree: exp.Expr, dialect: str, tables: Iterable[Table]) -> exp.Expr:
    """The tree with types on its expressions, qualified for it; as it is where it holds no division, or where that fails."""
    if tree.find(exp.Div) is None:
        return tree
    try:
        schema = MappingSchema(_mapping(tables), dialect=dialect)
        named = qualify(tree.copy(), dialect=dialect, schema=schema, quote_identifiers=False, validate_qualify_columns=False)
        typed = annotate_types(named, schema=schema, dialect=dialect)
        if dialect in _POSTGRES:
            typed = annotate_types(typed.transform(_as_postgres_divides), schema=schema, dialect=dialect)
        return typed
    except (SqlglotError, RecursionError, KeyError, ValueError, AttributeError):  # types are a help; without them the query is as good
        return tree


def _as_postgres_divides(node: exp.Expr) -> exp.Expr:
    """An operand of a division with a cast to what PostgreSQL makes of it, where sqlglot would think otherwise.

    Its manual, "Aggregate Functions": the sum of bigint is numeric; "Date/Time Operators": date minus date is an integer.
    """
    if node.find_ancestor(exp.Div, exp.Select) is None or not isinstance(node.find_ancestor(exp.Div, exp.Select), exp.Div):
        return node
    if isinstance(node, _NO_INTEGERS) or (isinstance(node, exp.Sum) and node.this.is_type("bigint")):
        return exp.cast(node, "double")
    if isinstance(node, exp.Sub) and node.this.is_type("date") and node.expression.is_type("date"):
        return exp.cast(exp.paren(node), "bigint")
    return node


def _mapping(tables: Iterable[Table]) -> dict[str, Any]:
    return {table.name.name: {column.name: column.type or "text" for column in table.columns} for table in tables}
