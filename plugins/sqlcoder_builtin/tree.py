"""The query tree: what a question asks for, between its words and SQL. All parts are frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlcoder_core.api import Moment, Scalar, TableName

Function: TypeAlias = Literal["count", "sum", "avg", "min", "max", "median"]
Comparison: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
DateUnit: TypeAlias = Literal["hour", "day", "week", "month", "quarter", "year"]
DatePart: TypeAlias = Literal["hour", "weekday", "day", "week", "month", "quarter", "year"]

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Col:
    """A column. `numeric_text` casts nothing; kinds are asked of the schema."""

    table: TableName
    column: str


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class When:
    """A moment as a bound on `against`, so that it is written in that column's type."""

    moment: Moment
    against: Expr


@dataclass(frozen=True, slots=True)
class Agg:
    """An aggregate over rows of `table`; `arg` None counts rows. `where` counts only some of them (CASE inside)."""

    function: Function
    table: TableName
    arg: Expr | None = None
    distinct: bool = False
    where: Pred | None = None


@dataclass(frozen=True, slots=True)
class Arith:
    """`/` divides as floating point and gives NULL for a zero divisor."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Trunc:
    """The start of the unit that a date lies in."""

    unit: DateUnit
    arg: Expr


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a date as a number; weekday 0 is Sunday."""

    part: DatePart
    arg: Expr


@dataclass(frozen=True, slots=True)
class Span:
    """Time from `start` to `end` in units, as a number."""

    unit: Literal["second", "minute", "hour", "day", "week", "month", "year"]
    start: Expr
    end: Expr


@dataclass(frozen=True, slots=True)
class Age:
    """Whole years from a date to today."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Today:
    """The day on which the question is asked."""


@dataclass(frozen=True, slots=True)
class Either:
    """The first of two values that is known."""

    first: Expr
    second: Expr


@dataclass(frozen=True, slots=True)
class Raw:
    """SQL text from a metric or a term, over the columns of `table`; `aggregate` says that it needs no GROUP BY entry."""

    sql: str
    table: TableName
    aggregate: bool = True
    where: Pred | None = None
    name: str | None = None
    also: tuple[TableName, ...] = ()
    """Other tables whose columns it reads; each row of `table` meets at most one row of them."""


@dataclass(frozen=True, slots=True)
class Over:
    """A window over the grouped rows: share of the whole (`sum`), the row before (`lag`), a running total (`running`)."""

    kind: Literal["total", "lag", "running"]
    arg: Expr
    order: Expr | None = None
    offset: int = 1


@dataclass(frozen=True, slots=True)
class Scalarq:
    """A query of one value; `same` are columns on which its rows agree with the row it is compared with."""

    query: Query
    same: tuple[Col, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """An aggregate of the rows that one row is related to: the `measure` of `has`, for each row of `has.of`."""

    has: Has


Expr: TypeAlias = Col | Lit | When | Agg | Arith | Trunc | Part | Span | Age | Today | Either | Raw | Over | Scalarq | Figure

# ---------------------------------------------------------------- predicates


@dataclass(frozen=True, slots=True)
class Compare:
    op: Comparison
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Like:
    """Text match without regard to case; `pattern` has its % signs."""

    left: Expr
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    left: Expr
    values: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    left: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean column, or a flag stored as 0 and 1 or Y and N."""

    left: Col
    value: bool


@dataclass(frozen=True, slots=True)
class RawPred:
    """A boolean SQL text from a metric or a term over `table`."""

    sql: str
    table: TableName
    negated: bool = False
    also: tuple[TableName, ...] = ()


@dataclass(frozen=True, slots=True)
class Has:
    """The row of `of` has (or has not) related rows of `table` that satisfy `where`; `count` compares how many there are.

    `measure` compares an aggregate of them instead of their number.
    """

    of: TableName
    table: TableName
    where: tuple[Pred, ...] = ()
    negated: bool = False
    count: tuple[Comparison, int | float] | None = None
    measure: Expr | None = None


@dataclass(frozen=True, slots=True)
class All_:
    parts: tuple[Pred, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    parts: tuple[Pred, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Pred


Pred: TypeAlias = Compare | Like | OneOf | Null | Truth | RawPred | Has | All_ | Any_ | Not

# ---------------------------------------------------------------- queries


@dataclass(frozen=True, slots=True)
class Item:
    """One output column; `alias` None keeps a plain column's own name."""

    expr: Expr
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    expr: Expr
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PerGroup:
    """Keep the first `limit` rows of each group of `keys`, in the query's order."""

    keys: tuple[Expr, ...]
    limit: int
    order: tuple[Order, ...] = ()
    """In what order the kept rows are shown."""


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT. `root` is the table whose rows it is about; `need` are tables that must be joined though no column is used."""

    root: TableName
    select: tuple[Item, ...]
    where: tuple[Pred, ...] = ()
    group: tuple[Expr, ...] = ()
    having: tuple[Pred, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    distinct: bool = False
    per_group: PerGroup | None = None
    need: tuple[TableName, ...] = ()
    digits: int | None = None
    """Decimals to which averages, ratios and sums are rounded where they are shown."""
    keep: bool = False
    """Rows without a partner in the tables joined stay."""
    outer: Outer | None = None
    combine: tuple[Literal["intersect", "except", "union"], Query] | None = None


@dataclass(frozen=True, slots=True)
class Outer:
    """A second step over the rows of the query (`WITH step AS (...)`): aggregates of its output columns, by alias."""

    select: tuple[tuple[Function, str, str], ...] = field(default=())
    """(function, alias of the inner column, alias of the result)."""
    keys: tuple[str, ...] = ()
    """Aliases of inner columns that the second step groups by."""
