"""Checked candidates in, their rows or the reasons why there are none out: no more of them than can change the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlcoder_core.errors import ConnectionLost, DatabaseError, Refused, TimeLimit
from sqlcoder_core.values.checked import CheckedCandidate, CheckedQuery, Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import Limits, ResultSet


class Runner(Protocol):
    """What can run a checked query: the query worker."""

    def run(self, query: CheckedQuery, limits: Limits | None = None) -> ResultSet:
        """Rows of the query within the limits."""


_TOO_SHORT = 0.05
"""Seconds: with less left, nothing is begun only to compare its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How candidates are run: at most `most`, each within `limits`.

    `runs` says of one whether it may run at all, `settled(done, waiting)` whether no other could change the answer. `repair` gives what
    takes the place of one that the database refused; it runs next.
    """

    runner: Callable[[], Runner]
    limits: Limits
    most: int
    runs: Callable[[CheckedCandidate], bool]
    settled: Callable[[Sequence[Executed], Sequence[CheckedCandidate]], bool]
    repair: Callable[[Executed], tuple[CheckedCandidate, ...]]


def execute_in_turn(checked: Sequence[CheckedCandidate], plan: Plan) -> tuple[Executed, ...]:
    """All candidates in the order in which they had their turn, run or not: those that the checks doubt come after the others.

    What is only offered is not run.
    """
    waiting = sorted(checked, key=lambda one: (one.candidate.offered, len(one.doubts)))
    done: list[Executed] = []
    left, end = plan.most, time.perf_counter() + plan.limits.seconds
    while waiting:
        limits = _limits(plan.limits, done, end)
        may = left > 0 and waiting[0].query is not None and not waiting[0].candidate.offered and plan.runs(waiting[0])
        if not may or limits is None or plan.settled(done, waiting):
            done.append(Executed(checked=waiting.pop(0)))
            continue
        done.append(execute(waiting.pop(0), plan.runner(), limits))
        left -= 1
        if left and done[-1].problem is not None:
            waiting[:0] = plan.repair(done[-1])
    return tuple(done)


def _limits(limits: Limits, done: Sequence[Executed], end: float) -> Limits | None:
    """Once there are rows, all further candidates share what is left of one query's time; None when that is nothing."""
    if all(one.result is None for one in done):
        return limits
    left = end - time.perf_counter()
    return replace(limits, seconds=left) if left > _TOO_SHORT else None


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
