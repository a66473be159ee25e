"""The best tokens that a guide lets through, over all beams of a question, looked at no further than they are asked for."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlcoder_core.decoding.best_tokens import BestTokens, Ranked
from sqlcoder_core.decoding.search import Beam, Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST = 24
"""Tokens of each beam that are picked without looking at the whole row; mostly they hold what is needed."""
MOST = 1024
"""Tokens of one beam that the guide's closer look is tried on before the beam counts as a dead end."""


@dataclass(slots=True)
class GuidedRanking:
    """Iterates over `(summed log-probability, row, token)`, best first; `last`: it must end the text, or leave it where it may end.

    A beam at a dead end is relaxed in place, where the guide can; one of which nothing is left then gives nothing.
    """

    best: BestTokens
    rules: Rules
    beams: list[Beam]
    ranked: Ranked
    masks: NDArray[np.bool_]
    last: bool

    def __iter__(self) -> Iterator[tuple[float, int, int]]:
        waiting: list[tuple[float, int, int, Iterator[tuple[float, int]]]] = []
        for row, head in enumerate(self.best.best_of_each(self.ranked, FIRST)):
            tokens = self._tokens(row, head)
            if (first := next(tokens, None)) is not None:
                waiting.append((-first[0] - self.beams[row].logprob, row, first[1], tokens))
        heapq.heapify(waiting)
        while waiting:
            cost, row, token, tokens = waiting[0]
            yield -cost, row, token
            if (following := next(tokens, None)) is None:
                heapq.heappop(waiting)
            else:
                heapq.heapreplace(waiting, (-following[0] - self.beams[row].logprob, row, following[1], tokens))

    def _tokens(self, row: int, head: list[tuple[float, int]]) -> Iterator[tuple[float, int]]:
        """What one beam may go on with, best first; relaxed where that is nothing."""
        guide, beam = self.rules.guide, self.beams[row]
        assert guide is not None
        empty = True
        for found in self._accepted(row, head, self.masks[row]):
            empty = False
            yield found
        if empty and (state := guide.relax(beam.state)) is not None:
            beam.state = state
            yield from self._accepted(row, head, guide.masks([state], self.rules.limit - len(beam.tokens))[0])

    def _accepted(self, row: int, head: list[tuple[float, int]], mask: NDArray[np.bool_]) -> Iterator[tuple[float, int]]:
        for tried, (value, token) in enumerate(self._allowed(row, head, mask)):
            if tried == MOST:
                return
            if self.rules.accepts(self.beams[row], token, self.last):
                yield value, token

    def _allowed(self, row: int, head: list[tuple[float, int]], mask: NDArray[np.bool_]) -> Iterator[tuple[float, int]]:
        """`(log-probability, token)` that the mask lets through, from the row's head, then from all of it."""
        for value, token in head:
            if mask[token] and value > -np.inf:
                yield value, token
        rest = mask.copy()
        rest[[token for _, token in head]] = False
        tokens = np.flatnonzero(rest)
        values = self.ranked.logits[row, tokens] - np.float32(self.ranked.totals[row])
        if len(tokens) > MOST:
            picked = np.argpartition(values, -MOST)[-MOST:]
            tokens, values = tokens[picked], values[picked]
        for place in np.argsort(values)[::-1].tolist():
            if values[place] == -np.inf:
                return
            yield float(values[place]), int(tokens[place])
