"""The order of the steps, and nothing else: gather has happened, then link, propose, check, repair, execute, choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from sqlcoder_core.contracts.proposer import Ask, Proposer
from sqlcoder_core.linking.answer_shape import expected_shape
from sqlcoder_core.linking.linker import Near
from sqlcoder_core.steps.check import ExtensionChecks, Findings, check
from sqlcoder_core.steps.choose import Choice, choose
from sqlcoder_core.steps.execute import Plan, Runner, execute_in_turn
from sqlcoder_core.steps.link import link
from sqlcoder_core.steps.propose import propose
from sqlcoder_core.steps.ranking import Ranking
from sqlcoder_core.steps.repair import ExtensionRepairs, Repairs, Rules, ask_author
from sqlcoder_core.steps.stopwatch import Stopwatch
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.checked import CheckedCandidate, Executed
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Clock, Question
from sqlcoder_core.values.result import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How questions are to be answered. `executions` is how many statements may run for one (1 on engines that bill), `repair_rounds` how
    often whoever wrote a statement with problems is asked again.

    `listener` hears the text of an answer as it is written. `telling` is False where the database has tables without rows only: then a
    run shows that a statement runs, and rows neither agree nor miss a shape.
    """

    run: bool = True
    telling: bool = True
    candidates: int = 3
    executions: int = 3
    repair_rounds: int = 2
    min_confidence: float = 0.0
    limits: Limits = field(default_factory=Limits)
    listener: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """All that a run needs, built; `runner` gives the query worker when the first query is to be run.

    `findings` and `rules` are what core makes of a statement: what is wrong with it, and how that may be mended. `near` finds tables
    by meaning, where an embedder is configured.
    """

    proposer: Proposer
    catalog: Catalog
    dialect: str
    clock: Clock
    findings: Findings
    extensions: ExtensionChecks
    rules: Rules
    extension_repairs: Callable[[Linked], ExtensionRepairs]
    runner: Callable[[], Runner]
    near: Near | None = None
    allow_functions: tuple[str, ...] = ()
    policy_id: str = ""

    def answer(self, questions: tuple[Question, ...], wish: Wish) -> Iterator[Answer]:
        """One answer per question, in order; they are linked and proposed together, then each is finished by itself."""
        watch = Stopwatch()
        with watch("link"):
            linked = tuple(link(question, self.catalog, self.near) for question in questions)
        asks = tuple(self._ask(one, wish) for one in linked)
        with watch("propose"):
            proposals = propose(self.proposer, asks)
        shared = watch.shares(len(questions))
        for ask, proposal in zip(asks, proposals, strict=True):
            yield self._finish(ask, proposal, wish, shared)

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

    def _finish(self, ask: Ask, proposal: Proposal, wish: Wish, shared: tuple[tuple[str, float], ...]) -> Answer:
        question = ask.linked.question
        watch = Stopwatch()
        repairs = self._repairs(ask, wish)
        ranking = Ranking(shape=expected_shape(question.text), votes=self.proposer.votes) if wish.telling else Ranking()
        with watch("check"):
            checked = tuple(map(repairs.check, proposal.candidates))
            withheld = () if checked else tuple(map(repairs.check, proposal.withheld))
        with watch("repair"):
            checked = repairs.before(checked)
        with watch("execute"):
            executed = execute_in_turn(checked, self._plan(checked, wish, ranking, repairs, watch))
        with watch("choose"):
            choice = Choice(
                question=question,
                dialect=self.dialect,
                proposal=proposal,
                executed=executed,
                withheld=withheld,
                run=wish.run,
                min_confidence=wish.min_confidence,
                ranking=ranking,
                record=tuple(repairs.record),
                problems=tuple(repairs.problems),
            )
            answer = choose(choice)
        unheeded = self._unheeded(question) if answer.status == "answered" else ()
        return replace(answer, problems=answer.problems + unheeded, timings_ms=shared + watch.shares(1))

    def _check(self, linked: Linked, candidate: Candidate) -> CheckedCandidate:
        return check(
            candidate,
            linked,
            dialect=self.dialect,
            catalog=self.catalog,
            findings=self.findings,
            extensions=self.extensions,
            allow_functions=self.allow_functions,
            policy_id=self.policy_id,
        )

    def _repairs(self, ask: Ask, wish: Wish) -> Repairs:
        def author(candidate: Candidate, problems: tuple[Problem, ...]) -> Proposal:
            return ask_author(self.proposer, partial(self.proposer.repair, ask, candidate, problems))

        return Repairs(
            check=partial(self._check, ask.linked),
            rules=self.rules,
            extensions=self.extension_repairs(ask.linked),
            author=author,
            rounds=wish.repair_rounds,
        )

    def _plan(self, checked: tuple[CheckedCandidate, ...], wish: Wish, ranking: Ranking, repairs: Repairs, watch: Stopwatch) -> Plan:
        def repair(failed: Executed) -> tuple[CheckedCandidate, ...]:
            with watch("repair"):
                return repairs.after(failed)

        return Plan(
            runner=self.runner,
            limits=wish.limits,
            most=wish.executions if wish.run else 0,
            runs=lambda one: ranking.worth_running(one, checked, wish.min_confidence),
            settled=ranking.settled,
            repair=repair,
        )

    def _unheeded(self, question: Question) -> tuple[Problem, ...]:
        if not question.instructions or self.proposer.heeds_instructions:
            return ()
        message = f"the instructions were not heeded: runtime {self.proposer.name!r} reads the question only"
        return (Problem(code="instructions", message=message, severity="warning", hint="say it in the question"),)
