"""How much memory this process may still take, container limits included."""

from __future__ import annotations

import os
from pathlib import Path

_GROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def total_bytes() -> int | None:
    """Memory of the machine, or of the container if that is less; None where the system does not tell."""
    known = [size for size in (_physical(), _number(_GROUP / "memory.max")) if size]
    return min(known, default=None)


def available_bytes() -> int | None:
    """What can be taken without pushing others out, in the machine and in the container; None where the system does not tell."""
    known = [size for size in (_field(_MEMINFO, "MemAvailable:", 1024), _left_in_container()) if size is not None]
    return max(0, min(known)) if known else None


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _left_in_container() -> int | None:
    limit, used = _number(_GROUP / "memory.max"), _number(_GROUP / "memory.current")
    if limit is None or used is None:
        return None
    # Files that were only read count as used, and give way.
    return limit - used + (_field(_GROUP / "memory.stat", "inactive_file", 1) or 0)


def _field(file: Path, name: str, unit: int) -> int | None:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith(name)), None)
    return int(found.split()[1]) * unit if found else None


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):  # no such limit, or the word `max`
        return None
