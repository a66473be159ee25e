"""Looking no further than needed finds what looking at every token of every beam finds."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sqlcoder_core.decoding.decoder import Job
from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.testing.tree_session import ToyEngine, ToyTokenizer, hashed

MakeToy = Callable[..., Any]
TOKENIZER = ToyTokenizer()
PREDICT = hashed(TOKENIZER.vocabulary, TOKENIZER.end, typical=9)
State = tuple[int, ...]


class Fickle(Guide[State]):
    """Lets a share of the tokens through, others after each beginning; the closer look refuses half of them."""

    def __init__(self, share: float, seed: int) -> None:
        self.share, self.seed = share, seed

    def start(self) -> State:
        return ()

    def masks(self, states: Sequence[State], left: int) -> NDArray[np.bool_]:
        rows = [np.random.default_rng((self.seed, *state)).random(TOKENIZER.vocabulary) < self.share for state in states]
        for row, state in zip(rows, states, strict=True):
            row[TOKENIZER.end] = len(state) % 3 == 2
        return np.stack(rows)

    def accepts(self, state: State, token: int) -> bool:
        return token == TOKENIZER.end or random.Random(f"{self.seed} {state} {token}").random() < 0.5

    def advance(self, state: State, token: int) -> State:
        return (*state, token)


def _thorough(prompt: str, guide: Fickle, beams: int, limit: int) -> list[tuple[State, float]]:
    """Beam search that looks at everything; answers as tokens and scores."""
    running: list[tuple[float, State]] = [(0.0, ())]
    found: list[tuple[float, State]] = []
    for length in range(1, limit + 1):
        ranking = sorted((one for beam in running for one in _continued(prompt, guide, beam)), reverse=True)
        ended = [token == TOKENIZER.end or length == limit for _, (*_, token) in ranking]
        if length == limit:  # only what ends the text, or leaves it where it may end
            ranking = [one for one in ranking if one[1][-1] == TOKENIZER.end or guide.masks([one[1]], 1)[0][TOKENIZER.end]]
            ended = [True] * len(ranking)
        found += [(logprob / length, tokens) for (logprob, tokens), is_ended in list(zip(ranking, ended, strict=True))[:beams] if is_ended]
        found = sorted(found, reverse=True)[:beams]
        running = [one for one, is_ended in zip(ranking, ended, strict=True) if not is_ended][:beams]
        if not running or (len(found) == beams and running[0][0] / length <= found[-1][0]):
            break
    return [(tokens, score) for score, tokens in found]


def _continued(prompt: str, guide: Fickle, beam: tuple[float, State]) -> list[tuple[float, State]]:
    logprob, tokens = beam
    logits = PREDICT([*TOKENIZER.encode(prompt), *tokens]).astype(float)
    logits -= np.log(np.exp(logits).sum())
    mask = guide.masks([tokens], 0)[0]
    return [(logprob + logits[token], (*tokens, token)) for token in np.flatnonzero(mask).tolist() if guide.accepts(tokens, token)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.9])
@pytest.mark.parametrize("beams", [1, 2, 4])
def test_guided_beams_are_those_of_a_search_that_looks_at_everything(toy: MakeToy, beams: int, share: float) -> None:
    answered = 0
    for seed in range(8):
        guide, prompt = Fickle(share, seed), f"question {seed}"
        (found,) = toy(ToyEngine(predict=PREDICT)).answer(Job(prompt, guide=guide), beams=beams, hypotheses=beams, max_tokens=8)
        wanted = _thorough(prompt, guide, beams, 8)
        assert [one.text for one in found.hypotheses] == [TOKENIZER.decode(tokens) for tokens, _ in wanted]
        assert [one.score for one in found.hypotheses] == pytest.approx([score for _, score in wanted], abs=1e-4)
        answered += len(wanted)
    assert answered
