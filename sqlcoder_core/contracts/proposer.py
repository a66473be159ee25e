"""Proposers: whatever turns a question and its linked catalog into candidate SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from sqlcoder_core.contracts.component import Component
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTry:
    """A statement that was written for the question and is no answer to it: why not, a sentence each."""

    sql: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question as a proposer gets it. `candidates` is how many distinct statements are wanted at most.

    `linked` is the part of the catalog that the question is about, `catalog` all of it, for those who can use the whole.
    `listener` hears the answer's text as it is written, from those who can tell. `failed` is the statement that is to be replaced,
    where the question is asked again.
    """

    linked: Linked
    dialect: str
    clock: Clock
    candidates: int = 3
    limit: int | None = None
    catalog: Catalog | None = None
    listener: Callable[[str], None] | None = field(default=None, repr=False, compare=False)
    failed: FailedTry | None = None


class Proposer(Component):
    """Answers several questions at once, so that a model can decode them together.

    `together` is how many questions it likes to get in one call; 1 gives each answer as early as possible.
    """

    together: int = 1
    local: bool = True
    """False when the question and the catalog leave this machine."""
    votes: ClassVar[bool] = False
    """True where its candidates are tries at one reading (beams, samples), so that several with the same rows speak for each other;
    False where each is a reading of its own."""
    heeds_instructions: ClassVar[bool] = True
    """False for one that cannot read `Question.instructions`; whoever gave any is then told so."""

    def propose(self, asks: tuple[Ask, ...]) -> Iterator[Proposal]:
        """One proposal per ask, in order. Not understanding is a Proposal without candidates, never an error."""
        raise NotImplementedError

    def repair(self, ask: Ask, candidate: Candidate, problems: tuple[Problem, ...]) -> Proposal:
        """Other statements in place of one that has these problems; none where it cannot do better, which is the default.

        Asked at most `answer.repair_rounds` times for a question, and never twice about one statement with the same
        problems.
        """
        return Proposal()

    def warm(self) -> None:
        """Begin with what takes long (loading a model), without waiting for it; questions will follow."""

    def close(self) -> None:
        """Give back what was loaded; the next question would load it again."""

    def findings(self) -> tuple[Problem, ...]:
        """What `doctor` should say: what it is, what it receives, what is missing. May load what it needs."""
        return ()

    def identity(self) -> tuple[tuple[str, str], ...]:
        """What of this proposer makes an answer repeatable: (name, value) pairs for the signature."""
        return ()
