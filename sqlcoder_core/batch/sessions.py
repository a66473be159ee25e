"""Sessions by database, a few of them kept warm."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self

from sqlcoder_core.batch.wishes import Wishes
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.question import Question
from sqlcoder_core.values.result import Limits


class Asked(Protocol):
    """What a batch needs of a session."""

    @property
    def signature(self) -> tuple[tuple[str, str], ...]:
        """What makes an answer repeatable."""

    @property
    def built(self) -> Any:
        """Limits and the configured LIMIT."""

    @property
    def together(self) -> int:
        """How many questions it likes to get at once."""

    def ask(self, question: Question, **wishes: Any) -> Answer:
        """Answer one question."""

    def ask_many(
        self,
        questions: Sequence[Question],
        *,
        run: bool = True,
        candidates: int | None = None,
        min_confidence: float | None = None,
        limits: Limits | None = None,
    ) -> Iterator[Answer]:
        """Answer several, in order."""

    def close(self) -> None:
        """End the session."""


Opener = Callable[[str], Asked]


class SessionPool:
    """One session per database, the least recently used closed when there are more than `most`. For one thread."""

    def __init__(self, opener: Opener, most: int = 4) -> None:
        self._opener = opener
        self._most = most
        self._open: OrderedDict[str, Asked] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for database in list(self._open):
            self.drop(database)

    def get(self, database: str) -> Asked:
        """The session of that database, opened when there is none."""
        if database not in self._open:
            if len(self._open) >= self._most:
                self.drop(next(iter(self._open)))
            self._open[database] = self._opener(database)
        self._open.move_to_end(database)
        return self._open[database]

    def drop(self, database: str) -> None:
        """Close that session, so that the next question opens a new one."""
        session = self._open.pop(database, None)
        if session is not None:
            session.close()


def settings_of(session: Asked, wishes: Wishes) -> dict[str, str]:
    """Everything that counts as the same settings: the session's signature, the catalog's hash in it, and the run's own flags."""
    return {**dict(session.signature), **dict(wishes.pairs())}
