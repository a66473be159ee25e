"""Signs of life: only on a terminal, only for what takes long, and gone afterwards."""

from __future__ import annotations

import io
import threading
import time
from types import SimpleNamespace
from typing import ClassVar

import pytest

from sqlcoder_core.cli import progress, writing
from sqlcoder_core.cli.progress import spinner
from sqlcoder_core.values.options import Options


class Screen(io.StringIO):
    """A stderr that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch):
    """The terminal that stderr is."""
    screen = Screen()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=screen))  # pytest puts its own sys.stderr back for each phase
    monkeypatch.setenv("TERM", "xterm")
    return screen


def wait_until_drawn(screen):
    end = time.monotonic() + 30
    while "working" not in screen.getvalue():
        assert time.monotonic() < end, "nothing was drawn"
        time.sleep(0.001)


def test_what_takes_long_is_shown_and_wiped(screen, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0)
    with spinner("working", Options()):
        wait_until_drawn(screen)
    assert screen.getvalue().endswith("\r\x1b[2K")


def test_what_is_done_at_once_is_not_shown(screen, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 3600)
    with spinner("working", Options()):
        pass
    assert screen.getvalue() == ""


@pytest.mark.parametrize("why", ["pipe", "quiet", "dumb"])
def test_nothing_is_drawn_where_it_would_be_in_the_way(why, screen, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0)
    if why == "pipe":
        monkeypatch.setattr(Screen, "isatty", lambda self: False)
    if why == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    with spinner("working", Options(quiet=why == "quiet")):
        time.sleep(0.05)
    assert screen.getvalue() == ""


def test_an_error_passes_through_and_the_line_is_wiped(screen, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0)
    with pytest.raises(ValueError, match="no"), spinner("working", Options()):
        wait_until_drawn(screen)
        raise ValueError("no")
    assert screen.getvalue().endswith("\r\x1b[2K")


def test_an_interrupt_while_the_spinner_starts_leaves_none_behind(screen, monkeypatch):
    started = []
    start = threading.Thread.start

    def interrupted(thread):
        start(thread)
        started.append(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), spinner("working", Options()):
        pytest.fail("it was interrupted before")
    assert [thread.is_alive() for thread in started] == [False]


def test_an_interrupt_while_the_text_begins_to_show_gives_the_cursor_back(monkeypatch):
    class Live:
        calls: ClassVar[list[str]] = []

        def start(self):
            self.calls.append("start")
            raise KeyboardInterrupt

        def stop(self):
            self.calls.append("stop")

    monkeypatch.setattr(writing, "_live", lambda options: Live())
    shown = writing.Writing(Options())
    with pytest.raises(KeyboardInterrupt), shown.waiting("answering"):
        shown._hear("SELECT")
    assert Live.calls == ["start", "stop"]
