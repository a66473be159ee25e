"""What a proposer answers with: SQL and its reading, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlcoder_core.values.problem import Problem

Route = Literal["sql", "metric", "verified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one phrase of the question was taken to mean."""

    phrase: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One statement that may answer the question, best first by `score` (0 to 1, comparable within one proposer).

    `dialect` is sqlglot's word for the SQL's dialect; proposers may leave it out, checks always find it. `repairs` says of a statement
    that stands in for another what was changed and why, a sentence for each time. `offered` is one that is only shown beside the
    answer, never run or chosen.
    """

    sql: str
    proposer: str
    route: Route = "sql"
    reading: tuple[Reading, ...] = ()
    score: float = 1.0
    notes: tuple[str, ...] = ()
    dialect: str = ""
    repairs: tuple[str, ...] = ()
    offered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """All candidates of one proposer for one question; none means it abstains and says which words it could not place.

    `withheld` are readings that the proposer finds too doubtful to be run, best first: they are checked, and offered as alternatives.
    `problem` says what went wrong (a model that crashed, a time limit): without candidates, the question has failed. `record` are
    (name, value) pairs of how this answer came about, which go into its signature.
    """

    candidates: tuple[Candidate, ...] = ()
    withheld: tuple[Candidate, ...] = ()
    unplaced: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    reason: str | None = None
    problem: Problem | None = None
    record: tuple[tuple[str, str], ...] = ()
