"""Candidates, results and a proposer that do as they are told, for tests of single steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.checked import GUARD_SEAL, CheckedCandidate, CheckedQuery, Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import ResultSet

DOUBT = Problem(code="literal-unknown", severity="warning", message="pets.kind is never 'fish'")
UNKNOWN = Problem(code="column-unknown", message="there is no column nme", found_by="guard")


def rows(*cells: object, columns: int = 1, truncated: Any = None) -> ResultSet:
    """A result of so many columns, its cells row by row."""
    table = tuple(cells[at : at + columns] for at in range(0, len(cells), columns))
    return ResultSet(columns=tuple(f"c{at}" for at in range(columns)), types=("",) * columns, rows=table, truncated=truncated)


def checked(
    sql: str, *, score: float = 0.9, problems: Sequence[Problem] = (), doubts: Sequence[Problem] = (), **facts: Any
) -> CheckedCandidate:
    """A candidate that passed, unless one of the problems is an error."""
    blocked = any(one.severity == "error" for one in problems)
    query = None if blocked else CheckedQuery(text=sql, dialect="duckdb", seal=GUARD_SEAL)
    candidate = Candidate(sql=sql, proposer="fake", score=score, **facts)
    return CheckedCandidate(candidate=candidate, query=query, problems=(*problems, *doubts), doubts=tuple(doubts))


def ran(sql: str, result: ResultSet | None = None, *, problem: Problem | None = None, exit_code: int = 0, **facts: Any) -> Executed:
    """A candidate after its turn."""
    return Executed(checked=checked(sql, **facts), result=result, problem=problem, exit_code=exit_code)
