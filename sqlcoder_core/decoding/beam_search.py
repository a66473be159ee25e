"""Beam search as transformers' `generate(num_beams=n, do_sample=False, early_stopping=False)` does it; with one beam it is greedy."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlcoder_core.decoding.best_tokens import BestTokens, Ranked
from sqlcoder_core.decoding.guided import GuidedRanking
from sqlcoder_core.decoding.search import Beam, Finished, Rules, Search

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class BeamSearch(Search):
    """`width` beams. Semantics are those of `GenerationMixin._beam_search` in transformers 5:

    each step ranks all continuations of all beams by summed log-probability; an answer that ends counts as found only from among
    the best `width` of them; the best `width` that go on are the next beams. The best `width` answers found are kept, by score. With
    that many found, the search is over when the best beam's sum, divided by its present length to the length penalty, does not beat
    the worst of them. At the length limit the best `width` continuations all count as found. Masked tokens drop out; what is left
    is not renormalised.
    """

    def __init__(self, rules: Rules, best: BestTokens) -> None:
        super().__init__(rules, best)
        self._width = rules.decoding.beams
        # Each beam has at most so many continuations that end, so that enough others are among the candidates.
        self._candidates = max(2, 1 + len(rules.ends) + bool(rules.stops)) * self._width
        self._found: list[Finished] = []

    def take(self, ranked: Ranked, masks: NDArray[np.bool_] | None) -> list[int]:
        """See `Search`."""
        self.steps += 1
        last, width, rules = self.steps >= self.rules.limit, self._width, self.rules
        beams: list[Beam] = []
        parents: list[int] = []
        for place, (logprob, row, token) in enumerate(self._ranking(ranked, masks, last)):
            ending = rules.ending(self.beams[row], token, last)
            if ending is None:
                if len(beams) < width:
                    beams.append(rules.grown(self.beams[row], token, logprob))
                    parents.append(row)
            elif place < width:
                self._find(rules.finished([*self.beams[row].tokens, token], logprob, *ending))
            if place + 1 >= width and (last or len(beams) == width):
                break
        self.beams = beams
        parents = self._without_repeating(parents)
        self.done = not self.beams or self._cannot_improve()
        return parents

    def ended(self) -> list[Finished]:
        """See `Search`."""
        return self._found

    def _ranking(self, ranked: Ranked, masks: NDArray[np.bool_] | None, last: bool) -> Iterable[tuple[float, int, int]]:
        if masks is not None:
            return GuidedRanking(self._best, self.rules, self.beams, ranked, masks, last)
        if self._width == 1:
            return (self._best.best_one(ranked, self.beams[0].logprob),)
        found = self._best.best(ranked, [beam.logprob for beam in self.beams], self._candidates)
        return [one for one in found if one[0] > float("-inf")]

    def _find(self, found: Finished) -> None:
        insort(self._found, found, key=lambda one: -one.score)
        del self._found[self._width :]

    def _cannot_improve(self) -> bool:
        if len(self._found) + len(self._repeating) < self._width:
            return False
        return not self._found or self.rules.score(self.beams[0].logprob, self.steps) <= self._found[-1].score
