"""Sinks that were asked for must work; one that comes in addition may fail without losing the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.contracts.component import Context, Settings
from sqlcoder_core.contracts.sink import Sink
from sqlcoder_core.errors import PluginError
from sqlcoder_core.steps.deliver import Delivery, Target
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.question import Question

ANSWER = Answer(question=Question(text="how many?"), status="answered", dialect="duckdb")


class Kept(Sink):
    name = "kept"

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__(Settings(), Context(project_dir=Path(), config_dir=Path(), cache_dir=Path()))
        self.seen: list[Answer] = []
        self.closed = False
        self.fails = fails

    def open(self, destination: Any) -> None:
        pass

    def write(self, answer: Answer) -> None:
        if self.fails:
            raise RuntimeError("no paper")
        self.seen.append(answer)

    def close(self) -> None:
        self.closed = True


def target(sink: Kept, *, essential: bool) -> Target:
    return Target("kept", sink, None, essential=essential)  # type: ignore[arg-type]


def test_an_extra_sink_that_fails_is_left_out_once_and_the_others_get_every_answer() -> None:
    warnings: list[str] = []
    good, bad = Kept(), Kept(fails=True)
    delivery = Delivery([target(good, essential=True), target(bad, essential=False)], warnings.append)
    delivery.open()
    delivery.write(ANSWER)
    delivery.write(ANSWER)
    delivery.close()
    assert good.seen == [ANSWER, ANSWER]
    assert (good.closed, bad.closed) == (True, False)
    assert warnings == ["sink 'kept' failed: RuntimeError: no paper; it gets no more answers"]
    assert delivery.exit_code == 3


def test_a_sink_that_was_asked_for_ends_the_run_by_name() -> None:
    delivery = Delivery([target(Kept(fails=True), essential=True)], print)
    delivery.open()
    with pytest.raises(PluginError, match="sink 'kept' failed: RuntimeError: no paper"):
        delivery.write(ANSWER)
