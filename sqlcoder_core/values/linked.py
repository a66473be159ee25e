"""The part of the catalog that a question is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlcoder_core.values.catalog import Exposure, Instruction, Metric, Relationship, Scalar, Table, TableName, Term, VerifiedQuestion
from sqlcoder_core.values.question import Question

MatchKind = Literal["table", "column", "value", "metric", "term"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Words `start:end` of the question (token indexes, see `Linked.tokens`) may mean this; best score is 1.0.

    `table` is set for table, column, value; `column` for column, value; `value` for value; `name` for metric, term.
    """

    start: int
    end: int
    phrase: str
    kind: MatchKind
    score: float
    table: TableName | None = None
    column: str | None = None
    value: Scalar | None = None
    name: str | None = None
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A question beside the facts that it may need: tables as values, joins among them, candidate meanings of its words."""

    question: Question
    tokens: tuple[str, ...]
    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...] = ()
    metrics: tuple[Metric, ...] = ()
    terms: tuple[Term, ...] = ()
    verified: tuple[VerifiedQuestion, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    matches: tuple[Match, ...] = ()
    default_schema: str | None = None

    def table(self, name: TableName) -> Table | None:
        """The linked table of that name, or None."""
        return next((table for table in self.tables if table.name.key == name.key), None)
