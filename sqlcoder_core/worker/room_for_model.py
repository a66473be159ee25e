"""What this machine can give a model: memory, and how many threads it is best computed with."""

from __future__ import annotations

import os
import sys

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.gpus import run_program
from sqlcoder_core.models.hardware import Hardware, look


def machine() -> Hardware:
    """Cores and memory. Accelerators are not asked for, since their tools are slow to answer; only macOS tells its memory by a program."""
    return look(os.environ, run=run_program if sys.platform == "darwin" else lambda command: "")


def refuse_too_large(what: str, size: int) -> None:
    """Raise ModelError where weights of that many bytes do not fit into the memory that can be had, a container's bound included."""
    available = machine().memory_free
    if available and size > available:  # 0 where the system does not tell
        message = f"{what} takes {size / 1e9:.1f} GB of memory, and {available / 1e9:.1f} GB are available"
        raise ModelError(message, hint="choose a smaller quantisation (`sqlcoder models list`), or close other programs")


def thread_count(wanted: int | None) -> int:
    """The number that was asked for, else all physical cores but one: engines spin, and stall when somebody takes a core of theirs."""
    return wanted or max(1, machine().cores - 1)
