"""Signals that end a long run in order: the first one lets what is in work finish, the second one does not wait."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """SIGINT and SIGTERM ask once for an orderly stop, and the second time for an immediate one (KeyboardInterrupt)."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self.event = threading.Event()
        self.signalled = False
        self._tell = tell

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals over, and give them back afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.signalled:
            raise KeyboardInterrupt
        self.signalled = True
        self.event.set()
        self._tell()
