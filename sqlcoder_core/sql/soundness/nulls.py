"""Comparisons that NULL makes neither true nor false."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block, Owned
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.problem import Problem


def null_comparisons(reading: Reading) -> Iterator[Problem]:
    """`= NULL` is never true, and NOT IN over a query with a NULL among its rows gives nothing."""
    for block in reading.blocks:
        for node in block.own(exp.EQ, exp.NEQ, exp.In):
            if isinstance(node, exp.In):
                yield from _not_in(node, block, reading)
            elif isinstance(node.expression, exp.Null) or isinstance(node.this, exp.Null):
                yield _equals_null(node, reading)


def _equals_null(node: exp.Expr, reading: Reading) -> Problem:
    other = node.this if isinstance(node.expression, exp.Null) else node.expression
    right = f"{source_text(other, reading.text)} IS {'NOT ' if isinstance(node, exp.NEQ) else ''}NULL"
    message = "nothing is equal or unequal to NULL, so this is never true"
    return finding(reading, node, "null-comparison", message, hint=f"write {right}", severity="error")


def _not_in(node: exp.In, block: Block, reading: Reading) -> Iterator[Problem]:
    query = node.args.get("query")
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(node.parent, exp.Not) or not isinstance(inner, exp.Select) or len(inner.expressions) != 1:
        return
    projected = inner.expressions[0].unalias()
    within = next((each for each in reading.blocks if each.select is inner), None)
    owned = within.owner(projected) if within and isinstance(projected, exp.Column) else None
    if within and owned and not _is_kept_from_null(within, projected) and (certainty := _holds_null(owned)):
        name = f"{owned.table.name.name}.{owned.fact.name}" if owned.table and owned.fact else projected.sql()
        message = f"NOT IN gives no rows at all when the inner query has a NULL, and {name} {certainty}"
        hint = f"add WHERE {projected.sql()} IS NOT NULL inside, or write NOT EXISTS"
        yield finding(reading, node, "null-not-in", message, hint=hint, severity="warning" if certainty == "holds NULL" else "note")


def _holds_null(owned: Owned) -> str:
    """What is known of NULL in the column, in words; empty where it has none or nothing is known."""
    fact, table = owned.fact, owned.table
    if fact is None or table is None or fact.nullable is False or fact.null_fraction == 0.0:
        return ""
    if fact.name.lower() in {name.lower() for name in table.primary_key}:
        return ""
    return "holds NULL" if fact.null_fraction else "may hold NULL" if fact.nullable else ""


def _is_kept_from_null(block: Block, column: exp.Expr) -> bool:
    """Whether the query asks for values that are not NULL, or compares the column, which leaves NULL out."""
    where = block.select.args.get("where")
    return where is not None and any(
        each.name.lower() == column.name.lower() and not isinstance(each.parent, exp.Or) for each in where.find_all(exp.Column)
    )
