"""Accelerators and their memory, asked of the driver's own tool or files; no engine is imported."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Run: TypeAlias = Callable[[Sequence[str]], str]
"""Runs a program and returns what it prints; "" where it is not there or fails."""

_SECONDS = 5.0
_QUERY = ("nvidia-smi", "--query-gpu=index,uuid,name,memory.total,memory.free", "--format=csv,noheader,nounits")
_METAL_SHARE = 0.75
"""Of a Mac's memory, what Metal lets one program use (recommendedMaxWorkingSetSize)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One accelerator. Memory counts bytes; None where the driver does not tell."""

    name: str
    kind: Literal["cuda", "rocm", "metal"]
    memory: int | None = None
    memory_free: int | None = None


def run_program(command: Sequence[str]) -> str:
    """What a program prints, for `Run`."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def find_gpus(environ: Mapping[str, str], *, root: Path, run: Run, unified: int | None = None) -> tuple[Gpu, ...]:
    """The accelerators that this process may use; `unified` is the memory that a Mac's processor and GPU share."""
    if unified is not None:
        return tuple(_metal(run, unified))
    return (*_nvidia(environ, root, run), *_amd(environ, root))


def _nvidia(environ: Mapping[str, str], root: Path, run: Run) -> Iterator[Gpu]:
    rows = [[cell.strip() for cell in line.split(",")] for line in run(_QUERY).splitlines()]
    told = [row for row in rows if len(row) == 5]
    visible = environ.get("CUDA_VISIBLE_DEVICES")
    for index, uuid, name, total, free in told:
        if visible is None or _is_visible(visible, index, uuid):
            yield Gpu(name=name, kind="cuda", memory=_mebibytes(total), memory_free=_mebibytes(free))
    if not told and visible not in ("", "-1"):
        yield from (Gpu(name=name, kind="cuda") for name in _in_driver(root))


def _is_visible(visible: str, index: str, uuid: str) -> bool:
    named = [one.strip() for one in visible.split(",")]
    return any(one == index or (one and uuid.startswith(one)) for one in named)


def _in_driver(root: Path) -> Iterator[str]:
    """Names from the driver's files, for containers without nvidia-smi."""
    for file in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        lines = dict(line.partition(":")[::2] for line in file.read_text(encoding="utf-8", errors="replace").splitlines())
        yield lines.get("Model", "NVIDIA GPU").strip()


def _amd(environ: Mapping[str, str], root: Path) -> Iterator[Gpu]:
    if environ.get("HIP_VISIBLE_DEVICES") in ("", "-1"):
        return
    for file in sorted((root / "sys/class/drm").glob("card*/device/mem_info_vram_total")):
        total, used = (_number(file.with_name(name)) for name in (file.name, "mem_info_vram_used"))
        yield Gpu(name="AMD GPU", kind="rocm", memory=total, memory_free=None if total is None else total - (used or 0))


def _metal(run: Run, unified: int) -> Iterator[Gpu]:
    if run(["sysctl", "-n", "hw.optional.arm64"]).strip() == "1":
        name = run(["sysctl", "-n", "machdep.cpu.brand_string"]).strip() or "Apple GPU"
        yield Gpu(name=name, kind="metal", memory=int(unified * _METAL_SHARE))


def _mebibytes(text: str) -> int | None:
    return int(text) * 2**20 if text.isdigit() else None


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
