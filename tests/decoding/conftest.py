"""Answers of the toy engine, and what its session went through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.testing.tree_session import ToyEngine, ToySession
from sqlcoder_core.values.generation import Decoding, Generated


class Toy:
    """A decoder on the toy engine."""

    def __init__(self, engine: ToyEngine, **settings: Any) -> None:
        self.engine = engine
        self.decoder = Decoder(engine, engine.load(), **settings)

    @property
    def session(self) -> ToySession:
        return self.engine.opened[-1]

    def answer(self, *jobs: Job | str, pause: Callable[[], None] = lambda: None, on_text: Any = None, **decoding: Any) -> list[Generated]:
        asked: Sequence[Job] = [Job(job) if isinstance(job, str) else job for job in jobs]
        return list(self.decoder.generate(asked, Decoding(**{"max_tokens": 40, **decoding}), pause=pause, on_text=on_text))


@pytest.fixture
def toy() -> Iterator[Callable[..., Toy]]:
    """Makes toys; afterwards nothing but kept branches may be left in their sessions."""
    made: list[Toy] = []

    def make(engine: ToyEngine | None = None, **settings: Any) -> Toy:
        made.append(Toy(engine or ToyEngine(), **settings))
        return made[-1]

    yield make
    for one in made:
        kept = len(one.decoder._kept.runs) if one.decoder._kept is not None else 0
        assert one.session.branches == kept
