"""One question's search for answers: what beam search and sampling have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlcoder_core.contracts.model_engine import Handle
from sqlcoder_core.decoding.answer_text import Pieces, StopTexts
from sqlcoder_core.decoding.best_tokens import BestTokens, Ranked
from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.decoding.repetition import repeats
from sqlcoder_core.values.generation import Decoding, Ended, Hypothesis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOK_FOR_REPEATS = 8
"""Tokens between two looks for repetition."""


@dataclass(slots=True)
class Beam:
    """An answer that is being written. `tail` are its last bytes, for stop texts that straddle tokens; `state` is the guide's."""

    handle: Handle
    tokens: list[int] = field(default_factory=list)
    logprob: float = 0.0
    tail: bytes = b""
    state: Any = None


class Finished(NamedTuple):
    """An answer that has ended; `cut` bytes at its end are a stop text and what follows it."""

    score: float
    tokens: list[int]
    logprob: float
    ended: Ended
    cut: int = 0


class Rules:
    """When an answer ends and what it may say. `limit` is the most tokens it may have, its end included."""

    def __init__(self, pieces: Pieces, decoding: Decoding, *, limit: int, stop: Sequence[str], guide: Guide[Any] | None) -> None:
        tokenizer = pieces.tokenizer
        named = {token for token in tokenizer.special if stop and tokenizer.token_bytes(token).decode("utf-8", "replace") in stop}
        self.ends = tokenizer.ends | named
        self.limit, self.guide, self.decoding = limit, guide, decoding
        self.stops = StopTexts(stop)
        self.pieces = pieces

    def score(self, logprob: float, tokens: int) -> float:
        """What answers are ranked by, as transformers' `length_penalty` has it."""
        return float(logprob / tokens**self.decoding.length_penalty)

    def ending(self, beam: Beam, token: int, last: bool) -> tuple[Ended, int] | None:
        """Why this token ends the beam's answer and how many bytes that cuts off; None where it goes on."""
        if token in self.ends:
            return "stop", 0
        if self.stops:
            cut = self.stops.cut(beam.tail, self.pieces[token])
            if cut and (self.guide is None or self._may_end_after(beam, token)):
                return "stop", cut
        return ("length", 0) if last else None

    def accepts(self, beam: Beam, token: int, last: bool) -> bool:
        """Whether the guide lets the token follow; the last token must end the text or leave it where it may end."""
        if self.guide is None:
            return True
        if not self.guide.accepts(beam.state, token):
            return False
        return not last or token in self.ends or self._may_end_after(beam, token)

    def grown(self, beam: Beam, token: int, logprob: float) -> Beam:
        """The beam with one more token."""
        tail = (beam.tail + self.pieces[token])[-self.stops.reach :] if self.stops.reach else b""
        state = self.guide.advance(beam.state, token) if self.guide is not None else None
        return Beam(beam.handle, [*beam.tokens, token], logprob, tail, state)

    def finished(self, tokens: list[int], logprob: float, ended: Ended, cut: int = 0) -> Finished:
        """An answer with its score."""
        return Finished(self.score(logprob, len(tokens)), tokens, logprob, ended, cut)

    def hypothesis(self, found: Finished) -> Hypothesis:
        """An answer as it is handed on."""
        text = self.pieces.text(found.tokens, found.cut)
        return Hypothesis(text=text, tokens=len(found.tokens), logprob=found.logprob, score=found.score, ended=found.ended)

    def _may_end_after(self, beam: Beam, token: int) -> bool:
        assert self.guide is not None
        left = max(1, self.limit - len(beam.tokens) - 1)
        mask = self.guide.masks([self.guide.advance(beam.state, token)], left)[0]
        return any(mask[end] for end in self.ends if end < len(mask))


class Search(ABC):
    """The beams of one question, from the end of its prompt on. `steps` counts the tokens along one answer so far."""

    def __init__(self, rules: Rules, best: BestTokens) -> None:
        self.rules, self._best = rules, best
        self.beams: list[Beam] = []
        self.done = False
        self.steps = 0
        self._repeating: list[Finished] = []

    def begin(self, handle: Handle) -> None:
        """Start after the prompt, which ends in this branch."""
        self.beams = [Beam(handle, state=self.rules.guide.start() if self.rules.guide is not None else None)]

    @abstractmethod
    def take(self, ranked: Ranked, masks: NDArray[np.bool_] | None) -> list[int]:
        """One step: the logits after each beam in, `beams` renewed; returns whose child each of them is. Sets `done` at the end."""

    @abstractmethod
    def ended(self) -> list[Finished]:
        """Answers that have ended by themselves or by length, best first."""

    @property
    def left(self) -> int:
        """How many tokens an answer may still get."""
        return self.rules.limit - self.steps

    def hypotheses(self, unfinished: bool = False) -> tuple[Hypothesis, ...]:
        """The best answers: ended ones, then (where time ran out) those being written, then those that only repeat themselves."""
        running = [self.rules.finished(beam.tokens, beam.logprob, "time") for beam in self.beams if unfinished and beam.tokens]
        found = [*self.ended(), *sorted(running, reverse=True), *sorted(self._repeating, reverse=True)]
        return tuple(self.rules.hypothesis(one) for one in found[: self.rules.decoding.hypotheses])

    def _without_repeating(self, parents: list[int]) -> list[int]:
        """Set beams aside that say the same over and over; they would outscore every answer that gets to its end."""
        if not self.rules.decoding.no_repeat or self.steps % LOOK_FOR_REPEATS:
            return parents
        stuck = [repeats(beam.tokens) for beam in self.beams]
        if not any(stuck):
            return parents
        for beam in (beam for beam, is_stuck in zip(self.beams, stuck, strict=True) if is_stuck):
            self._repeating.append(self.rules.finished(beam.tokens, beam.logprob, "repetition"))
        self.beams = [beam for beam, is_stuck in zip(self.beams, stuck, strict=True) if not is_stuck]
        return [parent for parent, is_stuck in zip(parents, stuck, strict=True) if not is_stuck]
