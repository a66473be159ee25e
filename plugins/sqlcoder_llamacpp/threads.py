"""How many threads compute: one core stays free, since llama.cpp's threads spin and all wait for the one that lost its core."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")


def default_threads() -> int:
    """Physical cores that this process may use, less one; at least one."""
    return max(1, _physical_cores() - 1)


def _physical_cores() -> int:
    if sys.platform == "darwin":
        return _fast_mac_cores() or os.cpu_count() or 1
    if sys.platform == "linux":
        return len({_siblings(cpu) for cpu in os.sched_getaffinity(0)})
    return os.cpu_count() or 1


def _siblings(cpu: int) -> str:
    """What the threads of one core have in common; each on its own where the system does not tell."""
    try:
        return (_TOPOLOGY / f"cpu{cpu}" / "topology" / "thread_siblings_list").read_text().strip()
    except OSError:
        return str(cpu)


def _fast_mac_cores() -> int:
    """Performance cores; efficiency cores would hold up the others."""
    for name in ("hw.perflevel0.physicalcpu", "hw.physicalcpu"):
        try:
            done = subprocess.run(["sysctl", "-n", name], capture_output=True, text=True, check=False)
        except OSError:  # a sandbox that lets nothing be started
            return 0
        if done.returncode == 0 and done.stdout.strip().isdigit():
            return int(done.stdout)
    return 0
