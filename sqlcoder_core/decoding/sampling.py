"""Independent answers drawn at random: temperature, top-k and top-p in the order and with the meaning of transformers' warpers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlcoder_core.decoding.best_tokens import BestTokens, Ranked
from sqlcoder_core.decoding.search import Beam, Finished, Rules, Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEAD = 256
"""Tokens that mostly hold the mass that `top_p` asks for, so that a whole vocabulary is seldom sorted."""
MOST = 256
"""Draws that the guide's closer look may refuse before the answer counts as a dead end."""


class Sampling(Search):
    """`hypotheses` answers, each with a generator of its own, so that what is drawn depends on `seed` and the answer's place alone.

    Log-probabilities are the model's own, before temperature and cuts, so that answers can be ranked by them.
    """

    def __init__(self, rules: Rules, best: BestTokens) -> None:
        super().__init__(rules, best)
        self._random = [np.random.default_rng((abs(rules.decoding.seed), place)) for place in range(rules.decoding.hypotheses)]
        self._found: list[Finished] = []

    def take(self, ranked: Ranked, masks: NDArray[np.bool_] | None) -> list[int]:
        """See `Search`."""
        first, self.steps = not self.steps, self.steps + 1
        last = self.steps >= self.rules.limit
        rows = [0] * len(self._random) if first else range(len(self.beams))
        beams, parents, random = [], [], []
        for row, generator in zip(rows, self._random, strict=True):
            beam = self.beams[row]
            token = self._draw(beam, ranked.logits[row], None if masks is None else masks[row], generator, last)
            if token is None:
                continue
            logprob = beam.logprob + float(ranked.logits[row, token]) - ranked.totals[row]
            ending = self.rules.ending(beam, token, last)
            if ending is not None:
                self._found.append(self.rules.finished([*beam.tokens, token], logprob, *ending))
                continue
            beams.append(self.rules.grown(beam, token, logprob))
            parents.append(row)
            random.append(generator)
        self.beams, self._random = beams, random
        kept = self._without_repeating(list(range(len(beams))))
        self._random = [random[place] for place in kept]
        self.done = not self.beams
        return [parents[place] for place in kept]

    def ended(self) -> list[Finished]:
        """See `Search`."""
        return sorted(self._found, key=lambda one: -one.score)

    def _draw(
        self, beam: Beam, row: NDArray[np.float32], mask: NDArray[np.bool_] | None, generator: np.random.Generator, last: bool
    ) -> int | None:
        token = self._try(beam, row, mask, generator, last)
        guide = self.rules.guide
        if token is None and guide is not None and (state := guide.relax(beam.state)) is not None:
            beam.state = state
            token = self._try(beam, row, guide.masks([state], self.rules.limit - len(beam.tokens))[0], generator, last)
        return token

    def _try(
        self, beam: Beam, row: NDArray[np.float32], mask: NDArray[np.bool_] | None, generator: np.random.Generator, last: bool
    ) -> int | None:
        """A token drawn, those that the guide refuses set aside; None where nothing is left."""
        if mask is None:
            return self._pick(np.arange(len(row)), row, generator)
        tokens = np.flatnonzero(mask & (row > -np.inf))
        for _ in range(MOST):
            if not len(tokens):
                return None
            token = self._pick(tokens, row[tokens], generator)
            if self.rules.accepts(beam, token, last):
                return token
            tokens = tokens[tokens != token]
        return None

    def _pick(self, tokens: NDArray[np.intp], logits: NDArray[np.float32], generator: np.random.Generator) -> int:
        warmed = logits.astype(np.float64) / self.rules.decoding.temperature
        tokens, warmed = _top_k(tokens, warmed, self.rules.decoding.top_k)
        chances = np.exp(warmed - warmed.max())
        chances /= chances.sum()
        tokens, chances = _top_p(tokens, chances, self.rules.decoding.top_p)
        summed = np.cumsum(chances)
        place = int(np.searchsorted(summed, generator.random() * summed[-1], side="right"))
        return int(tokens[min(place, len(tokens) - 1)])


def _top_k(tokens: NDArray[np.intp], warmed: NDArray[np.float64], count: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    if not 0 < count < len(tokens):
        return tokens, warmed
    picked = np.argpartition(warmed, -count)[-count:]
    return tokens[picked], warmed[picked]


def _top_p(tokens: NDArray[np.intp], chances: NDArray[np.float64], mass: float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The fewest likeliest tokens whose chances add up to `mass`."""
    if mass >= 1:
        return tokens, chances
    head = np.argpartition(chances, -HEAD)[-HEAD:] if len(chances) > HEAD else np.arange(len(chances))
    if len(head) < len(chances) and chances[head].sum() < mass:
        head = np.arange(len(chances))
    head = head[np.argsort(chances[head])[::-1]]
    before = np.cumsum(chances[head]) - chances[head]
    head = head[before < mass]
    return tokens[head], chances[head]
