"""One thing to answer, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.decoding.token_runs import common_length
from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import Generated, Hypothesis
from sqlcoder_core.values.problem import Problem, Severity

FEWEST = 64
"""Tokens of an answer below which a statement of any use does not fit."""


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt's text. Its first `shared` characters do not depend on the question; `stop` texts end answers; `guide` constrains them."""

    text: str
    shared: int = 0
    stop: tuple[str, ...] = ()
    guide: Guide[Any] | None = None


@dataclass(slots=True, kw_only=True)
class Question:
    """A job being answered. `limit` is the most tokens an answer may have, `shared` counts tokens.

    `computed` counts prompt tokens that were computed for it, `cramped` is why `limit` is lower than was asked for.
    """

    place: int
    job: Job
    tokens: list[int]
    shared: int
    limit: int
    hypotheses: tuple[Hypothesis, ...] = ()
    problem: Problem | None = None
    computed: int | None = None
    generated_tokens: int = 0
    seconds: float = 0.0
    cramped: ModelError | None = None

    def shorten(self, failed: ModelError) -> bool:
        """Make do with half the tokens of an answer, since the engine has no room for more; False where so few are of no use."""
        if self.limit < 2 * FEWEST:
            self.problem = _no_room("no_room", failed.message, failed)
            return False
        self.limit //= 2
        self.cramped = failed
        return True

    def conclude(self, hypotheses: tuple[Hypothesis, ...], problem: Problem | None) -> None:
        """What was found; a best answer that was cut short for want of room says so."""
        self.hypotheses, self.problem = hypotheses, problem
        if problem is None and self.cramped is not None and hypotheses and hypotheses[0].ended == "length":
            said = f"there was room for {self.limit} tokens of an answer only: {self.cramped.message}"
            self.problem = _no_room("little_room", said, self.cramped, "warning")

    def generated(self) -> Generated:
        """As it is handed on. Where nothing was computed or found again, nothing was reused either."""
        return Generated(
            hypotheses=self.hypotheses,
            problem=self.problem,
            prompt_tokens=len(self.tokens),
            reused_tokens=0 if self.computed is None else len(self.tokens) - self.computed,
            generated_tokens=self.generated_tokens,
            seconds=self.seconds,
        )


def _no_room(code: str, message: str, failed: ModelError, severity: Severity = "error") -> Problem:
    return Problem(code=code, message=message, severity=severity, place=failed.place, hint=failed.hint, found_by="decoder")


def certain_tokens(whole: Sequence[int], beginning: Sequence[int]) -> int:
    """How many tokens of a text are the same whatever follows its beginning: the last may merge with what follows."""
    return max(0, common_length(whole, beginning) - 1)
