"""Sampled answers follow temperature, top-k, top-p and seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sqlcoder_core.testing.tree_session import ToyEngine, ToyTokenizer, scripted

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

MakeToy = Callable[..., Any]
TOKENIZER = ToyTokenizer()
CHANCES = {ord("a"): 0.5, ord("b"): 0.25, ord("c"): 0.15, ord("d"): 0.1}


def _one_letter(tokens: Sequence[int]) -> Logits:
    """A letter by chance, then the end."""
    logits = np.full(TOKENIZER.vocabulary, -np.inf, dtype=np.float32)
    if tokens[-1] in CHANCES:
        logits[TOKENIZER.end] = 0
    else:
        logits[list(CHANCES)] = np.log(list(CHANCES.values()))
    return logits


def _shares(toy: MakeToy, count: int = 2000, **decoding: Any) -> dict[str, float]:
    (found,) = toy(ToyEngine(predict=_one_letter)).answer("?", hypotheses=100, temperature=decoding.pop("temperature", 1.0), **decoding)
    texts = [one.text for one in found.hypotheses]
    for seed in range(1, count // 100):
        texts += [
            one.text
            for one in toy(ToyEngine(predict=_one_letter))
            .answer("?", hypotheses=100, seed=seed, **{"temperature": 1.0, **decoding})[0]
            .hypotheses
        ]
    return {letter: number / len(texts) for letter, number in Counter(texts).items()}


def test_tokens_come_as_often_as_the_model_says(toy: MakeToy) -> None:
    assert _shares(toy) == pytest.approx({"a": 0.5, "b": 0.25, "c": 0.15, "d": 0.1}, abs=0.03)


def test_a_lower_temperature_sharpens_the_chances(toy: MakeToy) -> None:
    squares = {"a": 0.25, "b": 0.0625, "c": 0.0225, "d": 0.01}
    found: dict[str, float] = {}
    for seed in range(20):
        (one,) = toy(ToyEngine(predict=_one_letter)).answer("?", hypotheses=100, temperature=0.5, seed=seed)
        for hypothesis in one.hypotheses:
            found[hypothesis.text] = found.get(hypothesis.text, 0) + 1 / 2000
    assert found == pytest.approx({letter: square / sum(squares.values()) for letter, square in squares.items()}, abs=0.03)


def test_top_k_keeps_the_likeliest(toy: MakeToy) -> None:
    assert _shares(toy, 400, top_k=2).keys() == {"a", "b"}


@pytest.mark.parametrize(("mass", "letters"), [(0.4, "a"), (0.5, "a"), (0.51, "ab"), (0.75, "ab"), (0.76, "abc"), (0.99, "abcd")])
def test_top_p_keeps_the_fewest_that_have_the_mass(toy: MakeToy, mass: float, letters: str) -> None:
    assert _shares(toy, 400, top_p=mass).keys() == set(letters)


def test_the_seed_repeats_the_answers_and_another_gives_others(toy: MakeToy) -> None:
    one, again, other = (toy().answer("q", temperature=1.0, hypotheses=4, seed=seed)[0].hypotheses for seed in (1, 1, 2))
    assert one == again != other
    assert len({found.text for found in one}) == 4


def test_samples_do_not_depend_on_who_is_asked_beside(toy: MakeToy) -> None:
    alone = toy().answer("two", temperature=1.0)[0].hypotheses
    assert toy().answer("one", "two", temperature=1.0)[1].hypotheses == alone


def test_the_first_samples_stay_when_more_are_drawn(toy: MakeToy) -> None:
    few = {one.text for one in toy().answer("q", temperature=1.0, hypotheses=2)[0].hypotheses}
    assert few < {one.text for one in toy().answer("q", temperature=1.0, hypotheses=5)[0].hypotheses}


def test_samples_are_ranked_by_the_models_own_log_probability(toy: MakeToy) -> None:
    (found,) = toy(ToyEngine(predict=_one_letter)).answer("?", temperature=5.0, hypotheses=20, top_k=3)
    assert [one.score for one in found.hypotheses] == sorted((one.score for one in found.hypotheses), reverse=True)
    for one in found.hypotheses:
        assert one.logprob == pytest.approx(np.log(CHANCES[ord(one.text)]), abs=1e-5) and one.tokens == 2


def test_a_very_low_temperature_is_greedy(toy: MakeToy) -> None:
    greedy = toy().answer("q", beams=1)[0].hypotheses[0].text
    assert {one.text for one in toy().answer("q", temperature=1e-4, hypotheses=3)[0].hypotheses} == {greedy}


def test_samples_stop_at_stop_texts_and_when_they_repeat(toy: MakeToy) -> None:
    engine = ToyEngine(predict=scripted(TOKENIZER, {"q": "a, " * 90}))
    (found,) = toy(engine).answer("q", temperature=0.2, hypotheses=2, max_tokens=300)
    assert {one.ended for one in found.hypotheses} == {"repetition"} and len(found.hypotheses) == 2


def test_a_sample_that_repeats_itself_leaves_the_others_their_chances(toy: MakeToy) -> None:
    def predict(tokens: Sequence[int]) -> Logits:
        answer = list(tokens[2:])
        logits = np.full(TOKENIZER.vocabulary, -np.inf, dtype=np.float32)
        if not answer:
            logits[[ord("r"), ord("v")]] = 0
        elif answer[0] == ord("r"):
            logits[ord("r")] = 0
        elif len(answer) < 90:
            logits[97:123] = 0
        else:
            logits[TOKENIZER.end] = 0
        return logits

    def varied(seed: int, count: int) -> set[str]:
        (found,) = toy(ToyEngine(predict=predict)).answer("q", temperature=1.0, hypotheses=count, seed=seed, max_tokens=200)
        assert len(found.hypotheses) == count
        return {one.text for one in found.hypotheses if one.ended == "stop"}

    few, more = varied(3, 12), varied(3, 20)
    assert 0 < len(few) < 12 and few < more
