"""SQL in a glossary: is it a value or a condition, which table is it about, what does a join connect."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.api import TableName


def is_condition(text: str, dialect: str | None) -> bool:
    """True for `orders.total > 100`, False for `sum(orders.total)` and for what cannot be read as SQL."""
    try:
        tree = sqlglot.parse_one(text, read=dialect)
    except SqlglotError:
        return False
    return isinstance(tree, exp.Predicate | exp.And | exp.Or | exp.Not | exp.Between | exp.In | exp.Is | exp.Like)


def only_table(texts: list[str], dialect: str | None) -> str | None:
    """The one table that stands before all column names; None when there are several, or none."""
    try:
        trees = [sqlglot.parse_one(text, read=dialect) for text in texts]
    except SqlglotError:
        return None
    tables = {".".join(part for part in (column.db, column.table) if part) for tree in trees for column in tree.find_all(exp.Column)}
    return tables.pop() or None if len(tables) == 1 else None


def join_sides(text: str, dialect: str | None) -> tuple[tuple[TableName, tuple[str, ...]], tuple[TableName, tuple[str, ...]]]:
    """The two sides of `a.x = b.y [and a.z = b.w]`: table and columns. Raises ValueError that says what is wrong."""
    try:
        tree = sqlglot.parse_one(text, read=dialect)
    except SqlglotError:
        raise ValueError("cannot be read as a condition") from None
    pairs = [_pair(part) for part in (tree.flatten() if isinstance(tree, exp.And) else [tree])]
    left, right = pairs[0][0][0], pairs[0][1][0]
    ordered = [pair if pair[0][0] == left else (pair[1], pair[0]) for pair in pairs]
    if left == right or any((one[0], other[0]) != (left, right) for one, other in ordered):
        raise ValueError("must connect two tables")
    return (left, tuple(one[1] for one, _ in ordered)), (right, tuple(other[1] for _, other in ordered))


def _pair(part: exp.Expr) -> tuple[tuple[TableName, str], tuple[TableName, str]]:
    part = part.unnest()
    if not isinstance(part, exp.EQ):
        raise ValueError("must be column = column, joined by `and`")
    one, other = (_column(side) for side in (part.this, part.expression))
    return one, other


def _column(side: exp.Expr) -> tuple[TableName, str]:
    if not isinstance(side, exp.Column) or not side.table:
        raise ValueError(f"needs table.column on both sides, and {side.sql()} is none")
    return table_of(".".join(part for part in (side.catalog, side.db, side.table) if part)), side.name


def table_of(text: str) -> TableName:
    """`name`, `schema.name` or `database.schema.name`."""
    parts: Iterator[str] = reversed([part.strip('"`[] ') for part in text.split(".")][-3:])
    return TableName(**dict(zip(("name", "schema", "database"), parts, strict=False)))
