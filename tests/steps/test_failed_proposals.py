"""What went wrong while proposing: a failure where there is nothing else, a warning beside an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqlcoder_core.steps.choose import Choice, choose
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.checked import GUARD_SEAL, CheckedCandidate, CheckedQuery, Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question


def choice(proposal: Proposal, *executed: Executed) -> Choice:
    return Choice(question=Question(text="how many pets"), dialect="duckdb", proposal=proposal, executed=executed, run=False)


def passed(sql: str) -> Executed:
    query = CheckedQuery(text=sql, dialect="duckdb", tables=(), catalog_checked=True, policy_id="", seal=GUARD_SEAL)
    return Executed(checked=CheckedCandidate(candidate=Candidate(sql=sql, proposer="canned"), query=query, problems=()))


@pytest.mark.parametrize(("code", "exit_code"), [("time_limit", 124), ("model_died", 3), ("out_of_memory", 3)])
def test_a_problem_without_candidates_is_a_failure(code: str, exit_code: int) -> None:
    problem = Problem(code=code, message="the model was stopped")
    answer = choose(choice(Proposal(problem=problem, record=(("prompt", "c0ffee"),))))
    assert (answer.status, answer.exit_code, answer.problems) == ("failed", exit_code, (problem,))
    assert answer.signature == (("prompt", "c0ffee"),)


def test_a_problem_beside_an_answer_is_a_warning() -> None:
    problem = Problem(code="time_limit", message="the model was stopped")
    answer = choose(choice(Proposal(problem=problem, record=(("prompt", "c0ffee"),)), passed("SELECT 1")))
    assert (answer.status, answer.exit_code) == ("answered", 0)
    assert answer.problems == (replace(problem, severity="warning"),)
    assert answer.signature == (("prompt", "c0ffee"),)


def test_no_candidates_and_no_problem_is_an_abstention() -> None:
    assert choose(choice(Proposal(reason="the model wrote no SQL"))).status == "abstained"
