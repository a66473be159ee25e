"""One question's outcome, as printed by `ask --format json` and by `batch`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlcoder_core.values.candidate import Reading, Route
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question
from sqlcoder_core.values.result import ResultSet

Status = Literal["answered", "abstained", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another way the question may be read."""

    sql: str
    reading: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything a sink may show. `exit_code` is what this outcome means for a process (CLI exit codes).

    `signature` holds whatever makes the answer repeatable, as (name, value) pairs of text: versions, settings hash,
    runtime, catalog hash, seed, `now`. `timings_ms` are (step, milliseconds) pairs in run order. `trail` says what was tried, repaired
    and compared on the way, a line each, for `--explain`.
    """

    question: Question
    status: Status
    dialect: str
    sql: str | None = None
    route: Route = "sql"
    result: ResultSet | None = None
    reading: tuple[Reading, ...] = ()
    confidence: float | None = None
    problems: tuple[Problem, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    timings_ms: tuple[tuple[str, float], ...] = ()
    signature: tuple[tuple[str, str], ...] = ()
    exit_code: int = 0
    trail: tuple[str, ...] = ()
