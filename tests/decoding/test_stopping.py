"""Answers end where they should, and say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sqlcoder_core.decoding import group, prompt_tree
from sqlcoder_core.decoding.decoder import Job
from sqlcoder_core.decoding.repetition import repeats
from sqlcoder_core.testing.tree_session import END, ToyEngine, ToyTokenizer, scripted

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

MakeToy = Callable[..., Any]
TOKENIZER = ToyTokenizer()


def _says(*answers: str, **settings: Any) -> ToyEngine:
    return ToyEngine(predict=scripted(TOKENIZER, {"q": answers}), **settings)


def test_an_end_token_counts_and_is_not_in_the_text(toy: MakeToy) -> None:
    (found,) = toy(_says("SELECT 1")).answer("q", beams=1)
    (one,) = found.hypotheses
    assert (one.text, one.ended, one.tokens) == ("SELECT 1", "stop", 4)
    assert found.problem is None and found.generated_tokens == 4 and found.prompt_tokens == 2


def test_the_score_is_the_sum_over_length_to_the_penalty(toy: MakeToy) -> None:
    one, two = toy(_says("SELECT 1", "SELECT 22")).answer("q", beams=2, length_penalty=2.0)[0].hypotheses
    for found in (one, two):
        assert found.score == pytest.approx(found.logprob / found.tokens**2)
    assert one.score > two.score


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("stop", [";", ";\n", " 1;\n```", "1;\n``"])
def test_text_is_cut_before_a_stop_text_that_straddles_tokens(toy: MakeToy, stop: str, beams: int) -> None:
    answer = "SELECT a, 1;\n```\nmore of it"
    (found,) = toy(_says(answer)).answer(Job("q", stop=("never", stop)), beams=beams, max_tokens=60)
    assert (found.hypotheses[0].text, found.hypotheses[0].ended) == (answer[: answer.index(stop)], "stop")


def test_the_earliest_of_two_stop_texts_in_one_token_cuts(toy: MakeToy) -> None:
    (found,) = toy(_says("SELECT count(*) x")).answer(Job("q", stop=("*", "(")), beams=1)
    assert found.hypotheses[0].text == "SELECT count"


def test_a_stop_text_in_the_prompt_stops_nothing(toy: MakeToy) -> None:
    engine = ToyEngine(predict=scripted(TOKENIZER, {"q;": "SELECT 1"}))
    assert toy(engine).answer(Job("q;", stop=(";",)), beams=1)[0].hypotheses[0].text == "SELECT 1"


def test_a_control_token_ends_an_answer_where_its_name_is_a_stop_text(toy: MakeToy) -> None:
    tokenizer = ToyTokenizer()
    tokenizer.ends = frozenset((tokenizer.begin,))
    engine = ToyEngine(predict=scripted(tokenizer, {"q": "SELECT 1"}), tokenizer=tokenizer)
    toys = toy(engine)
    (found,) = toys.answer(Job("q", stop=(END,)), beams=1)
    assert (found.hypotheses[0].text, found.hypotheses[0].ended) == ("SELECT 1", "stop")
    assert toys.answer(Job("q"), beams=1, max_tokens=6)[0].hypotheses[0].ended == "length"


@pytest.mark.parametrize("beams", [1, 2])
def test_an_answer_has_no_more_tokens_than_allowed(toy: MakeToy, beams: int) -> None:
    (found,) = toy(_says("SELECT 123456789")).answer("q", beams=beams, max_tokens=5)
    assert (found.hypotheses[0].text, found.hypotheses[0].tokens, found.hypotheses[0].ended) == ("SELECT 123", 5, "length")


def test_an_answer_ends_with_the_models_context(toy: MakeToy) -> None:
    (found,) = toy(_says("SELECT 123456789", context=7)).answer("q", beams=1)
    assert (found.hypotheses[0].tokens, found.hypotheses[0].ended) == (5, "length")


def test_a_prompt_longer_than_the_context_is_a_problem_of_that_question_alone(toy: MakeToy) -> None:
    long, short = toy(_says("SELECT 1", context=16)).answer("a" * 15, "q", beams=1)
    assert long.hypotheses == () and long.prompt_tokens == 16
    assert long.problem is not None and long.problem.code == "prompt_too_long" and "16" in long.problem.message
    assert short.hypotheses[0].text == "SELECT 1"


def test_a_prompt_without_tokens_is_a_problem(toy: MakeToy) -> None:
    tokenizer = ToyTokenizer()
    tokenizer.encode = lambda text, *, whole=True: [ord(letter) for letter in text]  # type: ignore[method-assign]
    found = toy(ToyEngine(tokenizer=tokenizer)).answer("", "q", max_tokens=3)
    assert found[0].problem is not None and found[0].problem.code == "empty_prompt"
    assert found[1].problem is None


# ------------------------------------------------------------------ repetition


def test_an_answer_that_repeats_itself_ends_soon(toy: MakeToy) -> None:
    rambling = "SELECT " + "a, b, c, " * 60
    (found,) = toy(_says(rambling)).answer("q", beams=1, max_tokens=400)
    (one,) = found.hypotheses
    assert one.ended == "repetition" and rambling.startswith(one.text) and one.tokens < 70


def test_an_answer_that_ends_comes_before_one_that_repeats_itself(toy: MakeToy) -> None:
    (found,) = toy(_says("SELECT " + "a, b, c, " * 60, "SELECT 1")).answer("q", beams=2, max_tokens=400)
    assert found.hypotheses[0].text == "SELECT 1"
    assert found.hypotheses[0].ended == "stop"
    rambling = [one for one in found.hypotheses if one.ended == "repetition"]
    assert rambling and all(one.score > found.hypotheses[0].score for one in rambling)


def test_a_model_that_only_rambles_is_stopped_early(toy: MakeToy) -> None:
    def predict(tokens: Sequence[int]) -> Logits:
        logits = np.zeros(TOKENIZER.vocabulary, dtype=np.float32)
        logits[TOKENIZER.end] = -40
        logits[[97 + len(tokens) % 3, 100 + len(tokens) % 3]] = (16, 13)
        return logits

    (found,) = toy(ToyEngine(predict=predict)).answer("q", beams=2, max_tokens=400)
    assert {one.ended for one in found.hypotheses} == {"repetition"} and found.generated_tokens < 120


def test_repetition_is_allowed_where_it_is_switched_off(toy: MakeToy) -> None:
    rambling = "a, b, c, " * 30
    (found,) = toy(_says(rambling)).answer("q", beams=1, max_tokens=400, no_repeat=False)
    assert (found.hypotheses[0].text, found.hypotheses[0].ended) == (rambling, "stop")


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([1] * 48, True),
        ([1] * 47, False),
        ([9, *[1, 2, 3] * 16], True),
        ([9, *[1, 2, 3] * 15], False),
        (list(range(20)) * 4, True),
        (list(range(20)) * 3, False),
        ([*list(range(20)) * 4, 99], False),
        (list(range(100)), False),
        ([], False),
    ],
)
def test_repetition_is_the_same_run_four_times_over_48_tokens(tokens: list[int], expected: bool) -> None:
    assert repeats(tokens) is expected


# ------------------------------------------------------------------ time


class _Clock:
    """A clock that the toy's own work moves: one second for each token computed."""

    session: Any

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (group, prompt_tree):
            monkeypatch.setattr(module, "monotonic", lambda: float(self.session.computed))


