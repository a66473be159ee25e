"""How long each step took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Milliseconds per step, in the order in which steps began; a step within another is counted for itself only."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}
        self._inner: list[float] = []

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        self._spent.setdefault(step, 0.0)
        self._inner.append(0.0)
        start = time.perf_counter()
        try:
            yield
        finally:
            whole = (time.perf_counter() - start) * 1000
            self._spent[step] += whole - self._inner.pop()
            if self._inner:
                self._inner[-1] += whole

    def take(self) -> tuple[tuple[str, float], ...]:
        """What was measured since the last taking."""
        taken = self.shares(1)
        self._spent.clear()
        return taken

    def shares(self, questions: int) -> tuple[tuple[str, float], ...]:
        """Each step's time divided among the questions that shared it."""
        return tuple((step, round(spent / questions, 3)) for step, spent in self._spent.items())
