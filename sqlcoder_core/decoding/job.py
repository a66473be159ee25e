"""One thing to answer, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.decoding.token_runs import common_length
from sqlcoder_core.values.generation import Generated, Hypothesis
from sqlcoder_core.values.problem import Problem


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt's text. Its first `shared` characters do not depend on the question; `stop` texts end answers; `guide` constrains them."""

    text: str
    shared: int = 0
    stop: tuple[str, ...] = ()
    guide: Guide[Any] | None = None


@dataclass(slots=True, kw_only=True)
class Question:
    """A job being answered. `limit` is the most tokens an answer may have, `shared` counts tokens."""

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


def certain_tokens(whole: Sequence[int], beginning: Sequence[int]) -> int:
    """How many tokens of a text are the same whatever follows its beginning: the last may merge with what follows."""
    return max(0, common_length(whole, beginning) - 1)