def test_what_was_found_in_time_is_returned_with_the_problem(toy: MakeToy, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, toys = _Clock(monkeypatch), toy(_says("SELECT 1", "SELECT 123456789"))
    clock.session = toys.session
    (found,) = toys.answer("q", beams=2, seconds=12)
    assert (found.hypotheses[0].text, found.hypotheses[0].ended) == ("SELECT 1", "stop")
    assert found.hypotheses[1].ended == "time" and "SELECT 123456789".startswith(found.hypotheses[1].text)
    assert found.problem is not None and found.problem.code == "time_limit" and "12 s" in found.problem.message
    assert found.seconds >= 12


def test_time_can_run_out_while_the_prompt_is_read(toy: MakeToy, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, toys = _Clock(monkeypatch), toy(_says("SELECT 1"))
    clock.session = toys.session
    (found,) = toys.answer("a" * 500, beams=1, seconds=100)
    assert found.hypotheses == () and found.problem is not None and found.problem.code == "time_limit"
    assert toys.session.computed < 200
    assert toys.answer("q", beams=1, seconds=100)[0].hypotheses[0].text == "SELECT 1"


def test_a_question_does_not_pay_for_the_prompts_of_others(toy: MakeToy, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, toys = _Clock(monkeypatch), toy(_says("SELECT 1"))
    clock.session = toys.session
    slow, quick = toys.answer("a" * 500, "q", beams=1, seconds=100)
    assert slow.problem is not None and slow.problem.code == "time_limit"
    assert quick.problem is None and quick.hypotheses[0].text == "SELECT 1"


# ------------------------------------------------------------------ cancelling


class _Cancelled(Exception):
    pass


@pytest.mark.parametrize("after", range(14))
def test_a_cancelled_call_leaves_the_decoder_usable(toy: MakeToy, after: int) -> None:
    toys = toy(_says("SELECT 123456789"), keep="memory")
    asked = 0

    def pause() -> None:
        nonlocal asked
        asked += 1
        if asked > after:
            raise _Cancelled

    jobs = [Job("schema " * 12 + name, shared=70) for name in ("one", "two " * 20)]
    with pytest.raises(_Cancelled):
        toys.answer(*jobs, "q", pause=pause, beams=2)
    assert toys.session.branches == len(toys.decoder._kept.runs)
    assert toys.answer("q", beams=1)[0].hypotheses[0].text == "SELECT 123456789"


def test_pause_is_asked_at_every_step_and_between_chunks_of_the_prompt(toy: MakeToy) -> None:
    asked = []
    toys = toy(_says("SELECT 1"))
    toys.answer("a" * 100 + "q", pause=lambda: asked.append(toys.session.computed), beams=1, max_tokens=5)
    assert asked[:3] == [32, 64, 96] and len(asked) >= 3 + 4


def test_a_caller_that_stops_listening_leaves_nothing_behind(toy: MakeToy) -> None:
    toys = toy(_says("SELECT 1"), together=1)
    from sqlcoder_core.values.generation import Decoding

    answers = toys.decoder.generate([Job("q")] * 3, Decoding(), pause=lambda: None)
    next(answers)
    answers.close()
    assert toys.session.branches == 0
