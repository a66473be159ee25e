"""A suite and how to answer it in, a report out: resumable, parallel over questions, with one model loaded for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlcoder_core.evaluation.examining import Exam
from sqlcoder_core.evaluation.fuzz import Benches, added
from sqlcoder_core.evaluation.keeping import Kept
from sqlcoder_core.evaluation.openings import Openings
from sqlcoder_core.evaluation.records import Base, Judged, Report, Suite, Task
from sqlcoder_core.evaluation.selection import Selection
from sqlcoder_core.evaluation.shapes import without_contents
from sqlcoder_core.evaluation.signature import run_signature
from sqlcoder_core.evaluation.threads import findings_of
from sqlcoder_core.orderly_stop import Stop
from sqlcoder_core.session import Session
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a suite is run. `session` are the flags that any question is answered under; `fuzzed` leaves contents aside.

    `instances` are made for each question of a base without contents, from `seed`; `mutants` asks how many of the gold's mutants they
    kill. `out` is the report's place: beside it lies the journal while the run lasts.
    """

    session: Options = field(default_factory=Options)
    selection: Selection = field(default_factory=Selection)
    workers: int = 1
    beams: int | None = None
    seed: int = 0
    instances: int = 6
    fuzzed: bool = False
    mutants: bool = True
    out: Path | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """What a run tells while it goes on: how many questions there are and how many were done before, each finding, each warning."""

    begun: Callable[[int, int], None] = lambda total, done: None
    found: Callable[[Judged], None] = lambda judged: None
    problem: Callable[[Problem], None] = lambda problem: None


def evaluate(suite: Suite, options: RunOptions, *, stop: Stop | None = None, listener: Listener | None = None) -> Report:
    """Ask the suite's questions and judge the answers.

    Raises UsageError and ConfigError for flags and settings that cannot be used, ModelError for a model that is not here, FileError
    when the journal cannot be written. A stop ends it in order: the report then holds what was found, and says so.
    """
    tasks = options.selection.of(suite.tasks)
    run = _Run(options=options, tasks=tasks, stop=stop or Stop(lambda: None), listener=listener or Listener())
    start = time.perf_counter()
    with TemporaryDirectory(prefix="sqlcoder-eval-", ignore_cleanup_errors=True) as folder:
        openings = Openings(options.session, suite.clock, Path(folder))
        _choose_beams(options.beams, openings, _base_of(suite, tasks[0]), run.listener)
        asked = without_contents(suite, tasks, openings) if options.fuzzed else suite
        report = run.report(asked, openings)
    contents = sum(base.has_contents for base in asked.bases)
    more = (
        ("questions", options.selection.text(len(tasks), len(suite.tasks))),
        ("databases", f"{len(asked.bases)}, {contents} with contents"),
    )
    return replace(report, signature=report.signature + more, seconds=time.perf_counter() - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    options: RunOptions
    tasks: Sequence[Task]
    stop: Stop
    listener: Listener

    def report(self, suite: Suite, openings: Openings) -> Report:
        with openings.open(_base_of(suite, self.tasks[0])) as keeper, Benches() as benches:
            # As long as this session is open, the runtime's model stays loaded, whichever bases come and go.
            signature = run_signature(suite, keeper, seed=self.options.seed, instances=self.options.instances)
            for warning in keeper.configuration.warnings:
                self.listener.problem(warning)
            with closing(Kept(self.options.out, restart=self.options.restart)) as kept:
                kept.begin(dict(signature))
                self._tell_torn(kept)
                self._ask(kept, self._exam(suite, openings, benches), keeper)
                report = _report(suite, self.tasks, kept, interrupted=self.stop.signalled)
        return replace(report, signature=signature)

    def _exam(self, suite: Suite, openings: Openings, benches: Benches) -> Exam:
        seed, instances, mutants = self.options.seed, self.options.instances, self.options.mutants
        return Exam(
            suite=suite, opener=openings.open, stop=self.stop.event, benches=benches, seed=seed, instances=instances, mutants=mutants
        )

    def _ask(self, kept: Kept, exam: Exam, keeper: Session) -> None:
        pending = kept.pending(self.tasks)
        self.listener.begun(len(self.tasks), len(self.tasks) - len(pending))
        if pending:
            keeper.built.proposer.warm()
        by_id = {task.id: task for task in pending}
        with self.stop.listening():
            for finding in findings_of(exam, pending, self.options.workers):
                assert finding.judged is not None
                kept.add(by_id[finding.judged.id], finding)
                self.listener.found(finding.judged)

    def _tell_torn(self, kept: Kept) -> None:
        if kept.torn:
            message = f"{self.options.out}.journal: an unfinished last line was removed; its question is asked again"
            self.listener.problem(Problem(code="torn", message=message, severity="note", found_by="eval"))


def _report(suite: Suite, tasks: Sequence[Task], kept: Kept, *, interrupted: bool) -> Report:
    findings = [found for task in tasks if (found := kept.of(task)) is not None]
    kills = [one.kill for one in findings if one.kill is not None]
    return Report(
        suite=suite.name,
        kind=suite.kind,
        judged=tuple(one.judged for one in findings if one.judged is not None),
        kill=added(kills) if kills else None,
        interrupted=interrupted,
    )


def forget_journal(out: Path) -> None:
    """Remove the journal of a report that has been written in full."""
    out.with_name(out.name + ".journal").unlink(missing_ok=True)


def _choose_beams(beams: int | None, openings: Openings, base: Base, listener: Listener) -> None:
    """Beams are a setting of runtimes that search with a model; the others are told apart by not having it."""
    if beams is None:
        return
    with openings.open(base) as session:
        proposer = session.built.proposer
    if "beams" in proposer.Settings.model_fields:
        openings.search_with(beams)
        return
    message = f"--beams has no effect: the runtime {proposer.name!r} does not search with a model"
    listener.problem(Problem(code="beams", message=message, severity="note", found_by="eval"))


def _base_of(suite: Suite, task: Task) -> Base:
    return next(base for base in suite.bases if base.name == task.base)
