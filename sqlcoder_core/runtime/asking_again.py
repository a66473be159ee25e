"""What a question has cost a model so far, and what it may be told of a statement that failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlcoder_core.contracts.proposer import Ask, FailedTry
from sqlcoder_core.runtime.prompt_record import prompt_hash
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.generation import Generated, Prompt
from sqlcoder_core.values.problem import Problem

LEAST_SECONDS = 1.0
"""With less of a question's time left, a model is not asked again."""


@dataclass(slots=True)
class Given:
    """The prompts that one question has had, and the seconds that it has taken."""

    seconds: float = 0.0
    _prompts: set[str] = field(default_factory=set)

    def is_new(self, prompt: Prompt) -> bool:
        """Whether the model has not read exactly this; at temperature 0 it would write the same."""
        return prompt_hash(prompt) not in self._prompts

    def note(self, prompt: Prompt, generated: Generated) -> None:
        """One prompt was read and answered."""
        self._prompts.add(prompt_hash(prompt))
        self.seconds += generated.seconds


class Questions:
    """What the questions of the last call of `propose` were given: all that a repair can be about."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], Given] = {}

    def begin(self, asks: Sequence[Ask]) -> None:
        """Other questions from here on."""
        self._given = {_key(ask): Given() for ask in asks}

    def of(self, ask: Ask) -> Given:
        """What that question was given."""
        return self._given.setdefault(_key(ask), Given())


def failed_try(candidate: Candidate, problems: Sequence[Problem], *, values: bool) -> FailedTry:
    """The statement and why it fails. Without `values` nothing of it may hold stored values: neither suggestions nor an engine's words."""
    return FailedTry(sql=candidate.sql, problems=tuple(dict.fromkeys(_reasons(problems, values=values))))


def _reasons(problems: Sequence[Problem], *, values: bool) -> Iterator[str]:
    for one in problems:
        if one.found_by == "engine":
            yield one.message if values else "the database refuses to run it"
        elif one.hint and (one.found_by == "guard" or (one.found_by == "core" and values)):
            yield f"{one.message} ({one.hint})"
        else:
            yield one.message


def _key(ask: Ask) -> tuple[str, str]:
    return ask.linked.question.id, ask.linked.question.text
