"""What this machine has for running models: cores, memory within its limits, processor features, accelerators. Imports no engine."""

from __future__ import annotations

import ctypes
import math
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.models.gpus import Gpu, Run, find_gpus, run_program

_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp", "i8mm", "sve")
_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """`cores` are physical ones that this process may use, `threads` logical ones; memory counts bytes, container limits included.

    `features` are the processor's abilities that engines use, in the system's spelling.
    """

    cores: int
    threads: int
    memory: int
    memory_free: int
    processor: str = ""
    features: tuple[str, ...] = ()
    gpus: tuple[Gpu, ...] = ()


def look(environ: Mapping[str, str], *, root: Path = Path("/"), run: Run = run_program) -> Hardware:
    """The hardware of this machine. `root` and `run` are where files and programs are looked for."""
    if sys.platform == "darwin" and root == Path("/"):
        return _mac(environ, root, run)
    if sys.platform == "win32":
        return _windows(environ, root, run)
    return _linux(environ, root, run)


def look_without_gpus() -> Hardware:
    """This machine but for its accelerators, whose tools are slow to answer; only macOS tells its memory and cores by a program."""
    return look(os.environ, run=run_program if sys.platform == "darwin" else lambda command: "")


def _linux(environ: Mapping[str, str], root: Path, run: Run) -> Hardware:
    info = _text(root / "proc/cpuinfo")
    allowed = _allowed()
    quota = _cpu_quota(root)
    threads = max(1, min(len(allowed), quota or len(allowed)))
    cores = max(1, min(_physical(info, allowed) or threads, quota or threads))
    memory, free = _memory(root)
    return Hardware(
        cores=cores,
        threads=threads,
        memory=memory,
        memory_free=free,
        processor=_field(info, "model name") or platform.machine(),
        features=_features(f"{_field(info, 'flags')} {_field(info, 'Features')}".split()),
        gpus=find_gpus(environ, root=root, run=run),
    )


def _features(flags: Iterable[str]) -> tuple[str, ...]:
    there = set(flags)
    return tuple(name for name in _FEATURES if name in there)


def _allowed() -> set[int]:
    return os.sched_getaffinity(0) if sys.platform == "linux" else set(range(os.cpu_count() or 1))


def _physical(info: str, allowed: set[int]) -> int:
    """How many different cores the allowed processors are on; 0 where the system does not tell."""
    cores = set()
    for block in info.split("\n\n"):
        number, package, core = (_field(block, name) for name in ("processor", "physical id", "core id"))
        if number.isdigit() and int(number) in allowed and core:
            cores.add((package, core))
    return len(cores)


def _field(text: str, name: str) -> str:
    match = re.search(rf"^{re.escape(name)}\s*:\s*(.*)$", text, re.MULTILINE)
    return match[1].strip() if match else ""


def _cpu_quota(root: Path) -> int | None:
    """Processors that the control group grants, rounded up; None without a limit. Source: cgroup-v2.rst, cpu.max."""
    quotas = []
    for folder in _groups(root, "cpu"):
        quota, _, period = _text(folder / "cpu.max").partition(" ")
        if not quota:
            quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
        if quota.strip().isdigit() and period.strip().isdigit():
            quotas.append(math.ceil(int(quota) / int(period)))
    return max(1, min(quotas)) if quotas else None


def _memory(root: Path) -> tuple[int, int]:
    """All memory and what can still be had, in bytes, each bounded by the control groups that this process is in."""
    info = _text(root / "proc/meminfo")
    total, free = (int(_field(info, name).partition(" ")[0] or 0) * 1024 for name in ("MemTotal", "MemAvailable"))
    for folder in _groups(root, "memory"):
        limit = _number(folder / "memory.max") or _number(folder / "memory.limit_in_bytes")
        if not limit or limit > _NO_LIMIT:
            continue
        used = _number(folder / "memory.current") or _number(folder / "memory.usage_in_bytes")
        stat = dict(line.partition(" ")[::2] for line in _text(folder / "memory.stat").splitlines())
        cached = int(stat.get("total_inactive_file") or stat.get("inactive_file") or 0)  # pages that the system gives up when it must
        total, free = min(total, limit), min(free, max(0, limit - max(0, used - cached)))
    return total, free


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The control groups of this process, from its own up to the root, in version 2 and 1."""
    mount = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controllers and controller not in controllers.split(","):
            continue
        top = mount / controller if controllers else mount
        own = top / path.strip("/")
        yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(top) and folder.is_dir())


def _mac(environ: Mapping[str, str], root: Path, run: Run) -> Hardware:
    names = ("hw.physicalcpu", "hw.logicalcpu", "hw.memsize", "machdep.cpu.brand_string")
    cores, threads, memory, brand = (run(["sysctl", "-n", name]).strip() for name in names)
    total = int(memory) if memory.isdigit() else 0
    return Hardware(
        cores=int(cores) if cores.isdigit() else 1,
        threads=int(threads) if threads.isdigit() else os.cpu_count() or 1,
        memory=total,
        memory_free=_mac_free(run(["vm_stat"])) or total // 2,
        processor=brand,
        features=("asimd", "asimddp") if platform.machine() == "arm64" else (),
        gpus=find_gpus(environ, root=root, run=run, unified=total),
    )


def _mac_free(pages: str) -> int:
    """Bytes that can be had: free, inactive and speculative pages of `vm_stat`."""
    size = re.search(r"page size of (\d+)", pages)
    counts = re.findall(r"^Pages (?:free|inactive|speculative):\s+(\d+)", pages, re.MULTILINE)
    return int(size[1]) * sum(map(int, counts)) if size else 0


def _windows(environ: Mapping[str, str], root: Path, run: Run) -> Hardware:
    total, free = _windows_memory()
    threads = os.cpu_count() or 1
    gpus = find_gpus(environ, root=root, run=run)
    return Hardware(cores=max(1, threads // 2), threads=threads, memory=total, memory_free=free, processor=platform.processor(), gpus=gpus)


def _windows_memory() -> tuple[int, int]:
    """Total and free memory. Source: MEMORYSTATUSEX in sysinfoapi.h: two 32-bit numbers, then seven 64-bit ones."""
    if sys.platform != "win32":
        return 0, 0
    status = (ctypes.c_uint64 * 8)()
    status[0] = ctypes.sizeof(status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status[1]), int(status[2])


def _number(file: Path) -> int:
    text = _text(file).strip()
    return int(text) if text.isdigit() else 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not on this system, or not for us
        return ""
