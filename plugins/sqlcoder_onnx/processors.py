"""How many threads compute, and how much memory there is for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")
_MEMORY = Path("/proc/meminfo")
_GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def default_threads() -> int:
    """Physical cores that this process may use, less one, at least one: a step waits for its slowest thread."""
    return max(1, _physical_cores() - 1)


def memory_bytes() -> int | None:
    """Memory of the machine, or of the container if that is less; None where the system does not tell."""
    known = [size for size in (_total(), _group_limit()) if size]
    return min(known, default=None)


def _physical_cores() -> int:
    if sys.platform == "linux":
        return len({_siblings(cpu) for cpu in os.sched_getaffinity(0)})
    if sys.platform == "darwin":
        return _performance_cores() or os.cpu_count() or 1
    return os.cpu_count() or 1


def _siblings(cpu: int) -> str:
    """What the hardware threads of one core have in common; each is its own where the system does not tell."""
    try:
        return (_TOPOLOGY / f"cpu{cpu}/topology/thread_siblings_list").read_text()
    except OSError:
        return str(cpu)


def _performance_cores() -> int:
    try:
        told = subprocess.run(["sysctl", "-n", "hw.perflevel0.physicalcpu"], capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # a sandbox that lets nothing be started
        return 0
    return int(told) if told.isdigit() else 0


def _total() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def available_bytes() -> int | None:
    """What can still be taken without pushing others out; None where the system does not tell."""
    try:
        line = next(line for line in _MEMORY.read_text().splitlines() if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return None
    return int(line.split()[1]) * 1024


def _group_limit() -> int | None:
    try:
        return int(_GROUP_LIMIT.read_text())
    except (OSError, ValueError):  # no such limit, or the word `max`
        return None
