"""How much memory a process holds, as its parent sees it."""

from __future__ import annotations

import os
import subprocess
import sys

WATCH_SECONDS = 0.01 if sys.platform == "linux" else 0.25
"""How often it is worth looking: a file read on Linux, a process started elsewhere."""


def resident_bytes(process: int) -> int:
    """Resident set of that process in bytes; 0 when it is gone or the system does not tell."""
    if sys.platform == "linux":
        return _from_proc(process)
    return 0 if sys.platform == "win32" else _from_ps(process)


def _from_proc(process: int) -> int:
    try:
        with open(f"/proc/{process}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _from_ps(process: int) -> int:
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False)
    return int(done.stdout.strip() or 0) * 1024


def available_bytes() -> int | None:
    """Memory that can still be had before the system swaps or kills, a container's bound included; None where the system does not tell."""
    from sqlcoder_core.models.hardware import look_without_gpus

    return look_without_gpus().memory_free or None
