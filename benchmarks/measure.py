"""Run commands in turn, A B A B ..., and report CPU seconds, wall seconds and peak memory of each whole process tree.

Shared machines drift by a quarter from hour to hour, so commands that are compared are measured in one run, alternating,
and ratios are taken pair by pair.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One run: CPU seconds of the process and the children it waited for, wall seconds, peak MiB of its largest process."""

    cpu: float
    wall: float
    peak_mib: float


def run_once(command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Reading:
    """Start the command, wait for it, and ask the operating system what it used; raises when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=dict(env) if env else None, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    noise = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {noise.decode(errors='replace')[-500:]}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Reading(cpu=usage.ru_utime + usage.ru_stime, wall=time.perf_counter() - start, peak_mib=usage.ru_maxrss / unit)


def alternate(commands: Mapping[str, Sequence[str]], *, rounds: int = 7, warm_up: int = 1, **where: object) -> dict[str, list[Reading]]:
    """Every command `rounds` times, one after the other in each round; the first `warm_up` rounds do not count."""
    readings: dict[str, list[Reading]] = {name: [] for name in commands}
    for number in range(warm_up + rounds):
        for name, command in commands.items():
            reading = run_once(command, **where)  # type: ignore[arg-type]
            if number >= warm_up:
                readings[name].append(reading)
    return readings


def table(readings: Mapping[str, Sequence[Reading]], *, against: str | None = None) -> str:
    """Medians per command, and the ratio of CPU to that of `against`, pair by pair."""
    lines = ["| command | CPU s | wall s | peak MiB |" + (f" CPU / {against} |" if against else "")]
    lines.append("| --- | --- | --- | --- |" + (" --- |" if against else ""))
    for name, runs in readings.items():
        cells = [
            name,
            f"{_median(r.cpu for r in runs):.3f}",
            f"{_median(r.wall for r in runs):.3f}",
            f"{_median(r.peak_mib for r in runs):.0f}",
        ]
        if against:
            ratios = (mine.cpu / other.cpu for mine, other in zip(runs, readings[against], strict=True))
            cells.append(f"{_median(ratios):.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def own_cpu() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def _median(values: object) -> float:
    return statistics.median(values)  # type: ignore[arg-type,type-var]
