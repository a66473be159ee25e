"""Prompts in, answers out, on any engine: what a model worker calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sqlcoder_core.contracts.model_engine import ModelEngine, TreeSession
from sqlcoder_core.decoding.answer_text import Pieces
from sqlcoder_core.decoding.best_tokens import BestTokens
from sqlcoder_core.decoding.group import Group
from sqlcoder_core.decoding.job import Job, Question, certain_tokens
from sqlcoder_core.decoding.kept import Kept
from sqlcoder_core.decoding.kept_files import KeptFiles
from sqlcoder_core.decoding.room import group_size, make_room
from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts
from sqlcoder_core.values.problem import Problem

__all__ = ["Decoder", "Job"]

KEPT_TOKENS = 16384
"""Tokens that kept beginnings may have together; a quarter of that for a model of more than LARGE parameters, each of whose tokens may
take half a megabyte."""
LARGE = 1_000_000_000


class Decoder:
    """Answers questions with one loaded model.

    `keep` says where beginnings that jobs mark as shared are kept for later calls, `folder` where on disk, and `kept_tokens`
    how many tokens of them between calls; `together` is how many questions are decoded at once. Not for several threads.
    """

    def __init__(
        self,
        engine: ModelEngine,
        facts: ModelFacts,
        *,
        keep: Literal["no", "memory", "disk"] = "memory",
        folder: Path | None = None,
        together: int = 5,
        kept_tokens: int | None = None,
    ) -> None:
        self._engine, self._facts, self._together = engine, facts, together
        self._session = engine.session()
        self._kept: Kept | None = None
        self._last_beginning: tuple[str, list[int]] = ("", [])
        if self._session is not None:
            self._pieces = Pieces(engine.tokenizer)
            self._best = BestTokens(engine.tokenizer.vocabulary)
            if keep != "no":
                on_disk = keep == "disk" and facts.weights and self._session.can_save
                files = KeptFiles(folder, self._session, facts) if on_disk and folder is not None else None
                self._kept = Kept(self._session, _budget(facts) if kept_tokens is None else kept_tokens, files)

    def generate(
        self,
        jobs: Sequence[Job],
        decoding: Decoding,
        *,
        pause: Callable[[], None],
        on_text: Callable[[int, str], None] | None = None,
    ) -> Iterator[Generated]:
        """What comes of each job, in order.

        `pause` is asked at every step and between chunks of prompts; what it raises comes out here, and the decoder stays usable.
        `on_text` gets `(place of the job, new text)` while an answer is written, where there is one beam (or one sample) only.
        Raises ModelError where the engine fails; what concerns one job alone is its `problem`.
        """
        decoding = _sound(decoding)
        if self._session is None:
            for job in jobs:
                yield from self._engine.generate([job.text], decoding, job.stop, pause)
            return
        size = group_size(self._session, decoding, self._together)
        for start in range(0, len(jobs), size):
            questions = [self._question(start + place, job, decoding) for place, job in enumerate(jobs[start : start + size])]
            self._answer(self._session, [one for one in questions if one.problem is None], decoding, pause, on_text)
            yield from (question.generated() for question in questions)

    def close(self) -> None:
        """Give the session back."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _question(self, place: int, job: Job, decoding: Decoding) -> Question:
        tokens = self._engine.tokenizer.encode(job.text)
        shared = certain_tokens(tokens, self._beginning(job.text[: job.shared])) if job.shared and self._kept is not None else 0
        limit = min(decoding.max_tokens, self._facts.context - len(tokens))
        question = Question(place=place, job=job, tokens=tokens, shared=shared, limit=limit)
        if not tokens:
            question.problem = Problem(
                code="empty_prompt", message="the prompt is empty", hint="choose another prompter", found_by="decoder"
            )
        elif limit < 1:
            question.problem = Problem(
                code="prompt_too_long",
                message=f"the prompt has {len(tokens)} tokens, and the model's context {self._facts.context}",
                hint="show fewer tables, or set `context:` higher where the model can",
                found_by="decoder",
            )
        return question

    def _beginning(self, text: str) -> list[int]:
        """Tokens of the beginning of a prompt, which mostly is the one before's."""
        if text != self._last_beginning[0]:
            self._last_beginning = (text, self._engine.tokenizer.encode(text))
        return self._last_beginning[1]

    def _answer(
        self,
        session: TreeSession,
        questions: list[Question],
        decoding: Decoding,
        pause: Callable[[], None],
        on_text: Callable[[int, str], None] | None,
    ) -> None:
        """Answer questions together, or, where memory does not hold them all, in smaller groups and at last with shorter answers."""
        if not questions:
            return
        if (failed := make_room(session, self._kept, questions, decoding)) is None:
            try:
                Group(session, self._kept, self._best, self._pieces, decoding).answer(questions, pause, on_text)
            finally:
                if self._kept is not None:
                    self._kept.trim()
        elif len(questions) > 1:
            half = len(questions) // 2
            for part in (questions[:half], questions[half:]):
                self._answer(session, part, decoding, pause, on_text)
        elif questions[0].shorten(failed):
            self._answer(session, questions, decoding, pause, on_text)


def _budget(facts: ModelFacts) -> int:
    return KEPT_TOKENS if 0 < facts.parameters <= LARGE else KEPT_TOKENS // 4


def _sound(decoding: Decoding) -> Decoding:
    """At least one beam, answer and token, and no more answers than beams."""
    beams = max(1, decoding.beams)
    wanted = max(1, decoding.hypotheses)
    return replace(
        decoding, beams=beams, max_tokens=max(1, decoding.max_tokens), hypotheses=wanted if decoding.temperature > 0 else min(wanted, beams)
    )
