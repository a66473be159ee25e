"""The order of the steps, and nothing else: gather has happened, then link, propose, check, execute, choose."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlcoder_core.contracts.proposer import Ask, Proposer
from sqlcoder_core.steps.check import ExtensionChecks, check
from sqlcoder_core.steps.choose import Choice, choose
from sqlcoder_core.steps.execute import Runner, execute
from sqlcoder_core.steps.link import link
from sqlcoder_core.steps.propose import propose
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.checked import CheckedCandidate, Executed
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Clock, Question
from sqlcoder_core.values.result import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How questions are to be answered. `executions` is how many candidates may run before giving up (1 on engines that bill).

    `listener` hears the text of an answer as it is written.
    """

    run: bool = True
    candidates: int = 3
    executions: int = 3
    min_confidence: float = 0.0
    limits: Limits = field(default_factory=Limits)
    listener: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """All that a run needs, built; `runner` gives the query worker when the first query is to be run."""

    proposer: Proposer
    catalog: Catalog
    dialect: str
    clock: Clock
    extensions: ExtensionChecks
    runner: Callable[[], Runner]
    allow_functions: tuple[str, ...] = ()
    policy_id: str = ""

    def answer(self, questions: tuple[Question, ...], wish: Wish) -> Iterator[Answer]:
        """One answer per question, in order; they are linked and proposed together, then each is finished by itself."""
        watch = Stopwatch()
        with watch("link"):
            linked = tuple(link(question, self.catalog) for question in questions)
        with watch("propose"):
            proposals = propose(self.proposer, tuple(self._ask(one, wish) for one in linked))
        shared = watch.shares(len(questions))
        for one, proposal in zip(linked, proposals, strict=True):
            yield self._finish(one, proposal, wish, shared)

    def _ask(self, linked: Linked, wish: Wish) -> Ask:
        return Ask(
            linked=linked,
            dialect=self.dialect,
            clock=self.clock,
            candidates=wish.candidates,
            limit=linked.question.limit,
            catalog=self.catalog,
            listener=wish.listener,
        )

    def _finish(self, linked: Linked, proposal: Proposal, wish: Wish, shared: tuple[tuple[str, float], ...]) -> Answer:
        watch = Stopwatch()
        with watch("check"):
            checked = tuple(self._check(linked, proposal))
        with watch("execute"):
            executed = tuple(self._execute(checked, wish))
        with watch("choose"):
            choice = Choice(
                question=linked.question,
                dialect=self.dialect,
                proposal=proposal,
                executed=executed,
                run=wish.run,
                min_confidence=wish.min_confidence,
            )
            answer = choose(choice)
        unheeded = self._unheeded(linked.question) if answer.status == "answered" else ()
        return replace(answer, problems=answer.problems + unheeded, timings_ms=shared + watch.shares(1))

    def _unheeded(self, question: Question) -> tuple[Problem, ...]:
        if not question.instructions or self.proposer.heeds_instructions:
            return ()
        message = f"the instructions were not heeded: runtime {self.proposer.name!r} reads the question only"
        return (Problem(code="instructions", message=message, severity="warning", hint="say it in the question"),)

    def _check(self, linked: Linked, proposal: Proposal) -> Iterator[CheckedCandidate]:
        for candidate in proposal.candidates:
            yield check(
                candidate,
                linked,
                dialect=self.dialect,
                catalog=self.catalog,
                extensions=self.extensions,
                allow_functions=self.allow_functions,
                policy_id=self.policy_id,
            )

    def _execute(self, checked: tuple[CheckedCandidate, ...], wish: Wish) -> Iterator[Executed]:
        """Candidates run in order until one has rows; an unsure best is not run at all; the rest stay unexecuted."""
        left = wish.executions if wish.run else 0
        for one in checked:
            sure = one.candidate.score >= wish.min_confidence
            if not left or one.query is None or not sure:
                yield Executed(checked=one)
                continue
            done = execute(one, self.runner(), wish.limits)
            left = 0 if done.result is not None else left - 1
            yield done


class Stopwatch:
    """Milliseconds per step, in run order."""

    def __init__(self) -> None:
        self._spent: list[tuple[str, float]] = []

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._spent.append((step, (time.perf_counter() - start) * 1000))

    def take(self) -> tuple[tuple[str, float], ...]:
        """What was measured since the last taking."""
        taken = self.shares(1)
        self._spent.clear()
        return taken

    def shares(self, questions: int) -> tuple[tuple[str, float], ...]:
        """Each step's time divided among the questions that shared it."""
        return tuple((step, round(spent / questions, 3)) for step, spent in self._spent)
