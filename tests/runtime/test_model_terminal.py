"""A model's text on a real terminal: shown while it is written, gone at the end, stopped by Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COUNT = "SELECT count(*) AS n FROM pets"
GENEROUS = 30.0


class Terminal:
    """A process on a pseudo terminal; `seen` is all that it has written."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
        self.seen = ""
        self.process, self._handle = pty.fork()
        if self.process == 0:
            os.closerange(3, 256)
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-m", "sqlcoder_core", *arguments], environ)

    def wait_for(self, text: str) -> None:
        until = time.monotonic() + GENEROUS
        while text not in self.seen:
            assert self._read(until - time.monotonic()), self.seen

    def interrupt(self) -> None:
        os.write(self._handle, b"\x03")

    def finish(self) -> int:
        until = time.monotonic() + GENEROUS
        while self._read(until - time.monotonic()):
            pass
        _, status = os.waitpid(self.process, 0)
        os.close(self._handle)
        return os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._handle], [], [], max(0.0, seconds))
        assert ready, self.seen
        try:
            part = os.read(self._handle, 1 << 16)
        except OSError:
            return False
        self.seen += part.decode("utf-8", "replace")
        return bool(part)


@pytest.fixture
def terminal(pets: Path, distribution: Path) -> Iterator[Callable[..., Terminal]]:
    def run(*arguments: str) -> Terminal:
        environ = {**os.environ, "PYTHONPATH": str(distribution), "TERM": "xterm-256color", "PYTHONUTF8": "1", "COLUMNS": "100"}
        environ.pop("NO_COLOR", None)
        return Terminal(pets, arguments, environ)

    yield run


def children_of(process: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if re.search(rf"^PPid:\t{process}$", status.read_text(), re.MULTILINE):
                found.append(int(status.parent.name))
        except OSError:
            continue
    return found


def test_the_text_of_one_beam_is_shown_dim_and_replaced_by_the_answer(configure, terminal) -> None:
    configure(answers={"pets": [COUNT]}, beams=1, slow=0.05)
    screen = terminal("ask", "how many pets")
    assert screen.finish() == 0
    assert re.search(r"\x1b\[2mSELECT count", screen.seen), screen.seen
    shown, _, rest = screen.seen.rpartition("\x1b[2mSELECT")
    assert shown.count("\x1b[2mSELECT") > 1  # it grew
    assert "\x1b[2K" in rest  # and was wiped
    assert re.search(r"\b3\b", rest)


@pytest.mark.parametrize(("flags", "beams"), [(("-q",), 1), ((), 2)])
def test_quiet_and_several_beams_show_nothing_on_the_way(configure, terminal, flags: tuple[str, ...], beams: int) -> None:
    configure(answers={"pets": [COUNT]}, beams=beams, slow=0.01)
    screen = terminal("ask", "how many pets", *flags)
    assert screen.finish() == 0
    assert "\x1b[2mSELECT" not in screen.seen


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(("question", "shown"), [("how many pets", "SELECT"), ("stubborn", "answering")])
def test_ctrl_c_ends_a_model_that_listens_and_one_that_does_not(configure, terminal, question: str, shown: str) -> None:
    configure(answers={"pets": [f"SELECT {', '.join(map(str, range(3000)))}"]}, beams=1, slow=0.02, max_tokens=10_000)
    screen = terminal("ask", question)
    screen.wait_for(shown)
    workers = children_of(screen.process)
    assert workers
    screen.interrupt()
    assert screen.finish() == 130
    assert "sqlcoder: interrupted" in screen.seen
    assert "Traceback" not in screen.seen
    until = time.monotonic() + GENEROUS
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_batch_is_stopped_at_once_by_the_second_ctrl_c_and_leaves_no_process(configure, terminal, pets: Path) -> None:
    configure(answers={"pets": [COUNT]}, beams=1, together=1)
    (pets / "questions.txt").write_text("how many pets\nstubborn\nstubborn\nstubborn\n")
    screen = terminal("batch", "questions.txt", "--out", "answers.jsonl")
    journal = pets / "answers.jsonl.journal"
    until = time.monotonic() + GENEROUS
    while not (journal.exists() and '"answered"' in journal.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    workers = children_of(screen.process)
    screen.interrupt()
    screen.wait_for("again to stop at once")
    screen.interrupt()
    assert screen.finish() == 130
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until + GENEROUS
        time.sleep(0.05)
    assert '"answered"' in (pets / "answers.jsonl").read_text()
