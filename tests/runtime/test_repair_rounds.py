"""A model whose first answer is wrong: mended by rules, asked again, voted on; with a local model and with a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.api import Question, Session
from sqlcoder_core.values.answer import Answer

COUNT = "SELECT count(*) AS n FROM pets"
TYPO = "SELECT nam FROM pets"
WRONG = "SELECT colour FROM pets"
CATS = "SELECT count(*) AS n FROM pets WHERE kind = 'cat'"
REFUSED_BY_ENGINE = "SELECT CAST(name AS INTEGER) / 0 AS n FROM pets WHERE kind LIKE"


def codes(answer: Answer) -> list[str]:
    return [problem.code for problem in answer.problems]


def told(answer: Answer) -> str:
    return "; ".join(problem.message for problem in answer.problems)


@pytest.fixture
def counted(opened: Callable[..., Session], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Session, list[Any]]]:
    """A session and the prompts and decodings that its model is given."""

    def make(**settings: Any) -> tuple[Session, list[Any]]:
        session, given = opened(beams=1, **settings), []
        generate = type(session.built.proposer.model).generate  # type: ignore[attr-defined]

        def spy(self: Any, prompts: Any, decoding: Any, *more: Any) -> Any:
            given.extend((prompt.text, decoding) for prompt in prompts)
            return generate(self, prompts, decoding, *more)

        monkeypatch.setattr(type(session.built.proposer.model), "generate", spy)  # type: ignore[attr-defined]
        return session, given

    return make


def test_a_name_that_is_nearly_right_is_mended_without_asking_the_model_again(counted) -> None:
    session, given = counted(answers={"pets": [TYPO]})
    answer = session.ask(Question(text="pets"))
    assert (answer.status, answer.sql) == ("answered", "SELECT name FROM pets")
    assert answer.result.rows == (("Rex",), ("Tom",), ("Kit",))
    assert "repaired" in codes(answer)
    assert "nam" in told(answer)
    assert len(given) == 1


def test_a_name_that_is_nothing_like_ours_is_asked_about_and_the_answer_says_so(counted) -> None:
    session, given = counted(answers={"how many pets": [WRONG], ")": [COUNT]})
    answer = session.ask(Question(text="how many pets"))
    assert (answer.status, answer.sql, answer.exit_code) == ("answered", COUNT, 0)
    assert answer.problems[0].code == "repaired"
    assert answer.problems[0].severity == "note"
    assert answer.problems[0].message.startswith("repaired: written anew by canned, since ")
    assert "colour" in answer.problems[0].message
    assert len(given) == 2
    assert "canned on purpose" in told(answer)
    assert f", not {WRONG} (" in given[1][0]
    assert "repair" in dict(answer.timings_ms)
    signature = dict(answer.signature)
    assert signature["repair_1_tokens"].startswith("prompt ")
    assert signature["repair_1_prompt"] != signature["prompt"]
    assert answer.confidence is not None
    assert answer.confidence < 0.86


def test_the_schema_is_not_computed_again_for_a_repair(counted) -> None:
    session, _ = counted(answers={"pets": [WRONG], ")": [COUNT]}, prompt={"use": "plain", "padding": 2000})
    signature = dict(session.ask(Question(text="pets")).signature)
    assert int(signature["repair_1_tokens"].partition("reused ")[2].partition(",")[0]) >= 2000


def test_rounds_are_bounded_and_no_prompt_is_given_twice(counted) -> None:
    session, given = counted(answers={"colour FROM pets)": ["never"], "pets": ["SELECT a1 FROM pets"], ")": ["SELECT b2 FROM pets"]})
    answer = session.ask(Question(text="pets"))
    assert (answer.status, answer.exit_code, answer.sql) == ("refused", 1, "SELECT a1 FROM pets")
    texts = [text for text, _ in given]
    assert len(texts) == 3
    assert len(set(texts)) == 3


def test_a_model_that_says_the_same_again_is_asked_once_more_at_most(counted) -> None:
    session, given = counted(answers={"pets": [WRONG], ")": [WRONG]})
    answer = session.ask(Question(text="pets"))
    assert (answer.status, answer.exit_code) == ("refused", 1)
    assert "colour" in answer.problems[0].message
    assert len(given) == 2


def test_a_prompter_that_does_not_say_what_failed_is_not_asked_again(counted) -> None:
    session, given = counted(answers={"pets": [WRONG]}, prompt={"use": "plain", "heeds": False})
    assert session.ask(Question(text="pets")).status == "refused"
    assert len(given) == 1


def test_the_same_question_later_is_repaired_as_well(counted) -> None:
    session, given = counted(answers={"pets": [WRONG], ")": [COUNT]})
    answers = [session.ask(Question(text="pets")) for _ in range(2)]
    assert [answer.sql for answer in answers] == [COUNT, COUNT]
    assert len(given) == 4


def test_zero_rounds_switch_it_off(pets: Path, configure: Callable[..., Path], counted) -> None:
    session, given = counted(answers={"pets": [TYPO]})
    session.close()
    file = pets / "sqlcoder.yaml"
    file.write_text(json.dumps({**json.loads(file.read_text()), "answer": {"repair_rounds": 0}}))
    with Session.open(cwd=pets) as plain:
        answer = plain.ask(Question(text="pets"))
    assert (answer.status, answer.sql) == ("refused", TYPO)
    assert len(given) == 1


def test_sampling_is_over_when_a_model_is_asked_again(counted) -> None:
    session, given = counted(answers={"pets": [WRONG], ")": [COUNT]}, temperature=0.7)
    assert session.ask(Question(text="pets")).sql == COUNT
    assert [decoding.temperature for _, decoding in given] == [0.7, 0.0]


def test_a_repair_has_what_is_left_of_the_questions_time(counted) -> None:
    session, given = counted(answers={"pets": [WRONG], ")": [COUNT]}, seconds=30, slow=0.01)
    session.ask(Question(text="pets"))
    assert given[1][1].seconds < 30


def test_no_time_left_is_no_repair(counted) -> None:
    session, given = counted(answers={"pets": [WRONG], ")": [COUNT]}, seconds=1.2, slow=0.02)
    assert session.ask(Question(text="pets")).status == "refused"
    assert len(given) == 1


def test_each_of_several_questions_together_is_repaired_by_itself(opened) -> None:
    answers = {"one": [WRONG], "two": [COUNT], "three": ["SELECT shade FROM pets"], "colour)": ["x"], ")": [CATS]}
    session = opened(answers=answers, beams=1, together=3)
    found = list(session.ask_many([Question(text=text, id=text) for text in ("one", "two", "three")]))
    assert [(answer.question.id, answer.sql) for answer in found] == [("one", CATS), ("two", COUNT), ("three", CATS)]


def test_control_tokens_in_what_failed_reach_the_model_as_text(counted) -> None:
    session, given = counted(answers={"pets": ["SELECT '<end>', colour FROM pets"], ")": [COUNT]})
    session.ask(Question(text="pets"))
    assert len(given) == 2
    assert "<end>" not in given[1][0]


def test_a_model_that_dies_while_asked_again_leaves_the_first_answer_refused(counted, monkeypatch) -> None:
    from sqlcoder_core.errors import ModelDied

    session, _ = counted(answers={"pets": [WRONG]})
    session.ask(Question(text="first"))

    def die(*_: Any) -> Any:
        raise ModelDied("the model's process ended")

    inner = session.built.proposer.model.generate
    monkeypatch.setattr(
        session.built.proposer.model, "generate", lambda prompts, *more: die() if ", not " in prompts[0].text else inner(prompts, *more)
    )
    answer = session.ask(Question(text="pets"))
    assert (answer.status, answer.sql) == ("refused", WRONG)


def test_what_the_database_refuses_is_asked_about_too(counted) -> None:
    """The guard passes it: only the engine knows how many arguments its function takes."""
    session, given = counted(answers={"how many pets": ["SELECT substr(name) FROM pets"], ")": [COUNT]})
    answer = session.ask(Question(text="how many pets"))
    assert (answer.status, answer.sql) == ("answered", COUNT)
    assert "repaired" in codes(answer)
    assert len(given) == 2


def test_a_wall_is_not_bargained_about(counted) -> None:
    session, given = counted(answers={"pets": ["DROP TABLE pets"], ")": [COUNT]})
    answer = session.ask(Question(text="pets"))
    assert (answer.status, answer.exit_code, len(given)) == ("refused", 1, 1)


# ---------------------------------------------------------------------- beams vote


def test_beams_with_the_same_rows_outvote_the_first_one(ask) -> None:
    other = "SELECT count(*) AS n FROM pets WHERE kind IN ('cat')"
    answer = ask("pets", answers={"pets": [COUNT, CATS, other]}, beams=4)
    assert answer.result.rows == ((2,),), answer.trail
    assert answer.sql in (CATS, other)
    assert answer.confidence is not None
    assert answer.confidence < 0.95
    assert any("2 of 3 that ran" in line for line in answer.trail)


def test_beams_that_disagree_are_an_abstention_where_more_confidence_is_wanted(opened) -> None:
    session = opened(answers={"pets": [COUNT, CATS]}, beams=4)
    answer = session.ask(Question(text="pets"), min_confidence=0.95)
    assert (answer.status, answer.exit_code, answer.result) == ("abstained", 6, None)
    assert {other.sql for other in answer.alternatives} >= {COUNT, CATS}


def test_beams_that_agree_need_no_third_execution(ask) -> None:
    answer = ask("pets", answers={"pets": [CATS, "SELECT count(*) AS n FROM pets WHERE kind IN ('cat')", COUNT]}, beams=4)
    assert answer.result.rows == ((2,),)
    assert sum("not run" in line for line in answer.trail) == 1


# ---------------------------------------------------------------------- servers


def test_a_server_is_asked_again_and_told_what_failed(opened) -> None:
    session = opened("server", answer=WRONG, again=COUNT)
    answer = session.ask(Question(text="how many pets"))
    assert (answer.status, answer.sql) == ("answered", COUNT)
    seen = session.built.proposer.runtime.seen
    assert f", not {WRONG} (" in seen[-1].text


def test_a_server_that_may_not_see_values_is_told_none_of_them(opened) -> None:
    wrong = "SELECT count(*) AS n FROM pets WHERE kind = 'bird'"
    for share, told_of in ((False, False), (True, True)):
        session = opened("server", answer=wrong, again=CATS, share_values=share)
        session.ask(Question(text="how many pets"))
        prompt = session.built.proposer.runtime.seen[-1].text
        assert ", not " in prompt
        assert ("dog" in prompt) is told_of


def test_a_server_hears_nothing_of_the_engines_own_words(opened) -> None:
    session = opened("server", answer="SELECT substr(name) FROM pets", again=COUNT)
    assert session.ask(Question(text="how many pets")).sql == COUNT
    assert "(the database refuses to run it)" in session.built.proposer.runtime.seen[-1].text
