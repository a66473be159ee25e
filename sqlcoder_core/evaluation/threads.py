"""Questions in, findings out as they come: threads that take chunks of questions of one base."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from sqlcoder_core.evaluation.examining import Exam, Finding, examine
from sqlcoder_core.evaluation.records import Task

_LARGEST_CHUNK = 32


def findings_of(exam: Exam, pending: Sequence[Task], workers: int) -> Iterator[Finding]:
    """As they come. Raises what a thread calls fatal, after the others have finished their question."""
    chunks: SimpleQueue[Sequence[Task]] = SimpleQueue()
    for chunk in _chunks(pending, workers):
        chunks.put(chunk)
    found: SimpleQueue[Finding | None] = SimpleQueue()
    count = max(1, min(workers, chunks.qsize()))
    # Daemons: after an immediate stop nobody waits for a query that is still running; its process ends with ours.
    threads = [threading.Thread(target=examine, args=(chunks, found, exam), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield from _gathered(found, count, exam)
    finally:  # whoever stops listening wants no more questions asked
        exam.stop.set()


def _gathered(found: SimpleQueue[Finding | None], threads: int, exam: Exam) -> Iterator[Finding]:
    fatal: BaseException | None = None
    while threads:
        finding = _next(found)
        if finding is None:
            threads -= 1
        elif finding.fatal is not None:
            fatal = fatal or finding.fatal
            exam.stop.set()
        else:
            yield finding
    if fatal is not None:
        raise fatal


def _next(found: SimpleQueue[Finding | None]) -> Finding | None:
    while True:
        with suppress(Empty):  # a wait without end would not let the signal handlers run on every platform
            return found.get(timeout=0.5)


def _chunks(pending: Sequence[Task], workers: int) -> Iterator[Sequence[Task]]:
    """Questions of one base together, so that its session serves many; small enough that every thread has work to the end."""
    by_base: dict[str, list[Task]] = {}
    for task in pending:
        by_base.setdefault(task.base, []).append(task)
    size = min(_LARGEST_CHUNK, max(1, -(-len(pending) // (workers * 4)))) if workers > 1 else len(pending)
    for tasks in by_base.values():
        for start in range(0, len(tasks), size or 1):
            yield tasks[start : start + size]
