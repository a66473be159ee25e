"""Questions that are decoded together get the answers they get alone, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.testing.tree_session import ToyEngine
from sqlcoder_core.values.generation import Decoding, Generated, Hypothesis

MakeToy = Callable[..., Any]
PROMPTS = [f"{number} SELECT the {word}" for number in range(6) for word in ("one", "other")]


@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize("together", [2, 5, 32])
def test_answers_do_not_depend_on_who_is_asked_beside(toy: MakeToy, beams: int, together: int) -> None:
    alone = [toy(together=1).answer(prompt, beams=beams, hypotheses=4)[0].hypotheses for prompt in PROMPTS]
    found = toy(together=together).answer(*PROMPTS, beams=beams, hypotheses=4)
    assert [one.hypotheses for one in found] == alone


def test_questions_together_take_as_many_steps_as_the_longest(toy: MakeToy) -> None:
    toys = toy(together=4)
    found = toys.answer(*PROMPTS[:4])
    assert toys.session.steps == max(one.generated_tokens for one in found) - 1
    apart = toy(together=1)
    apart.answer(*PROMPTS[:4])
    assert apart.session.steps > 2 * toys.session.steps


def test_room_is_reserved_for_prompts_beams_and_answers(toy: MakeToy) -> None:
    toys = toy()
    toys.answer("a" * 90, beams=4, max_tokens=50)
    tokens, branches = toys.session.reserved
    assert 91 + 4 * 50 <= tokens <= 512 and branches >= 8
    assert toys.session.most_used <= tokens


def test_a_session_with_few_branches_gets_smaller_groups(toy: MakeToy, monkeypatch: pytest.MonkeyPatch) -> None:
    toys = toy(together=32)
    monkeypatch.setattr(toys.session, "most_branches", 64, raising=False)
    toys.answer(*PROMPTS, beams=8)
    assert toys.session.reserved[1] <= 64


def test_no_jobs_give_no_answers(toy: MakeToy) -> None:
    assert toy().answer() == []


def test_no_more_answers_come_back_than_were_asked_for(toy: MakeToy) -> None:
    assert [len(toy().answer("q", beams=4, hypotheses=count)[0].hypotheses) for count in (1, 3, 9)] == [1, 3, 4]


def test_an_engine_without_branches_answers_by_itself() -> None:
    class OneAnswer(ToyEngine):
        def session(self) -> Any:
            return None

        def generate(self, texts: Any, decoding: Any, stop: Any, pause: Any) -> Any:
            for text in texts:
                answer = Hypothesis(text=text.upper() + "".join(stop), tokens=1, logprob=-1.0, score=-1.0, ended="stop")
                yield Generated(hypotheses=(answer,))

    engine = OneAnswer()
    decoder = Decoder(engine, engine.load())
    found = decoder.generate([Job("one", stop=(";",)), Job("two")], Decoding(), pause=lambda: None)
    assert [one.hypotheses[0].text for one in found] == ["ONE;", "TWO"]
    decoder.close()


def test_closing_gives_the_session_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, closed = ToyEngine(), []
    decoder = Decoder(engine, engine.load())
    monkeypatch.setattr(engine.opened[0], "close", lambda: closed.append(True))
    decoder.close()
    decoder.close()
    assert closed == [True]


@pytest.mark.parametrize("beams", [1, 5])
def test_many_questions_at_once_stay_within_the_room_reserved(toy: MakeToy, beams: int) -> None:
    rows = ["".join(f"{bit} and the other {bit}, " for bit in f"{number:05b}") for number in range(32)]
    jobs = [Job(f"{row}who", shared=len(row)) for row in rows]
    toys = toy(together=32)
    first = toys.answer(*jobs, beams=beams)
    again = toys.answer(*reversed(jobs), beams=beams)
    assert [one.hypotheses for one in again] == [one.hypotheses for one in reversed(first)]
    assert len(toys.decoder._kept.runs) <= 8
