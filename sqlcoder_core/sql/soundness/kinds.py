"""The kind of an expression's values, as far as the catalog tells; None where it does not."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.values.catalog import ColumnKind
from sqlcoder_core.values.column_kind import kind_of

_FIXED: Final[dict[ColumnKind, tuple[type[exp.Expr], ...]]] = {
    "integer": (exp.Count, exp.Length, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Extract, exp.Year, exp.Month, exp.Day, exp.DateDiff),
    "number": (exp.Avg, exp.Stddev, exp.StddevSamp, exp.Variance, exp.Sqrt, exp.Median),
    "text": (exp.Lower, exp.Upper, exp.Trim, exp.Concat, exp.Substring, exp.TimeToStr, exp.DPipe, exp.GroupConcat),
    "date": (exp.CurrentDate, exp.TsOrDsToDate),
    "timestamp": (exp.CurrentTimestamp, exp.TimestampTrunc, exp.StrToTime),
    "boolean": (exp.Boolean, exp.Connector, exp.Predicate, exp.Not),
}
_LIKE_ITS_ARGUMENT: Final = (
    exp.Paren,
    exp.Max,
    exp.Min,
    exp.Abs,
    exp.Neg,
    exp.Sum,
    exp.Nullif,
    exp.First,
    exp.Last,
    exp.AnyValue,
    exp.Distinct,
)
_NUMERIC: Final = frozenset({"integer", "number"})


def kind_of_node(node: exp.Expr, block: Block) -> ColumnKind | None:
    """The kind of what the expression gives within this block."""
    if isinstance(node, exp.Column):
        return _of_column(node, block)
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Mod)):
        return _of_arithmetic(node, block)
    if isinstance(node, exp.Case):
        return _of_case(node, block)
    if isinstance(node, _LIKE_ITS_ARGUMENT):
        inner = node.expressions[0] if isinstance(node, exp.Distinct) and len(node.expressions) == 1 else node.this
        return kind_of_node(inner, block) if isinstance(inner, exp.Expr) else None
    return _of_leaf(node)


def _of_leaf(node: exp.Expr) -> ColumnKind | None:
    if isinstance(node, (exp.Any, exp.All)):
        return None
    if isinstance(node, exp.Literal):
        return "text" if node.is_string else "integer" if node.is_int else "number"
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return _known(kind_of(node.to.sql()))
    return next((kind for kind, classes in _FIXED.items() if isinstance(node, classes)), None)


def _of_column(node: exp.Column, block: Block) -> ColumnKind | None:
    owned = block.owner(node)
    if owned is None:
        return None
    if owned.fact is not None:
        return _known(owned.fact.kind)
    inner = owned.source.block
    projection = inner.output(owned.name) if inner else None
    return kind_of_node(projection, inner) if inner and projection is not None else None


def _of_arithmetic(node: exp.Binary, block: Block) -> ColumnKind | None:
    kinds = {kind_of_node(node.this, block), kind_of_node(node.expression, block)}
    if kinds <= _NUMERIC:
        return "number" if "number" in kinds else "integer"
    return None


def _of_case(node: exp.Case, block: Block) -> ColumnKind | None:
    branches = [*(each.args.get("true") for each in node.args.get("ifs") or ()), node.args.get("default")]
    kinds = {kind_of_node(branch, block) for branch in branches if isinstance(branch, exp.Expr) and not isinstance(branch, exp.Null)}
    if kinds and kinds <= _NUMERIC:
        return "number" if "number" in kinds else "integer"
    return kinds.pop() if len(kinds) == 1 else None


def _known(kind: ColumnKind) -> ColumnKind | None:
    return None if kind == "other" else kind
