"""Logits in, log-probabilities of the best tokens out: log-sum-exp and top-k without sorting a vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sqlcoder_core.errors import ModelError

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

Floats: TypeAlias = NDArray[np.float32]
PER_BLOCK = 64
"""Tokens whose greatest logit is kept as one number. Best of 16 to 512 for vocabularies of 8,000 to 128,000."""
SAFE = 60.0
"""exp of a logit within this fits float32 even when summed over a vocabulary, so that nothing need be subtracted first."""


class Ranked(NamedTuple):
    """Logits of one step with what picking the best of them needs.

    `peaks` is `[n, blocks]`, the greatest logit of each block; block j is the tokens j, j + blocks, j + 2 blocks and so on, so that
    all of them come from whole-row maxima. `totals` is `[n]`, the log-sum-exp: a token's log-probability is its logit less that.
    """

    logits: Logits
    peaks: Floats
    totals: list[float]

    def rows(self, start: int, end: int) -> Ranked:
        """Some of the rows."""
        return Ranked(self.logits[start:end], self.peaks[start:end], self.totals[start:end])


class BestTokens:
    """Works on logits of one width; its buffers are used again and again."""

    def __init__(self, vocabulary: int) -> None:
        self._blocks = max(1, -(-vocabulary // PER_BLOCK))
        deep = -(-vocabulary // self._blocks)
        self._body = (deep - 1) * self._blocks
        self._rest = vocabulary - self._body
        self._steps = np.arange(deep, dtype=np.intp) * self._blocks
        self._vocabulary = vocabulary
        self._even = deep * self._blocks == vocabulary
        self._work = np.empty(vocabulary, dtype=np.float32)

    def rank(self, logits: Logits) -> Ranked:
        """Look once at every logit. Raises ModelError where they are not numbers, or not one for each token."""
        if logits.shape[1] != self._vocabulary:
            said = f"the model gives {logits.shape[1]} logits, and its tokenizer has {self._vocabulary} tokens"
            raise ModelError(said, hint="the tokenizer is another model's: fetch both together")
        peaks = np.empty((len(logits), self._blocks), dtype=np.float32)
        totals = [self._total(row, peaks[place]) for place, row in enumerate(logits)]
        return Ranked(logits, peaks, totals)

    def _total(self, row: Floats, peaks: Floats) -> float:
        work = self._work
        if self._body:
            np.maximum.reduce(row[: self._body].reshape(-1, self._blocks), axis=0, out=peaks)
            np.maximum(peaks[: self._rest], row[self._body :], out=peaks[: self._rest])
        else:
            peaks[:] = row
        top = float(peaks.max())
        if -SAFE < top < SAFE:
            np.exp(row, out=work)
            return float(np.log(work.sum()))
        if not np.isfinite(top):
            hint = "load it with a wider dtype, or fetch it again"
            raise ModelError("the model's logits are not finite numbers", hint=hint)
        np.subtract(row, top, out=work)
        np.exp(work, out=work)
        return float(np.log(work.sum())) + top

    def best(self, ranked: Ranked, scores: list[float], count: int) -> list[tuple[float, int, int]]:
        """The best `(score, row, token)` over all rows, best first; a row's tokens score its `scores` plus their log-probability.

        The greatest `count` elements lie in the `count` blocks of the greatest peaks, so only those are looked into.
        """
        shifts = np.array([score - total for score, total in zip(scores, ranked.totals, strict=True)], dtype=np.float32)
        peaks = (ranked.peaks + shifts[:, None]).ravel()
        blocks = np.argpartition(peaks, -count)[-count:] if len(peaks) > count else np.arange(len(peaks))
        rows, firsts = np.divmod(blocks, self._blocks)
        tokens = firsts[:, None] + self._steps
        found = ranked.logits[rows[:, None], tokens if self._even else np.minimum(tokens, self._vocabulary - 1)]
        found += shifts[rows][:, None]
        if not self._even:
            found[tokens >= self._vocabulary] = -np.inf
        values = found.ravel()
        picked = np.argpartition(values, -count)[-count:] if len(values) > count else np.arange(len(values))
        picked = picked[np.argsort(values[picked])[::-1]]
        from_rows, their_tokens = rows[picked // len(self._steps)], tokens.ravel()[picked]
        return list(zip(values[picked].tolist(), from_rows.tolist(), their_tokens.tolist(), strict=True))

    def best_of_each(self, ranked: Ranked, count: int) -> list[list[tuple[float, int]]]:
        """The best `(log-probability, token)` of each row, best first."""
        count = min(count, self._blocks)
        every = np.arange(len(ranked.totals))[:, None]
        blocks = np.argpartition(ranked.peaks, -count, axis=1)[:, -count:]
        tokens = (blocks[:, :, None] + self._steps).reshape(len(blocks), -1)
        values = ranked.logits[every, tokens if self._even else np.minimum(tokens, self._vocabulary - 1)]
        if not self._even:
            values[tokens >= self._vocabulary] = -np.inf
        picked = np.argpartition(values, -count, axis=1)[:, -count:]
        picked = np.take_along_axis(picked, np.argsort(np.take_along_axis(values, picked, 1), axis=1)[:, ::-1], 1)
        found = values[every, picked] - np.array(ranked.totals, dtype=np.float32)[:, None]
        return [list(zip(*row, strict=True)) for row in zip(found.tolist(), tokens[every, picked].tolist(), strict=True)]

    def best_one(self, ranked: Ranked, score: float) -> tuple[float, int, int]:
        """The best `(score, row, token)` of the first row."""
        row = ranked.logits[0]
        token = int(row.argmax())
        return float(row[token]) - ranked.totals[0] + score, 0, token
