"""The steps in their order, each called as often as it has to be, and the time of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from sqlcoder_core.contracts.component import Context, Settings
from sqlcoder_core.contracts.proposer import Ask, Proposer
from sqlcoder_core.errors import DatabaseError, PluginError
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.pipeline import Pipeline, Wish
from sqlcoder_core.steps import stopwatch
from sqlcoder_core.steps.stopwatch import Stopwatch
from sqlcoder_core.testing.fakes import fake_table
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Clock, Question
from sqlcoder_core.values.result import Limits, ResultSet

from .scripted import rows

PETS = fake_table("pets", {"id": "integer", "name": "text", "kind": "text"})
IDS, NAMES, KINDS, TYPO = (f"SELECT {column} FROM pets" for column in ("id", "name", "kind", "nme"))
STEPS = ["link", "propose", "check", "repair", "execute", "choose"]


class Scripted(Proposer):
    """Proposes what it is told, and writes anew what it is told."""

    name = "scripted"

    def __init__(self, log: list[str], texts: Iterable[str], again: dict[str, str], *, votes: bool) -> None:
        import pathlib

        here = pathlib.Path()
        super().__init__(Settings(), Context(project_dir=here, config_dir=here, cache_dir=here))
        self.log, self.texts, self.again = log, tuple(texts), again
        self.votes = votes  # type: ignore[misc]

    def propose(self, asks: tuple[Ask, ...]) -> Iterator[Proposal]:
        self.log.append("propose")
        return (Proposal(candidates=tuple(Candidate(sql=sql, proposer=self.name) for sql in self.texts)) for _ in asks)

    def repair(self, ask: Ask, candidate: Candidate, problems: tuple[Problem, ...]) -> Proposal:
        self.log.append(f"repair {candidate.sql}")
        if candidate.sql not in self.again:
            raise KeyError(candidate.sql)
        return Proposal(candidates=(Candidate(sql=self.again[candidate.sql], proposer=self.name),))


class Run:
    """One question through the pipeline; `log` says what was called."""

    def __init__(self, *texts: str, refused: Iterable[str] = (), again: dict[str, str] | None = None, votes: bool = False) -> None:
        self.log: list[str] = []
        self.refused = tuple(refused)
        self.empty = False
        self.pipeline = Pipeline(
            proposer=Scripted(self.log, texts, again or {}, votes=votes),
            catalog=memory_catalog([PETS]),
            dialect="duckdb",
            clock=Clock(),
            findings=self.findings,
            extensions=lambda candidate, linked: (),
            rules=lambda candidate, problems: (),
            extension_repairs=lambda linked: lambda candidate, problems: (),
            runner=lambda: self,
        )

    def findings(self, query: CheckedQuery, catalog: Any) -> tuple[Problem, ...]:
        self.log.append(f"check {query.text}")
        return ()

    def run(self, query: CheckedQuery, limits: Limits | None = None) -> ResultSet:
        self.log.append(f"execute {query.text}")
        if query.text in self.refused:
            raise DatabaseError("no")
        return rows() if self.empty else rows(1)

    def answer(self, **wish: Any) -> Answer:
        (answer,) = self.pipeline.answer((Question(text="the pets"),), Wish(**wish))
        return answer


def test_a_clean_first_reading_is_checked_run_once_and_answered() -> None:
    run = Run(IDS, NAMES)
    answer = run.answer()
    assert run.log == ["propose", f"check {IDS}", f"check {NAMES}", f"execute {IDS}"]
    assert (answer.sql, [step for step, _ in answer.timings_ms]) == (IDS, STEPS)


def test_tries_are_run_until_they_agree() -> None:
    run = Run(IDS, NAMES, KINDS, votes=True)
    run.answer()
    assert [line for line in run.log if line.startswith("execute")] == [f"execute {IDS}", f"execute {NAMES}"]


def test_on_tables_without_rows_a_run_shows_only_that_a_statement_runs() -> None:
    run = Run(IDS, NAMES, KINDS, votes=True)
    run.empty = True
    answer = run.answer(telling=False)
    assert [line for line in run.log if line.startswith("execute")] == [f"execute {IDS}"]
    assert (answer.sql, answer.confidence) == (IDS, 1.0)
    other = Run(IDS, NAMES, refused=[IDS], again={IDS: KINDS}, votes=True)
    assert other.answer(telling=False).sql == KINDS


def test_on_tables_without_rows_no_shape_is_missed() -> None:
    run = Run(IDS)
    run.empty = True
    asked = Question(text="How many pets are there?")
    ((blank,), (telling,)) = (tuple(run.pipeline.answer((asked,), Wish(telling=telling))) for telling in (False, True))
    assert (blank.confidence, telling.confidence) == (1.0, 0.9)


def test_a_refused_statement_is_repaired_before_anything_runs() -> None:
    run = Run(TYPO, again={TYPO: NAMES})
    answer = run.answer()
    assert run.log == ["propose", f"repair {TYPO}", f"check {NAMES}", f"execute {NAMES}"]
    assert [problem.code for problem in answer.problems] == ["repaired"]


def test_what_the_database_refuses_is_repaired_checked_and_run() -> None:
    run = Run(IDS, refused=[IDS], again={IDS: NAMES})
    assert run.answer().sql == NAMES
    assert run.log == ["propose", f"check {IDS}", f"execute {IDS}", f"repair {IDS}", f"check {NAMES}", f"execute {NAMES}"]


def test_on_engines_that_bill_one_statement_runs_whatever_becomes_of_it() -> None:
    run = Run(IDS, NAMES, refused=[IDS], again={IDS: KINDS})
    assert run.answer(executions=1).status == "failed"
    assert [line for line in run.log if line.startswith("execute")] == [f"execute {IDS}"]


def test_without_running_checks_and_repairs_still_happen() -> None:
    run = Run(TYPO, again={TYPO: NAMES})
    assert run.answer(run=False).sql == NAMES
    assert not [line for line in run.log if line.startswith("execute")]


def test_no_rounds_leave_every_statement_as_it_is() -> None:
    run = Run(TYPO, again={TYPO: NAMES})
    assert run.answer(repair_rounds=0).status == "refused"
    assert run.log == ["propose"]


def test_a_proposer_that_fails_while_repairing_is_named() -> None:
    with pytest.raises(PluginError, match="runtime 'scripted' failed while repairing: KeyError"):
        Run(TYPO).answer()


def test_a_step_within_a_step_counts_for_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 7.0, 10.0, 12.0])
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: next(clock))
    watch = Stopwatch()
    with watch("execute"), watch("repair"):
        pass
    with watch("repair"):
        pass
    assert watch.take() == (("execute", 5000.0), ("repair", 4000.0))
    assert watch.take() == ()
