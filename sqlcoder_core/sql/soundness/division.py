"""Divisions that fail, give nothing, or drop their fraction, by what each engine does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.kinds import kind_of_node
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.problem import Problem

_BY_ZERO: Final = {
    "postgres": "the query fails",
    "redshift": "the query fails",
    "bigquery": "the query fails",
    "snowflake": "the query fails",
    "tsql": "the query fails",
    "oracle": "the query fails",
    "duckdb": "the result is infinite, or no number",
}
"""What a division by zero does; SQLite and MySQL give NULL, which is as good as NULLIF."""
TRUNCATES: Final = frozenset({"postgres", "redshift", "sqlite", "tsql"})
"""Engines where / of two whole numbers drops the fraction."""


def divisions(reading: Reading) -> Iterator[Problem]:
    """Divisors that may be zero, and ratios of whole numbers."""
    for block in reading.blocks:
        for node in block.own(exp.Div):
            if is_truncated(node, block, reading.dialect):
                message = f"{source_text(node, reading.text)} divides whole numbers, and {reading.dialect} drops the fraction"
                hint = f"write 1.0 * {source_text(node.this, reading.text)}"
                yield finding(reading, node, "division-truncated", message, hint=hint)
            if reading.dialect in _BY_ZERO and may_be_zero(node.expression, block):
                divisor = source_text(node.expression, reading.text)
                message = f"where {divisor} is zero, {_BY_ZERO[reading.dialect]}"
                yield finding(reading, node, "division-by-zero", message, hint=f"write nullif({divisor}, 0)", severity="note")


def is_truncated(node: exp.Expr, block: Block, dialect: str) -> bool:
    """Whether a ratio of two whole numbers loses its fraction. A whole number over a written one makes steps, which is meant."""
    divisor = node.expression.unnest()
    if dialect not in TRUNCATES or isinstance(divisor, exp.Literal):
        return False
    return kind_of_node(node.this, block) == "integer" and kind_of_node(divisor, block) == "integer"


def may_be_zero(node: exp.Expr, block: Block) -> bool:
    """Whether the divisor is something computed or stored that nothing keeps from zero."""
    node = node.unnest()
    if isinstance(node, (exp.Cast, exp.TryCast, exp.Round, exp.Abs, exp.Max, exp.Min, exp.Avg)) and isinstance(node.this, exp.Expr):
        return may_be_zero(node.this, block)
    if isinstance(node, exp.Column):
        owned = block.owner(node)
        return not (owned and owned.fact and _is_positive(owned.fact.minimum))
    if isinstance(node, exp.Mul):
        return any(may_be_zero(part, block) for part in (node.this, node.expression))
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return not block.select.args.get("group") and not _is_filtered(node)
    if isinstance(node, exp.Sum):
        return not (isinstance(node.this, exp.Column) and not may_be_zero(node.this, block))
    return isinstance(node, (exp.Count, exp.Sub, exp.Subquery, exp.Filter))


def _is_positive(minimum: str | None) -> bool:
    try:
        return minimum is not None and float(minimum) > 0
    except ValueError:
        return False


def _is_filtered(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.Filter)
