"""Candidates with their problems and rows in, one answer out."""

from __future__ import annotations

from sqlcoder_core.steps.choose import Choice, choose
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.checked import GUARD_SEAL, CheckedCandidate, CheckedQuery, Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question
from sqlcoder_core.values.result import ResultSet

ROWS = ResultSet(columns=("n",), types=("INTEGER",), rows=((1,),))


def passed(
    sql: str, *, score: float = 0.9, result: ResultSet | None = ROWS, problem: Problem | None = None, exit_code: int = 0
) -> Executed:
    query = CheckedQuery(text=sql, dialect="duckdb", seal=GUARD_SEAL)
    checked = CheckedCandidate(candidate=Candidate(sql=sql, proposer="fake", score=score), query=query)
    return Executed(checked=checked, result=result, problem=problem, exit_code=exit_code)


def refused(sql: str) -> Executed:
    problem = Problem(code="unknown_table", message="no table x")
    return Executed(checked=CheckedCandidate(candidate=Candidate(sql=sql, proposer="fake"), query=None, problems=(problem,)))


def choice(*executed: Executed, run: bool = True, proposal: Proposal | None = None, least: float = 0.0) -> Choice:
    return Choice(
        question=Question(text="how many?"),
        dialect="duckdb",
        proposal=proposal or Proposal(),
        executed=executed,
        run=run,
        min_confidence=least,
    )


def test_the_first_candidate_with_rows_is_the_answer_and_the_others_are_alternatives() -> None:
    answer = choose(choice(refused("select 0"), passed("select 1"), passed("select 2", result=None)))
    assert (answer.status, answer.sql, answer.result, answer.exit_code) == ("answered", "select 1", ROWS, 0)
    assert [other.sql for other in answer.alternatives] == ["select 2"]


def test_without_running_a_candidate_that_passed_is_enough() -> None:
    answer = choose(choice(passed("select 1", result=None), run=False))
    assert (answer.status, answer.result) == ("answered", None)


def test_no_candidate_is_an_abstention_that_names_the_words() -> None:
    answer = choose(choice(proposal=Proposal(unplaced=("gadgets",), suggestions=("products",))))
    assert (answer.status, answer.exit_code) == ("abstained", 6)
    assert answer.problems[0].message == "could not place 'gadgets'"
    assert answer.problems[0].hint == "nearest known: products"


def test_all_refused_is_refused_with_the_first_ones_problem_and_its_sql() -> None:
    answer = choose(choice(refused("select x"), refused("select y")))
    assert (answer.status, answer.exit_code, answer.sql) == ("refused", 1, "select x")
    assert answer.problems[0].code == "unknown_table"


def test_what_the_engine_refuses_is_failed_with_the_engines_exit_code() -> None:
    broken = Problem(code="database", message="no such function", found_by="engine")
    answer = choose(choice(passed("select 1", result=None, problem=broken, exit_code=5)))
    assert (answer.status, answer.exit_code, answer.problems) == ("failed", 5, (broken,))


def test_a_best_candidate_below_the_wanted_confidence_is_an_abstention_that_offers_it() -> None:
    answer = choose(choice(passed("select 1", score=0.4, result=None), least=0.6))
    assert (answer.status, answer.exit_code) == ("abstained", 6)
    assert answer.problems[0].message == "confidence 0.40 is below 0.60"
    assert [other.sql for other in answer.alternatives] == ["select 1"]
