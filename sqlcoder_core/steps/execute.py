"""A checked candidate in, its rows or the reason why there are none out."""

from __future__ import annotations

from typing import Protocol

from sqlcoder_core.errors import ConnectionLost, DatabaseError, Refused, TimeLimit
from sqlcoder_core.values.checked import CheckedCandidate, CheckedQuery, Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import Limits, ResultSet


class Runner(Protocol):
    """What can run a checked query: the query worker."""

    def run(self, query: CheckedQuery, limits: Limits | None = None) -> ResultSet:
        """Rows of the query within the limits."""


def execute(checked: CheckedCandidate, runner: Runner, limits: Limits) -> Executed:
    """Run the candidate; what the engine refuses or a limit stops is a problem of this candidate, not of the program."""
    if checked.query is None:
        return Executed(checked=checked)
    try:
        return Executed(checked=checked, result=runner.run(checked.query, limits))
    except Refused as error:
        return Executed(checked=checked, problem=_problem(error.code, error), exit_code=error.exit_code)
    except TimeLimit as error:
        return Executed(checked=checked, problem=_problem("time_limit", error), exit_code=error.exit_code)
    except ConnectionLost as error:
        return Executed(checked=checked, problem=_problem("connection_lost", error), exit_code=error.exit_code)
    except DatabaseError as error:
        return Executed(checked=checked, problem=_problem("database", error), exit_code=error.exit_code)


def _problem(code: str, error: Refused | TimeLimit | DatabaseError) -> Problem:
    return Problem(code=code, message=error.message, place=error.place, hint=error.hint, found_by="engine")
