"""Candidates with their problems and rows in, one answer out."""

from __future__ import annotations

from typing import Any

import pytest

from sqlcoder_core.linking.answer_shape import Shape
from sqlcoder_core.steps.choose import Choice, choose
from sqlcoder_core.steps.ranking import Ranking
from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.checked import Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question
from sqlcoder_core.values.result import ResultSet

from .scripted import DOUBT, UNKNOWN, checked, ran, rows

ROWS = rows(1)


def passed(sql: str, *, result: ResultSet | None = ROWS, **facts: Any) -> Executed:
    return ran(sql, result, **facts)


def refused(sql: str) -> Executed:
    return ran(sql, problems=[Problem(code="unknown_table", message="no table x")])


def choice(*executed: Executed, run: bool = True, proposal: Proposal | None = None, least: float = 0.0, **facts: Any) -> Choice:
    return Choice(
        question=Question(text="how many?"),
        dialect="duckdb",
        proposal=proposal or Proposal(),
        executed=executed,
        run=run,
        min_confidence=least,
        **facts,
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
    assert answer.confidence == 0.4


def test_what_was_repaired_is_a_note_before_the_statements_own_problems() -> None:
    answer = choose(choice(passed("select 1", repairs=("nme -> name, since there is no column nme",), doubts=[DOUBT])))
    assert [(problem.code, problem.severity) for problem in answer.problems] == [("repaired", "note"), ("literal-unknown", "warning")]
    assert answer.problems[0].message == "repaired: nme -> name, since there is no column nme"


def test_a_statement_that_was_repaired_is_no_alternative_to_what_became_of_it() -> None:
    answer = choose(
        choice(passed("select 2", repairs=("x",)), passed("select 1", result=None, doubts=[DOUBT]), passed("select 3", result=None))
    )
    assert [other.sql for other in answer.alternatives] == ["select 3"]


def test_when_all_fails_it_is_told_of_the_proposers_own_statement() -> None:
    broken = Problem(code="database", message="no such function", found_by="engine")
    answer = choose(choice(passed("mended", result=None, problem=broken, exit_code=5, repairs=("x",)), refused("written")))
    assert (answer.status, answer.sql, answer.problems[0].code) == ("refused", "written", "unknown_table")


def test_a_winner_that_disagreement_makes_unsure_is_an_abstention_that_offers_both() -> None:
    tries = (passed("select 2", result=rows(2)), passed("select 1", result=rows(1), score=0.91))
    answer = choose(choice(*tries, least=0.8, ranking=Ranking(votes=True)))
    assert (answer.status, answer.exit_code, answer.confidence) == ("abstained", 6, 0.6521)
    assert [other.sql for other in answer.alternatives] == ["select 1", "select 2"]


def test_rows_that_clearly_miss_the_question_are_said_to() -> None:
    answer = choose(choice(passed("select 1", result=rows(1, 2)), ranking=Ranking(shape=Shape(kind="one number"))))
    assert answer.problems[-1].message == "the question asks for one number, and there are 2 rows"
    assert answer.confidence == 0.54


def test_the_trail_tells_of_every_candidate_once_there_is_something_to_tell() -> None:
    assert choose(choice(passed("select 1"))).trail == ()
    tries = (passed("select 2", result=rows(2), repairs=("x -> y, since z",)), refused("select x"), passed("select 3", result=rows(2)))
    assert choose(choice(*tries, ranking=Ranking(votes=True))).trail == (
        "1. score 0.90, 1 row: select 2",
        "   repaired: x -> y, since z",
        "2. score 0.90, refused (no table x): select x",
        "3. chosen: score 0.90, 1 row: select 3",
        "2 of 2 that ran have the rows of the one chosen",
    )


def test_the_record_of_repairs_joins_the_signature_and_their_failures_the_problems() -> None:
    died = Problem(code="model_died", message="the model's process ended")
    answer = choose(choice(passed("select 1"), record=(("repair_1_prompt", "ab"),), problems=(died,)))
    assert answer.signature == (("repair_1_prompt", "ab"),)
    assert [(problem.code, problem.severity) for problem in answer.problems] == [("model_died", "warning")]


def test_readings_that_were_withheld_are_offered_with_their_confidence() -> None:
    proposal = Proposal(reason="it may mean several things")
    withheld = (checked("select 1", score=0.4), checked("select x", problems=[DOUBT, UNKNOWN]), checked("select 2", score=0.3))
    answer = choose(choice(proposal=proposal, withheld=withheld))
    assert (answer.status, answer.exit_code, answer.confidence, answer.sql) == ("abstained", 6, 0.4, None)
    assert answer.problems[0].message == "it may mean several things"
    assert [other.sql for other in answer.alternatives] == ["select 1", "select 2"]


@pytest.mark.parametrize("run", [True, False])
def test_a_repair_that_is_a_guess_is_an_alternative_and_never_the_answer(run: bool) -> None:
    original = ran("select sum(x)", rows(3) if run else None, doubts=[DOUBT])
    guess = ran("select distinct x", offered=True, repairs=("guessed",))
    answer = choose(choice(original, guess, run=run))
    assert (answer.status, answer.sql) == ("answered", "select sum(x)")
    assert [other.sql for other in answer.alternatives] == ["select distinct x"]
