"""What a measure is: an expression over rows of a table, and the words that aggregate it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlcoder_builtin.tree import Expr, Function
from sqlcoder_core.api import TableName

MONEY_TABLES = frozenset("expense payment refund sale donation cost deposit withdrawal fee charge fine tax spending payroll salary".split())
"""Tables of money: their total is that of their amounts, not the number of their rows."""

EXTREMES = ("maximum", "max", "minimum", "min", "maximal", "minimal")
"""Said of a value rather than of a row that has it, unless "with" stands before."""

AGGREGATES: dict[str, Function] = {"sum": "sum", "avg": "avg", "median": "median", "high": "max", "low": "min", "how much": "sum"}


@dataclass(frozen=True, slots=True)
class Measured:
    """`expr` over rows of `table`, said by the chunks up to `end`. `aggregated` says that it is one value per group already."""

    expr: Expr
    table: TableName
    end: int
    aggregated: bool
    counted: bool = False
    nested: Function | None = None
    money: bool = False
    certainty: float = 1.0
