"""A model's statement that would run and is wrong: rows counted twice, a value that nobody stored, an odd shape."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.api import Question, Session
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.options import Options

TWICE = "SELECT sum(o.weight) AS kilos FROM owners AS o JOIN pets AS p ON p.owner_id = o.owner_id"
ONCE = "SELECT sum(weight) AS kilos FROM owners"
UNSTORED = "SELECT count(*) AS n FROM pets WHERE kind = 'unicorn'"
CATS = "SELECT count(*) AS n FROM pets WHERE kind = 'cat'"
NEARLY = "SELECT count(*) AS n FROM pets WHERE kind = 'cats'"


@pytest.fixture
def kept(pets: Path, configure: Callable[..., Path]) -> Iterator[Callable[..., Answer]]:
    """Ask a model that writes what it is told about owners, who weigh something, and their pets."""
    with sqlite3.connect(pets / "owned.db") as database:
        database.execute("CREATE TABLE owners (owner_id INTEGER PRIMARY KEY, weight INTEGER)")
        database.execute("CREATE TABLE pets (id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES owners (owner_id), kind TEXT)")
        database.executemany("INSERT INTO owners VALUES (?, ?)", [(1, 70), (2, 80)])
        database.executemany("INSERT INTO pets VALUES (?, ?, ?)", [(1, 1, "dog"), (2, 1, "cat"), (3, 2, "cat")])
    database.close()
    sessions = []

    def ask(text: str, answer: dict[str, Any] | None = None, **settings: Any) -> Answer:
        file = configure(**settings)
        config = {**json.loads(file.read_text()), "answer": answer or {}}
        config["connections"]["main"]["path"] = "owned.db"
        file.write_text(json.dumps(config))
        sessions.append(Session.open(Options(), cwd=pets, environ=os.environ))
        return sessions[-1].ask(Question(text=text))

    yield ask
    for session in sessions:
        session.close()


def codes(answer: Answer) -> list[str]:
    return [problem.code for problem in answer.problems]


def test_rows_that_a_join_counts_twice_are_warned_of_and_counted_once_in_an_alternative(kept) -> None:
    answer = kept("weight", answers={"weight": [TWICE], ")": [TWICE]}, beams=1)
    assert answer.sql == TWICE
    assert [problem.severity for problem in answer.problems if problem.code == "fan-out"] == ["warning"]
    assert answer.confidence == pytest.approx(0.7, abs=0.01)
    assert "EXISTS" in answer.alternatives[0].sql


def test_where_rules_cannot_mend_it_the_model_is_told_and_writes_anew(kept) -> None:
    answer = kept("unicorns", answers={"unicorns": [UNSTORED], ")": [CATS]}, beams=1)
    assert (answer.sql, answer.result.rows) == (CATS, ((2,),))
    assert answer.problems[0].message.startswith("repaired: written anew by canned, since ")


def test_where_nobody_can_do_better_the_answer_stands_with_its_warning_and_less_confidence(kept) -> None:
    answer = kept("unicorns", answers={"unicorns": [UNSTORED], ")": [UNSTORED]}, beams=1)
    assert (answer.status, answer.sql) == ("answered", UNSTORED)
    assert [problem.severity for problem in answer.problems if problem.code == "literal-unknown"] == ["warning"]
    assert answer.confidence == pytest.approx(0.7, abs=0.01)


def test_confidence_that_is_asked_for_keeps_a_doubtful_statement_from_running(kept) -> None:
    answer = kept("unicorns", {"min_confidence": 0.8}, answers={"unicorns": [UNSTORED], ")": [UNSTORED]}, beams=1)
    assert (answer.status, answer.exit_code, answer.result) == ("abstained", 6, None)
    assert [other.sql for other in answer.alternatives] == [UNSTORED]


def test_a_clean_beam_goes_before_a_surer_one_that_counts_twice(kept) -> None:
    answer = kept("weight", answers={"weight": [TWICE, ONCE]}, beams=2)
    assert answer.sql == ONCE
    assert "repaired" not in codes(answer)
    assert TWICE not in [other.sql for other in answer.alternatives]


def test_a_value_that_is_nearly_a_stored_one_is_mended(kept) -> None:
    answer = kept("cats", answers={"cats": [NEARLY]}, beams=1)
    assert (answer.sql, answer.result.rows) == (CATS, ((2,),))
    assert "repaired" in codes(answer)


def test_a_value_that_nobody_stored_is_said_with_what_there_is(kept) -> None:
    answer = kept("unicorns", answers={"unicorns": [UNSTORED], ")": [UNSTORED]}, beams=1)
    (problem,) = (one for one in answer.problems if one.code == "literal-unknown")
    assert "unicorn" in problem.message
    assert "cat" in (problem.hint or "")
    assert "dog" in (problem.hint or "")


def test_a_single_number_that_was_asked_for_is_taken_before_many_rows(kept) -> None:
    many = "SELECT id FROM pets"
    answer = kept("how many pets", answers={"pets": [many, "SELECT count(*) AS n FROM pets"]}, beams=2)
    assert answer.result.rows == ((3,),)
    alone = kept("how many pets", answers={"pets": [many]}, beams=1)
    assert [problem.message for problem in alone.problems if problem.code == "shape"] == [
        "the question asks for one number, and there are 3 rows"
    ]
