"""What this machine can give a model: memory, and how many threads it is best computed with."""

from __future__ import annotations

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.engine_threads import default_threads
from sqlcoder_core.worker.memory import available_bytes


def refuse_too_large(what: str, size: int) -> None:
    """Raise ModelError where weights of that many bytes do not fit into the memory that can be had."""
    available = available_bytes()
    if available is not None and size > available:
        message = f"{what} takes {size / 1e9:.1f} GB of memory, and {available / 1e9:.1f} GB are available"
        raise ModelError(message, hint="choose a smaller quantisation (`sqlcoder models list`), or close other programs")


def thread_count(wanted: int | None) -> int:
    """The number that was asked for, else the one that engines do best with here."""
    return wanted or default_threads()
