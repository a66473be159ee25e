"""A suite and how to answer it in, a report out: resumable, parallel over questions, with one model loaded for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.examining import Exam, Finding, examine
from sqlcoder_core.evaluation.fuzz import Benches, added
from sqlcoder_core.evaluation.keeping import Kept
from sqlcoder_core.evaluation.openings import Openings
from sqlcoder_core.evaluation.records import Base, Judged, Report, Suite, Task
from sqlcoder_core.evaluation.selection import Selection
from sqlcoder_core.evaluation.signature import run_signature
from sqlcoder_core.orderly_stop import Stop
from sqlcoder_core.session import Session
from sqlcoder_core.values.catalog import Relationship, Table
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem

_LARGEST_CHUNK = 32


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
    stop = stop or Stop(lambda: None)
    listener = listener or Listener()
    tasks = options.selection.of(suite.tasks)
    start = time.perf_counter()
    with TemporaryDirectory(prefix="sqlcoder-eval-", ignore_cleanup_errors=True) as folder:
        openings = Openings(options.session, suite.clock, Path(folder))
        _choose_beams(options.beams, openings, _base_of(suite, tasks[0]), listener)
        asked = _without_contents(suite, tasks, openings) if options.fuzzed else suite
        with openings.open(_base_of(asked, tasks[0])) as keeper, Benches() as benches:
            # As long as this session is open, the runtime's model stays loaded, whichever bases come and go.
            signature = run_signature(asked, keeper, seed=options.seed, instances=options.instances)
            for warning in keeper.configuration.warnings:
                listener.problem(warning)
            exam = Exam(
                suite=asked,
                opener=openings.open,
                stop=stop.event,
                benches=benches,
                seed=options.seed,
                instances=options.instances,
                mutants=options.mutants,
            )
            run = _Run(exam=exam, tasks=tasks, options=options, stop=stop, listener=listener)
            report = run.report(dict(signature), keeper)
    text = options.selection.text(len(tasks), len(suite.tasks))
    contents = sum(base.has_contents for base in asked.bases)
    more = (("questions", text), ("databases", f"{len(asked.bases)}, {contents} with contents"))
    return replace(report, signature=signature + more, seconds=time.perf_counter() - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    exam: Exam
    tasks: Sequence[Task]
    options: RunOptions
    stop: Stop
    listener: Listener

    def report(self, settings: dict[str, str], keeper: Session) -> Report:
        kept = Kept(self.options.out, restart=self.options.restart)
        try:
            kept.begin(settings)
            self._tell_torn(kept)
            self._ask(kept, keeper)
            return _report(self.exam.suite, self.tasks, kept, interrupted=self.stop.signalled)
        finally:
            kept.close()

    def _ask(self, kept: Kept, keeper: Session) -> None:
        pending = kept.pending(self.tasks)
        self.listener.begun(len(self.tasks), len(self.tasks) - len(pending))
        if pending:
            keeper.built.proposer.warm()
        by_id = {task.id: task for task in pending}
        with self.stop.listening():
            for finding in _findings(self.exam, pending, self.options.workers):
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


# ------------------------------------------------------------------ threads


def _findings(exam: Exam, pending: Sequence[Task], workers: int) -> Iterator[Finding]:
    """As they come. Raises what a thread calls fatal, after the others have finished their question."""
    chunks: SimpleQueue[Sequence[Task]] = SimpleQueue()
    for chunk in _chunks(pending, workers):
        chunks.put(chunk)
    findings: SimpleQueue[Finding | None] = SimpleQueue()
    count = max(1, min(workers, chunks.qsize()))
    # Daemons: after an immediate stop nobody waits for a query that is still running; its process ends with ours.
    threads = [threading.Thread(target=examine, args=(chunks, findings, exam), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    fatal: BaseException | None = None
    while count:
        finding = _next(findings)
        if finding is None:
            count -= 1
        elif finding.fatal is not None:
            fatal = fatal or finding.fatal
            exam.stop.set()
        else:
            yield finding
    if fatal is not None:
        raise fatal


def _next(findings: SimpleQueue[Finding | None]) -> Finding | None:
    while True:
        with suppress(Empty):  # a wait without end would not let the signal handlers run on every platform
            return findings.get(timeout=0.5)


def _chunks(pending: Sequence[Task], workers: int) -> Iterator[Sequence[Task]]:
    """Questions of one base together, so that its session serves many; small enough that every thread has work to the end."""
    by_base: dict[str, list[Task]] = {}
    for task in pending:
        by_base.setdefault(task.base, []).append(task)
    size = min(_LARGEST_CHUNK, max(1, -(-len(pending) // (workers * 4)))) if workers > 1 else len(pending)
    for tasks in by_base.values():
        for start in range(0, len(tasks), size or 1):
            yield tasks[start : start + size]


# ------------------------------------------------------------------ bases


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


def _without_contents(suite: Suite, tasks: Sequence[Task], openings: Openings) -> Suite:
    """The same suite with every base as its shape only; what is not known of the shape is asked of the database."""
    wanted = {task.base for task in tasks}
    return replace(suite, bases=tuple(_shape_only(base, openings) if base.name in wanted else base for base in suite.bases))


def _shape_only(base: Base, openings: Openings) -> Base:
    if not base.has_contents:
        return base
    with openings.open(base) as session:
        if session.worker is None:
            raise UsageError("no database is configured", hint="pass --database, or name one in the suite")
        tables, relationships = base.tables, base.relationships
        if not tables:
            facts = session.worker.describe()
            tables = tuple(fact for fact in facts if isinstance(fact, Table))
            relationships = tuple(fact for fact in facts if isinstance(fact, Relationship))
        return replace(base, database=None, tables=tables, relationships=relationships, dialect=base.dialect or session.dialect)
