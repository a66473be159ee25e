"""Questions of one suite in, what became of each out, in threads that each have their own sessions and query workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from sqlcoder_core.errors import ModelDied, ModelError, PluginError, SqlcoderError, UsageError
from sqlcoder_core.evaluation.fuzz import Benches
from sqlcoder_core.evaluation.grounds import Contents, Fuzzed, Grounds, ran
from sqlcoder_core.evaluation.judging import Ordering, judged, judged_unanswerable, unscored, withheld
from sqlcoder_core.evaluation.openings import base_engine
from sqlcoder_core.evaluation.records import Base, Judged, MutantKill, Rows, Suite, Task
from sqlcoder_core.session import Session
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question

Opener = Callable[[Base], Session]
_KEPT_SESSIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One question judged, with the mutants of its gold where it has instances; or an error that ends the run."""

    judged: Judged | None = None
    kill: MutantKill | None = None
    fatal: BaseException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What all threads share. `instances` is how many are made for a question; `mutants` says whether their kill rate is wanted."""

    suite: Suite
    opener: Opener
    stop: threading.Event
    benches: Benches
    seed: int = 0
    instances: int = 6
    mutants: bool = True

    @property
    def bases(self) -> Mapping[str, Base]:
        """By name."""
        return {base.name: base for base in self.suite.bases}


class Examiner:
    """Asks and judges for one thread."""

    def __init__(self, exam: Exam) -> None:
        self._exam = exam
        self._bases = exam.bases
        self._sessions: dict[str, Session] = {}

    def close(self) -> None:
        """End the sessions."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def examine(self, tasks: Sequence[Task]) -> Iterator[Finding]:
        """One finding for each of some questions of one base; a stop leaves the rest out."""
        base = self._bases[tasks[0].base]
        try:
            session = self._session(base)
            size = session.together
        except (PluginError, UsageError) as error:
            yield Finding(fatal=error)
            return
        except SqlcoderError as error:
            yield from (Finding(judged=unscored(task, _failed(task, error), f"the database cannot be opened: {error}")) for task in tasks)
            return
        for start in range(0, len(tasks), size):
            if self._exam.stop.is_set():
                return
            yield from self._group(tasks[start : start + size], base, session)

    def _session(self, base: Base) -> Session:
        if base.name not in self._sessions:
            while len(self._sessions) >= _KEPT_SESSIONS:
                self._sessions.pop(next(iter(self._sessions))).close()
            session = self._sessions[base.name] = self._exam.opener(base)
            _ = session.signature  # reads the catalog, and says what is missing of the model
            _start_worker(session)
        return self._sessions[base.name]

    def _group(self, tasks: Sequence[Task], base: Base, session: Session) -> Iterator[Finding]:
        try:
            # Without contents, candidates run on tables without rows: they agree on nothing, and say nothing of their shape.
            answers = list(_answers(tasks, session, telling=base.has_contents))
        except ModelError as error:
            yield Finding(fatal=error)
            return
        for task, answer in zip(tasks, answers, strict=True):
            yield self._finding(task, base, session, answer)

    def _finding(self, task: Task, base: Base, session: Session, answer: Answer) -> Finding:
        if not task.answerable:
            doubtful = withheld(answer)
            return Finding(judged=judged_unanswerable(task, answer, ran=doubtful is not None and isinstance(ran(doubtful, session), Rows)))
        try:
            with closing(self._grounds(task, base, session)) as grounds:
                doubtful = withheld(answer)
                ours = grounds.ours(answer) if answer.status == "answered" else grounds.rows(doubtful) if doubtful else ()
                result = judged(task, answer, grounds.readings, ours, Ordering(kind=self._exam.suite.kind, task=task))
                return Finding(judged=result, kill=_kill(grounds) if self._exam.mutants else None)
        except SqlcoderError as error:
            return Finding(judged=unscored(task, answer, str(error)))
        except Exception as error:  # noqa: BLE001 - what one gold brings down must not end the others; the report names it
            return Finding(judged=unscored(task, answer, f"this could not be judged: {type(error).__name__}: {error}"))

    def _grounds(self, task: Task, base: Base, session: Session) -> Grounds:
        exam = self._exam
        clock = base.clock or exam.suite.clock
        if base.has_contents:
            return Contents(task, base, session, clock)
        return Fuzzed(task, base, base_engine(base), seed=exam.seed, count=exam.instances, clock=clock, benches=exam.benches)


def examine(chunks: SimpleQueue[Sequence[Task]], findings: SimpleQueue[Finding | None], exam: Exam) -> None:
    """A thread's life: examine one chunk after the other until there is none, or a stop; None says that it has ended."""
    examiner = Examiner(exam)
    try:
        while not exam.stop.is_set():
            for finding in examiner.examine(chunks.get_nowait()):
                findings.put(finding)
    except Empty:
        pass
    except BaseException as error:  # noqa: BLE001 - nobody else could say that this thread has died; the run ends with the error
        findings.put(Finding(fatal=error))
    finally:
        examiner.close()
        findings.put(None)


def _start_worker(session: Session) -> None:
    """Latency is that of a session in use, not of its first query."""
    if session.worker is not None:
        with suppress(SqlcoderError):  # what is wrong with the database is said by the first question
            session.worker.run(check("SELECT 1", session.dialect, None))


def _kill(grounds: Grounds) -> MutantKill | None:
    """A gold that makes no mutants is judged all the same."""
    try:
        return grounds.kill()
    except SqlcoderError:
        return None


def _answers(tasks: Sequence[Task], session: Session, *, telling: bool) -> Iterator[Answer]:
    """Where one of several brings an error down on all of them, each is asked alone, and the one at fault has failed."""
    questions = [Question(text=task.question, id=task.id, instructions=task.instructions) for task in tasks]
    try:
        yield from list(session.ask_many(questions, telling=telling))
        return
    except Exception:  # noqa: BLE001 - whose fault it is shows when each is asked alone, and is then told
        if len(tasks) == 1:
            yield _alone(tasks[0], questions[0], session, telling=telling)
            return
    for task, question in zip(tasks, questions, strict=True):
        yield _alone(task, question, session, telling=telling)


def _alone(task: Task, question: Question, session: Session, *, telling: bool) -> Answer:
    try:
        return session.ask(question, telling=telling)
    except SqlcoderError as error:
        if isinstance(error, ModelError) and not isinstance(error, ModelDied):
            raise  # a model that cannot be loaded would fail every question
        return _failed(task, error)
    except Exception as error:  # noqa: BLE001 - one question's crash must not end the others; the report names it
        return _failed(task, PluginError(f"{type(error).__name__}: {error}", hint="please report it"))


def _failed(task: Task, error: SqlcoderError) -> Answer:
    problem = Problem(code="failed", message=error.message, place=error.place, hint=error.hint, found_by="eval")
    return Answer(
        question=Question(text=task.question, id=task.id), status="failed", dialect="", problems=(problem,), exit_code=error.exit_code
    )
