"""Candidates run in turn, no more of them than can change the answer, each within its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlcoder_core.errors import ConnectionLost, DatabaseError, TimeLimit
from sqlcoder_core.steps import execute as step
from sqlcoder_core.steps.execute import Plan, execute_in_turn
from sqlcoder_core.values.checked import CheckedCandidate, CheckedQuery, Executed
from sqlcoder_core.values.result import Limits, ResultSet

from .scripted import DOUBT, UNKNOWN, checked, rows


@dataclass
class Database:
    """Answers what it knows, raises what it is told to, and remembers what it was asked within which time."""

    answers: dict[str, ResultSet | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def run(self, query: CheckedQuery, limits: Limits | None = None) -> ResultSet:
        assert limits is not None
        self.asked.append(query.text)
        self.seconds.append(limits.seconds)
        answer = self.answers.get(query.text, rows(1))
        if isinstance(answer, Exception):
            raise answer
        return answer


def plan(database: Database, **changes: Any) -> Plan:
    facts: dict[str, Any] = {
        "runner": lambda: database,
        "limits": Limits(seconds=30),
        "most": 3,
        "runs": lambda one: True,
        "settled": lambda done, waiting: any(one.result for one in done),
        "repair": lambda failed: (),
    }
    return Plan(**(facts | changes))


def texts(done: tuple[Executed, ...]) -> list[tuple[str, bool]]:
    return [(one.checked.candidate.sql, one.result is not None) for one in done]


NEVER_SETTLED: Callable[..., bool] = lambda done, waiting: False  # noqa: E731 - a value among others


def test_one_execution_is_enough_where_the_first_settles_it() -> None:
    database = Database()
    done = execute_in_turn([checked("a"), checked("b"), checked("c")], plan(database))
    assert database.asked == ["a"]
    assert texts(done) == [("a", True), ("b", False), ("c", False)]


def test_no_more_run_than_are_allowed() -> None:
    database = Database()
    execute_in_turn([checked("a"), checked("b"), checked("c")], plan(database, most=2, settled=NEVER_SETTLED))
    assert database.asked == ["a", "b"]


def test_nothing_runs_where_nothing_is_to_run() -> None:
    def refuse() -> Database:
        raise AssertionError("no worker is needed")

    execute_in_turn([checked("a")], plan(Database(), most=0, runner=refuse))


def test_the_next_one_runs_where_the_database_refuses_the_first() -> None:
    database = Database({"a": DatabaseError("no such function")})
    done = execute_in_turn([checked("a"), checked("b")], plan(database))
    assert texts(done) == [("a", False), ("b", True)]
    assert done[0].problem is not None
    assert (done[0].problem.code, done[0].exit_code) == ("database", 5)


def test_what_was_repaired_runs_at_once_in_place_of_what_the_database_refused() -> None:
    database = Database({"a": DatabaseError("no such function")})
    done = execute_in_turn([checked("a"), checked("b")], plan(database, repair=lambda failed: (checked("a2"),)))
    assert database.asked == ["a", "a2"]
    assert [sql for sql, _ in texts(done)] == ["a", "a2", "b"]


def test_where_one_execution_is_allowed_nothing_is_repaired_after_it() -> None:
    def refuse(failed: Executed) -> tuple[CheckedCandidate, ...]:
        raise AssertionError("an engine that bills is not asked twice")

    execute_in_turn([checked("a")], plan(Database({"a": DatabaseError("no")}), most=1, repair=refuse))


def test_refused_and_unsure_candidates_are_passed_over() -> None:
    database = Database()
    tried = [checked("a", problems=[UNKNOWN]), checked("b", score=0.2), checked("c")]
    execute_in_turn(tried, plan(database, runs=lambda one: one.candidate.score > 0.5))
    assert database.asked == ["c"]


def test_doubtful_candidates_run_after_clean_ones() -> None:
    database = Database()
    execute_in_turn([checked("a", doubts=[DOUBT]), checked("b")], plan(database))
    assert database.asked == ["b"]


def test_a_further_opinion_has_what_is_left_of_the_time_and_a_second_attempt_all_of_it(monkeypatch: Any) -> None:
    clock = iter([0.0, 12.0, 29.99, 40.0])
    monkeypatch.setattr(step.time, "perf_counter", lambda: next(clock))
    database = Database({"a": TimeLimit("too slow")})
    done = execute_in_turn([checked("a"), checked("b"), checked("c"), checked("d")], plan(database, most=9, settled=NEVER_SETTLED))
    assert database.seconds == [30, 30, 18.0]
    assert [sql for sql, ran in texts(done) if ran] == ["b", "c"]


def test_time_limits_and_lost_connections_are_told_apart() -> None:
    database = Database({"a": TimeLimit("too slow"), "b": ConnectionLost("gone")})
    done = execute_in_turn([checked("a"), checked("b")], plan(database))
    assert [(one.problem.code, one.exit_code) for one in done if one.problem] == [("time_limit", 124), ("connection_lost", 5)]


def test_what_is_only_offered_comes_last_and_is_not_run() -> None:
    database = Database({"a": DatabaseError("no")})
    done = execute_in_turn([checked("b", offered=True), checked("a", doubts=[DOUBT])], plan(database))
    assert texts(done) == [("a", False), ("b", False)]
    assert database.asked == ["a"]
