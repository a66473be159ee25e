"""A guide's masks and closer look decide what is written, by beams and by samples, and nothing ends where it may not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sqlcoder_core.decoding.decoder import Job
from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.testing.tree_session import ToyEngine, ToyTokenizer, hashed, scripted

MakeToy = Callable[..., Any]
TOKENIZER = ToyTokenizer()
State = tuple[bytes, bool]


class OneOf(Guide[State]):
    """Lets through these texts. Those in `odd` have names that a closer look refuses, unless it is relaxed."""

    def __init__(self, *texts: str, odd: str = "", can_relax: bool = True, tight: bool = False) -> None:
        self.texts = [text.encode() for text in texts]
        self.odd, self.can_relax, self.tight = odd.encode(), can_relax, tight
        self.asked: list[tuple[bytes, int]] = []
        self.calls: list[tuple[int, int]] = []

    def start(self) -> State:
        return b"", False

    def masks(self, states: Sequence[State], left: int) -> NDArray[np.bool_]:
        self.calls.append((len(states), left))
        found = np.zeros((len(states), TOKENIZER.vocabulary), dtype=bool)
        for row, (said, _) in enumerate(states):
            for text in self.texts:
                if text == said:
                    found[row, TOKENIZER.end] = True
                elif text.startswith(said) and (not self.tight or len(text) - len(said) < left):
                    for token in range(TOKENIZER.begin):
                        piece = TOKENIZER.token_bytes(token)
                        found[row, token] |= bool(piece) and text.startswith(said + piece)
        return found

    def accepts(self, state: State, token: int) -> bool:
        said, relaxed = state
        self.asked.append((said, token))
        return relaxed or not self.odd or self.odd not in said + TOKENIZER.token_bytes(token)

    def advance(self, state: State, token: int) -> State:
        return (state[0] + (b"" if token == TOKENIZER.end else TOKENIZER.token_bytes(token)), state[1])

    def relax(self, state: State) -> State | None:
        return (state[0], True) if self.can_relax and not state[1] else None


TEXTS = ("SELECT a FROM x", "SELECT b FROM x", "SELECT count(*) FROM y", "WITH z AS")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("decoding", [{"beams": 1}, {"beams": 4}, {"temperature": 1.0}, {"temperature": 2.0, "top_k": 3, "top_p": 0.9}])
def test_only_whole_texts_that_the_guide_knows_are_written(toy: MakeToy, decoding: dict[str, Any], seed: int) -> None:
    engine = ToyEngine(predict=hashed(TOKENIZER.vocabulary, TOKENIZER.end, seed=seed))
    (found,) = toy(engine).answer(Job("q", guide=OneOf(*TEXTS)), hypotheses=4, **decoding)
    assert found.problem is None and found.hypotheses
    assert {one.text for one in found.hypotheses} <= set(TEXTS) and {one.ended for one in found.hypotheses} == {"stop"}


def test_beams_find_every_text_where_there_are_no_more_than_beams(toy: MakeToy) -> None:
    (found,) = toy().answer(Job("q", guide=OneOf("aa", "ab", "ba", "bb")), beams=4, hypotheses=4)
    assert sorted(one.text for one in found.hypotheses) == ["aa", "ab", "ba", "bb"]
    assert [one.score for one in found.hypotheses] == sorted((one.score for one in found.hypotheses), reverse=True)


def test_masked_mass_is_not_renormalised(toy: MakeToy) -> None:
    predict = hashed(TOKENIZER.vocabulary, TOKENIZER.end)
    (found,) = toy(ToyEngine(predict=predict)).answer(Job("q", guide=OneOf("ab")), beams=2)
    tokens, wanted = TOKENIZER.encode("q"), 0.0
    for token in (ord("a"), ord("b"), TOKENIZER.end):
        logits = predict(tokens).astype(float)
        wanted += logits[token] - np.log(np.exp(logits).sum())
        tokens.append(token)
    assert found.hypotheses[0].logprob == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("decoding", [{"beams": 1}, {"beams": 3}, {"temperature": 1.0, "hypotheses": 3}])
def test_what_the_closer_look_refuses_counts_as_masked(toy: MakeToy, decoding: dict[str, Any]) -> None:
    engine = ToyEngine(predict=scripted(TOKENIZER, {"q": ["SELECT bad", "SELECT good"]}))
    guide = OneOf("SELECT bad", "SELECT good", odd="SELECT b")
    (found,) = toy(engine).answer(Job("q", guide=guide), **decoding)
    assert {one.text for one in found.hypotheses} == {"SELECT good"}


def test_the_closer_look_is_at_the_best_tokens_only(toy: MakeToy) -> None:
    texts = [letters + tail for letters in "abcdefghijklmnopqrstuvwxyz" for tail in "abcdefghijklmnopqrstuvwxyz"]
    guide = OneOf(*texts)
    toy().answer(Job("q", guide=guide), beams=2)
    assert len([said for said, _ in guide.asked if said == b""]) <= 5


@pytest.mark.parametrize("decoding", [{"beams": 1}, {"beams": 3}, {"temperature": 1.0, "hypotheses": 2}])
def test_a_dead_end_is_relaxed(toy: MakeToy, decoding: dict[str, Any]) -> None:
    guide = OneOf("SELECT bad", odd="SELECT b")
    (found,) = toy().answer(Job("q", guide=guide), **decoding)
    assert found.problem is None and {one.text for one in found.hypotheses} == {"SELECT bad"}


@pytest.mark.parametrize("decoding", [{"beams": 1}, {"beams": 3}, {"temperature": 1.0, "hypotheses": 2}])
def test_a_dead_end_that_cannot_be_relaxed_is_told(toy: MakeToy, decoding: dict[str, Any]) -> None:
    (found,) = toy().answer(Job("q", guide=OneOf("SELECT bad", odd="SELECT b", can_relax=False)), **decoding)
    assert found.hypotheses == () and found.problem is not None and found.problem.code == "dead_end"


def test_a_beam_that_dies_leaves_the_others(toy: MakeToy) -> None:
    engine = ToyEngine(predict=scripted(TOKENIZER, {"q": ["a long way to nowhere", "b"]}))
    guide = OneOf("a long way to nowhere", "b", odd="nowhere", can_relax=False)
    (found,) = toy(engine).answer(Job("q", guide=guide), beams=2)
    assert [one.text for one in found.hypotheses] == ["b"] and found.problem is None


@pytest.mark.parametrize("beams", [1, 4])
def test_the_guide_is_told_how_many_tokens_are_left(toy: MakeToy, beams: int) -> None:
    guide = OneOf("a" * 30, "bb", tight=True)
    (found,) = toy().answer(Job("q", guide=guide), beams=beams, max_tokens=6)
    assert [one.text for one in found.hypotheses] == ["bb"]
    assert [left for _, left in guide.calls] == [6, 5, 4]


@pytest.mark.parametrize("decoding", [{"beams": 1}, {"beams": 3}, {"temperature": 1.0}])
def test_an_answer_that_cannot_be_closed_in_time_is_not_given(toy: MakeToy, decoding: dict[str, Any]) -> None:
    (found,) = toy().answer(Job("q", guide=OneOf("aaaaaaaaaa")), max_tokens=5, **decoding)
    assert found.hypotheses == () and found.problem is not None and found.problem.code == "dead_end"


@pytest.mark.parametrize("decoding", [{"beams": 1}, {"beams": 3}, {"temperature": 1.0}])
def test_the_last_token_may_leave_the_text_where_it_may_end(toy: MakeToy, decoding: dict[str, Any]) -> None:
    (found,) = toy().answer(Job("q", guide=OneOf("aaaaa", "bbbbbb")), max_tokens=5, **decoding)
    assert {(one.text, one.ended) for one in found.hypotheses} <= {("aaaaa", "length")} and (found.hypotheses or "temperature" in decoding)


@pytest.mark.parametrize("stops", [(";",), (";", "\n```\n"), ("\n```\n", ";", "; or more")])
def test_a_stop_text_ends_only_where_the_guide_lets_the_text_end(toy: MakeToy, stops: tuple[str, ...]) -> None:
    answer = "SELECT ';'"
    engine = ToyEngine(predict=scripted(TOKENIZER, {"q": answer + " ;"}))
    (found,) = toy(engine).answer(Job("q", stop=stops, guide=OneOf(answer, answer + " ", answer + " ;")), beams=2)
    assert (found.hypotheses[0].text, found.hypotheses[0].ended) == (answer + " ", "stop")


def test_beams_that_share_a_guide_are_masked_in_one_call(toy: MakeToy) -> None:
    guide = OneOf("aaa", "abb")
    toys = toy()
    toys.answer(Job("one", guide=guide), Job("two", guide=guide), beams=2)
    assert guide.calls[0] == (2, 40)
    assert len([1 for _, left in guide.calls if left == 40]) == 1


def test_a_guide_may_fill_the_same_array_at_every_call(toy: MakeToy) -> None:
    class Thrifty(OneOf):
        rows = np.zeros((8, TOKENIZER.vocabulary), dtype=bool)

        def masks(self, states: Sequence[State], left: int) -> NDArray[np.bool_]:
            found = self.rows[: len(states)]
            found[:] = super().masks(states, left)
            return found

    jobs = [Job("q" * 20, guide=Thrifty("aaaa", "bb", tight=True)), Job("q", guide=Thrifty("aaaa", "ccccc", tight=True))]
    jobs = [Job(job.text, guide=jobs[0].guide) for job in jobs]
    alone = [toy(ToyEngine(context=24)).answer(job)[0].hypotheses for job in jobs]
    assert [one.hypotheses for one in toy(ToyEngine(context=24)).answer(*jobs)] == alone
    assert [{one.text for one in found} for found in alone] == [{"bb"}, {"aaaa", "bb"}]


def test_questions_with_and_without_guides_go_together(toy: MakeToy) -> None:
    guides = {"one": ("aaa", "ab"), "two": (), "three": ("ba", "bbb")}
    jobs = [Job(text, guide=OneOf(*known) if known else None) for text, known in guides.items()]
    alone = [toy().answer(job)[0] for job in jobs]
    together = toy().answer(*jobs)
    assert [one.hypotheses for one in together] == [one.hypotheses for one in alone]


def test_a_token_far_down_the_row_is_found_when_nothing_better_is_let_through(toy: MakeToy) -> None:
    predict = hashed(TOKENIZER.vocabulary, TOKENIZER.end)
    worst = int(np.argsort(predict(TOKENIZER.encode("q"))[:128])[0])
    (found,) = toy(ToyEngine(predict=predict)).answer(Job("q", guide=OneOf(chr(worst))), beams=3)
    assert [one.text for one in found.hypotheses] == [chr(worst)]


def test_cancelling_within_a_guide_leaves_the_decoder_usable(toy: MakeToy) -> None:
    class Fails(OneOf):
        def advance(self, state: State, token: int) -> State:
            raise RuntimeError("a grammar that is broken")

    toys = toy()
    with pytest.raises(RuntimeError, match="broken"):
        toys.answer(Job("q", guide=Fails("abc")))
    assert toys.session.branches == 0
    assert toys.answer(Job("q", guide=OneOf("abc")))[0].hypotheses[0].text == "abc"
