"""What the clauses of one question add up to, before it becomes a query tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlcoder_builtin.tree import Col, Comparison, Expr, Function, Pred
from sqlcoder_core.api import Period, TableName


@dataclass(slots=True)
class Output:
    """Something to show. `names` says that it is how rows of that table are named, added for want of anything asked."""

    expr: Expr
    phrase: str
    at: int
    alias: str | None = None
    names: TableName | None = None


@dataclass(slots=True)
class Condition:
    """A condition with its place; `either` joins it with the one before by OR. `about` is the table whose rows it judges."""

    pred: Pred
    phrase: str
    at: int
    either: bool = False
    about: TableName | None = None


@dataclass(slots=True)
class DateCondition:
    """A period whose column is chosen once the measure is known, unless `column` was named. `parts` are the ends of a range."""

    period: Period
    phrase: str
    at: int
    column: Col | None = None
    negated: bool = False
    parts: tuple[Period, Period] | None = None
    preposition: str = ""
    near: TableName | None = None


@dataclass(slots=True)
class Group:
    """A key to group by: a column, a date cut to `unit`, or the rows of a table."""

    phrase: str
    at: int
    column: Col | None = None
    table: TableName | None = None
    unit: str | None = None
    each: bool = False


@dataclass(slots=True)
class Sort:
    """An order. `expr` None sorts by whatever was measured. `superlative` says that it came from "the most ..."."""

    descending: bool
    phrase: str
    at: int
    expr: Expr | None = None
    superlative: bool = False
    table: TableName | None = None
    by_time: bool = False
    """By the months, years or the like that are grouped by."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Two aggregates and what they make of each other, shown under `name`."""

    first: Expr
    second: Expr
    made: Expr
    at: int
    name: str


@dataclass(slots=True)
class Frame:
    """All clauses of one question."""

    subject: TableName | None = None
    subject_at: int = -1
    outputs: list[Output] = field(default_factory=list)
    star: bool = False
    also: bool = False
    deed_column: Col | None = None
    shown_sort: Expr | None = None
    deed: TableName | None = None
    distinct: bool = False
    conditions: list[Condition] = field(default_factory=list)
    dates: list[DateCondition] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    sorts: list[Sort] = field(default_factory=list)
    limit: int | None = None
    top: bool = False
    per_group: bool = False
    outer: Function | None = None
    share: Literal["percentage", "fraction"] | None = None
    share_at: int = -1
    ratio_at: int = -1
    difference_at: int = -1
    versus_at: int = -1
    lacking_at: int = -1
    some_at: int = -1
    part: list[Condition] = field(default_factory=list)
    growth: Literal["mom", "yoy", "qoq", "wow", "any"] | None = None
    running: bool = False
    figures: Figures | None = None
    keep: bool = False
    """Rows that have none of what is counted are shown too."""
    keep_zero: bool = False
    """... and what they have is shown as 0."""
    digits: int | None = None
    """Decimals to which figures are rounded."""
    both: bool = False
    mentioned: list[tuple[int, TableName]] = field(default_factory=list)
    having: list[tuple[Expr, Comparison, Expr, str]] = field(default_factory=list)
    readings: list[tuple[int, str, str]] = field(default_factory=list)
    doubts: float = 0.0
    notes: list[str] = field(default_factory=list)

    def read(self, at: int, phrase: str, meaning: str) -> None:
        """Note down what a phrase was taken to mean."""
        self.readings.append((at, phrase, meaning))
