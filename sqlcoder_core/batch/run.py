"""Many questions in, one line per answer out: resumable, in order, stopped in order."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from sqlcoder_core.batch.asking import Asker, Outcome, work
from sqlcoder_core.batch.items import Item
from sqlcoder_core.batch.keeping import Output
from sqlcoder_core.batch.sessions import Opener
from sqlcoder_core.batch.wishes import Wishes
from sqlcoder_core.errors import FileError, SqlcoderError
from sqlcoder_core.orderly_stop import Stop


@dataclass(slots=True, kw_only=True)
class Summary:
    """What a run came to. `statuses` counts the answers that stand now, `asked` those given in this run."""

    statuses: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 when all were answered or abstained, 1 when some were not, 130 when it was stopped."""
        if self.interrupted:
            return 130
        return 1 if self.statuses["failed"] or self.statuses["refused"] else 0


def ask_all(items: Sequence[Item], opener: Opener, wishes: Wishes, *, workers: int, stop: Stop) -> Iterator[Outcome]:
    """Outcomes as they come. After a stop the questions in work are finished and no others are begun.

    Raises what a worker calls fatal, after the others have finished their question.
    """
    waiting: SimpleQueue[Item | None] = SimpleQueue()
    outcomes: SimpleQueue[Outcome] = SimpleQueue()
    askers = [Asker(opener, wishes, stop.event) for _ in range(min(workers, len(items)))]
    # Daemons: after an immediate stop nobody waits for a query that is still running; its process ends with ours.
    threads = [threading.Thread(target=work, args=(asker, waiting, outcomes), daemon=True) for asker in askers]
    for thread in threads:
        thread.start()
    fatal: BaseException | None = None
    for outcome in _fed(iter(items), waiting, outcomes, ahead=lambda: 2 * sum(asker.together for asker in askers), stop=stop):
        if outcome.fatal is not None:
            fatal = fatal or outcome.fatal
            stop.event.set()
        elif not outcome.skipped:
            yield outcome
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    if fatal is not None:
        raise fatal


def _fed(
    items: Iterator[Item], waiting: SimpleQueue[Item | None], outcomes: SimpleQueue[Outcome], *, ahead: Callable[[], int], stop: Stop
) -> Iterator[Outcome]:
    """Keeps `ahead` items with the workers, so that none of them waits and a stop has few to take back."""
    given = 0
    while True:
        while given < ahead() and not stop.event.is_set() and (item := next(items, None)) is not None:
            waiting.put(item)
            given += 1
        if stop.event.is_set():
            given -= _taken_back(waiting)
        if not given:
            return
        yield _next(outcomes)
        given -= 1


def _next(outcomes: SimpleQueue[Outcome]) -> Outcome:
    while True:
        with suppress(Empty):  # a wait without end would not let the signal handlers run on every platform
            return outcomes.get(timeout=0.5)


def _taken_back(waiting: SimpleQueue[Item | None]) -> int:
    count = 0
    with suppress(Empty):
        while True:
            waiting.get_nowait()
            count += 1
    return count


def run_batch(
    items: Sequence[Item],
    output: Output,
    opener: Opener,
    wishes: Wishes,
    *,
    workers: int = 1,
    stop: Stop,
    told: Callable[[Outcome], None],
) -> Summary:
    """Ask the items and keep their answers; `told` hears of each. Raises FileError when they cannot be kept, and what is fatal to all.

    Whatever ends the run but a failing disk, what was answered is put in its place before it ends.
    """
    summary = Summary()
    start = time.perf_counter()
    with stop.listening():
        try:
            for outcome in ask_all(items, opener, wishes, workers=workers, stop=stop):
                output.add(outcome)
                summary.asked += 1
                told(outcome)
        except KeyboardInterrupt:
            stop.event.set()
        except (FileError, BrokenPipeError):
            raise
        except SqlcoderError:
            if summary.asked:
                output.finish()
            raise
        output.finish()
    summary.interrupted = stop.signalled
    summary.seconds = time.perf_counter() - start
    summary.statuses = output.statuses()
    return summary
