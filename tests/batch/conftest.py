"""A session that answers without a database, and items to ask it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

import pytest

from sqlcoder_core.batch.items import Item
from sqlcoder_core.errors import DatabaseError, PluginError
from sqlcoder_core.orderly_stop import Stop
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question
from sqlcoder_core.values.result import Limits, ResultSet


class FakeSession:
    """Answers with the question's own text; words in it make it fail, abstain, crash or lose the connection."""

    def __init__(self, world: FakeWorld, database: str) -> None:
        self.world = world
        self.database = database
        self.built = SimpleNamespace(limits=Limits(), limit=None)
        self.closed = False

    @property
    def signature(self) -> tuple[tuple[str, str], ...]:
        return (("settings", self.world.settings), ("catalog", f"hash of {self.database}"))

    @property
    def together(self) -> int:
        return self.world.together

    def ask_many(self, questions: Sequence[Question], **wishes: object) -> Iterator[Answer]:
        self.world.groups.append([question.text for question in questions])
        if any("poison" in question.text for question in questions):
            raise PluginError("one of them is poison")
        return (self.ask(question, **wishes) for question in questions)

    def ask(self, question: Question, **wishes: object) -> Answer:
        self.world.asked.append((self.database, question.text))
        time.sleep(self.world.delay)
        text = question.text
        if "poison" in text:
            raise PluginError("this one is poison")
        if "crash" in text:
            raise IndexError("list index out of range")
        if "lost" in text and self.world.losses > 0:
            self.world.losses -= 1
            return self._answer(question, "failed", "connection_lost")
        if "fail" in text:
            return self._answer(question, "failed", "database")
        if "abstain" in text:
            return self._answer(question, "abstained", "not_understood")
        result = ResultSet(columns=("text", "database"), types=("VARCHAR", "VARCHAR"), rows=((text, self.database),))
        return Answer(question=question, status="answered", dialect="duckdb", sql="SELECT 1", result=result)

    def _answer(self, question: Question, status: str, code: str) -> Answer:
        return Answer(question=question, status=status, dialect="duckdb", problems=(Problem(code=code, message=code),))

    def close(self) -> None:
        self.closed = True


class FakeWorld:
    """Databases, what was asked of them, and the settings of the day."""

    def __init__(self) -> None:
        self.settings = "monday"
        self.asked: list[tuple[str, str]] = []
        self.opened: list[FakeSession] = []
        self.unreachable: set[str] = set()
        self.losses = 0
        self.delay = 0.0
        self.together = 1
        self.groups: list[list[str]] = []

    def open(self, database: str) -> FakeSession:
        if database in self.unreachable:
            raise DatabaseError(f"cannot reach {database or 'the database'}")
        self.opened.append(FakeSession(self, database))
        return self.opened[-1]


@pytest.fixture
def world() -> FakeWorld:
    """Everything reachable, nothing asked yet."""
    return FakeWorld()


@pytest.fixture
def make_items() -> Callable[..., tuple[Item, ...]]:
    """Items with these questions; `database=...` goes to all."""

    def make(*questions: str, **more: object) -> tuple[Item, ...]:
        return tuple(
            Item(index=number, place=f"in.txt:{number + 1}", id=f"q{number + 1}", question=text, **more)
            for number, text in enumerate(questions)
        )

    return make


@pytest.fixture
def stop() -> Stop:
    """A stop that nobody has asked for."""
    return Stop(lambda: None)
