"""Items in, answers as JSON text out, in threads that each have their own sessions."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from queue import SimpleQueue

from sqlcoder_core.batch.items import Item
from sqlcoder_core.batch.sessions import Asked, Opener, SessionPool, settings_of
from sqlcoder_core.batch.wishes import Wishes
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.answer_json import answer_object, json_text
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question

CONNECTION_LOST = "connection_lost"
RETRY_AFTER = (0.5, 2.0)
"""Seconds before asking again when the connection was lost; every other failure would come back the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer with its JSON text. `settings` are those of its database, None when there is no session for it.

    `fatal` is an error that concerns the whole run; `skipped` says that the run was stopped before this item was begun.
    """

    item: Item
    status: str = "failed"
    text: str = ""
    settings: Mapping[str, str] | None = None
    fatal: BaseException | None = None
    skipped: bool = False


class Asker:
    """Answers items for one thread. `stop` cuts short the waiting before a retry."""

    def __init__(self, opener: Opener, wishes: Wishes, stop: threading.Event) -> None:
        self._sessions = SessionPool(opener)
        self._wishes = wishes
        self._stop = stop
        self._patient = True

    def close(self) -> None:
        """End the sessions."""
        self._sessions.__exit__()

    def answer(self, item: Item) -> Outcome:
        """The item's outcome; only what concerns every item is fatal."""
        if self._stop.is_set():
            return Outcome(item=item, skipped=True)
        if item.error is not None:
            return _outcome(item, _failed(item, item.error, 2), None)
        database = item.database or ""
        try:
            session = self._sessions.get(database)
            settings = settings_of(session, self._wishes)
        except SqlcoderError as error:
            self._sessions.drop(database)
            if item.database is None:
                return Outcome(item=item, fatal=error)
            return _outcome(item, _failed(item, _told(error), error.exit_code), None)
        return _outcome(item, self._asked(session, item), settings)

    def _asked(self, session: Asked, item: Item) -> Answer:
        limit = item.limit or self._wishes.limit or session.built.limit
        question = Question(text=item.question, id=item.id, instructions=item.instructions, limit=limit)
        wishes = self._wishes.keywords(session.built.limits)
        try:
            answer = session.ask(question, **wishes)
            # Where waiting has not helped one question, the next ones do not wait until the connection has been seen again.
            for delay in RETRY_AFTER if self._patient else ():
                if not _is_lost(answer) or self._stop.wait(delay):
                    break
                answer = session.ask(question, **wishes)
            self._patient = not _is_lost(answer)
        except SqlcoderError as error:
            return _failed(item, _told(error), error.exit_code)
        except Exception as error:  # noqa: BLE001 - one question's crash must not end the others; its line names it, and the session is renewed
            self._sessions.drop(item.database or "")
            problem = Problem(code="internal", message=f"{type(error).__name__}: {error}", hint="please report it", found_by="batch")
            return _failed(item, problem, 1)
        return answer


def work(asker: Asker, items: SimpleQueue[Item | None], outcomes: SimpleQueue[Outcome]) -> None:
    """A thread's life: answer items until there is None."""
    try:
        while (item := items.get()) is not None:
            try:
                outcome = asker.answer(item)
            except BaseException as error:  # noqa: BLE001 - nobody else could say that this thread has died; the run ends with the error
                outcome = Outcome(item=item, fatal=error)
            outcomes.put(outcome)
    finally:
        asker.close()


def _is_lost(answer: Answer) -> bool:
    return any(problem.code == CONNECTION_LOST for problem in answer.problems)


def _outcome(item: Item, answer: Answer, settings: Mapping[str, str] | None) -> Outcome:
    record = answer_object(answer)
    if item.extra:
        record["extra"] = item.extra
    return Outcome(item=item, status=answer.status, text=json_text(record), settings=settings)


def _failed(item: Item, problem: Problem, exit_code: int) -> Answer:
    question = Question(text=item.question, id=item.id, instructions=item.instructions, limit=item.limit)
    return Answer(question=question, status="failed", dialect="", problems=(problem,), exit_code=exit_code)


def _told(error: SqlcoderError) -> Problem:
    code = {1: "refused", 2: "usage", 3: "plugin", 4: "file", 5: "database", 124: "time_limit"}.get(error.exit_code, "error")
    return Problem(code=code, message=error.message, place=error.place, hint=error.hint, found_by="batch")
