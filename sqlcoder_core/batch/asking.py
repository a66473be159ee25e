"""Items in, answers as JSON text out, in threads that each have their own sessions."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

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
    """Answers items for one thread. `stop` cuts short the waiting before a retry.

    `together` is how many items the sessions so far like to get at once.
    """

    def __init__(self, opener: Opener, wishes: Wishes, stop: threading.Event) -> None:
        self.together = 1
        self._sessions = SessionPool(opener)
        self._wishes = wishes
        self._stop = stop
        self._patient = True

    def close(self) -> None:
        """End the sessions."""
        self._sessions.__exit__()

    def likes(self, item: Item) -> int:
        """How many items like this one its session wants to get at once; opens the session."""
        if item.error is not None or self._stop.is_set():
            return 1
        try:
            wanted = self._sessions.get(item.database or "").together
        except SqlcoderError:
            return 1  # said when it is asked
        self.together = max(self.together, wanted)
        return wanted

    def answer(self, items: Sequence[Item]) -> Iterator[Outcome]:
        """One outcome for each of some items of one database, in order; only what concerns every item is fatal."""
        if self._stop.is_set():
            yield from (Outcome(item=item, skipped=True) for item in items)
            return
        first = items[0]
        if first.error is not None:
            yield _outcome(first, _failed(first, first.error, 2), None)
            return
        try:
            session = self._sessions.get(first.database or "")
            settings = settings_of(session, self._wishes)
        except SqlcoderError as error:
            self._sessions.drop(first.database or "")
            fatal = first.database is None
            yield from (Outcome(item=one, fatal=error) if fatal else _outcome(one, _failed_by(one, error), None) for one in items)
            return
        answers = self._asked(session, first) if len(items) == 1 else self._asked_together(session, items)
        for item, answer in zip(items, answers, strict=True):
            yield _outcome(item, answer, settings)

    def _asked_together(self, session: Asked, items: Sequence[Item]) -> Iterator[Answer]:
        """Where one of several brings an error down on all of them, those without an answer are asked one by one."""
        answered = 0
        try:
            questions = [self._question(session, item) for item in items]
            for item, answer in zip(items, session.ask_many(questions, **self._wishes.keywords(session.built.limits)), strict=True):
                yield self._insisted(session, item, answer)
                answered += 1
        except Exception:  # noqa: BLE001 - whose fault it is shows when each is asked alone, and is then told
            for item in items[answered:]:
                yield from self._asked(self._sessions.get(item.database or ""), item)

    def _asked(self, session: Asked, item: Item) -> Iterator[Answer]:
        yield self._insisted(session, item, self._alone(session, item))

    def _alone(self, session: Asked, item: Item) -> Answer:
        try:
            return session.ask(self._question(session, item), **self._wishes.keywords(session.built.limits))
        except SqlcoderError as error:
            return _failed_by(item, error)
        except Exception as error:  # noqa: BLE001 - one question's crash must not end the others; its line names it, and the session is renewed
            self._sessions.drop(item.database or "")
            problem = Problem(code="internal", message=f"{type(error).__name__}: {error}", hint="please report it", found_by="batch")
            return _failed(item, problem, 1)

    def _insisted(self, session: Asked, item: Item, answer: Answer) -> Answer:
        """The answer, asked for again where the connection was lost.

        Where waiting has not helped one question, the next ones do not wait until the connection has been seen again.
        """
        for delay in RETRY_AFTER if self._patient else ():
            if not _is_lost(answer) or self._stop.wait(delay):
                break
            answer = self._alone(session, item)
        self._patient = not _is_lost(answer)
        return answer

    def _question(self, session: Asked, item: Item) -> Question:
        limit = item.limit or self._wishes.limit or session.built.limit
        return Question(text=item.question, id=item.id, instructions=item.instructions, limit=limit)


def work(asker: Asker, items: SimpleQueue[Item | None], outcomes: SimpleQueue[Outcome]) -> None:
    """A thread's life: answer items, as many at once as their session likes, until there is None."""
    try:
        item = items.get()
        while item is not None:
            group, following = _group(asker, item, items)
            answered = 0
            try:
                for outcome in asker.answer(group):
                    answered += 1
                    outcomes.put(outcome)
            except BaseException as error:  # noqa: BLE001 - nobody else could say that this thread has died; the run ends with the error
                for one in group[answered:]:
                    outcomes.put(Outcome(item=one, fatal=error))
            item = items.get() if following == "unknown" else following
    finally:
        asker.close()


def _group(asker: Asker, first: Item, items: SimpleQueue[Item | None]) -> tuple[list[Item], Item | Literal["unknown"] | None]:
    """`first` with those that wait behind it and go with it, and the one that was taken and does not."""
    group = [first]
    with suppress(Empty):
        for _ in range(_likes(asker, first) - 1):
            following = items.get_nowait()
            if following is None or following.error is not None or following.database != first.database:
                return group, following
            group.append(following)
    return group, "unknown"


def _likes(asker: Asker, item: Item) -> int:
    try:
        return asker.likes(item)
    except Exception:  # noqa: BLE001 - opening a session may fail in any way; the same way again when it is asked, where it is told
        return 1


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


def _failed_by(item: Item, error: SqlcoderError) -> Answer:
    return _failed(item, _told(error), error.exit_code)


def _told(error: SqlcoderError) -> Problem:
    code = {1: "refused", 2: "usage", 3: "plugin", 4: "file", 5: "database", 124: "time_limit"}.get(error.exit_code, "error")
    return Problem(code=code, message=error.message, place=error.place, hint=error.hint, found_by="batch")
