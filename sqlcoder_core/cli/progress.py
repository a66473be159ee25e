"""Signs of life on a terminal's stderr for what takes longer than half a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlcoder_core.cli.terminal import can_move_cursor
from sqlcoder_core.values.options import Options

PATIENCE = 0.5
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_WIPE = "\r\x1b[2K"


@contextmanager
def spinner(text: str, options: Options) -> Iterator[None]:
    """Shows `text` and the seconds gone, from half a second on; nothing when stderr is no terminal or with -q."""
    if options.quiet or not can_move_cursor(sys.stderr):
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_spin, args=(text, done), daemon=True)
    try:
        thread.start()  # waits for the thread, and an interrupt may come meanwhile
        yield
    finally:
        done.set()
        if thread.is_alive():
            thread.join()


def _spin(text: str, done: threading.Event) -> None:
    start = time.monotonic()
    if done.wait(PATIENCE):
        return
    frames = _FRAMES if (sys.stderr.encoding or "").lower().startswith("utf") else "|/-\\"
    turn = 0
    while True:
        sys.stderr.write(f"{_WIPE}{frames[turn % len(frames)]} {text} {time.monotonic() - start:.0f} s")
        sys.stderr.flush()
        turn += 1
        if done.wait(0.1):
            break
    sys.stderr.write(_WIPE)
    sys.stderr.flush()
