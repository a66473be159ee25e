"""Hardware is told from the system's files and the driver's tool, within the limits of containers."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sqlcoder_core.models.gpus import Gpu, find_gpus, run_program
from sqlcoder_core.models.hardware import look

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the files are those of Linux")

GB = 10**9


def silent(_: Sequence[str]) -> str:
    return ""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with 4 processors on 2 cores and 16 GB, 12 GB of them free."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    blocks = [
        f"processor\t: {number}\nmodel name\t: Some CPU\nphysical id\t: 0\ncore id\t\t: {number % 2}\nflags\t\t: fpu avx2 avx512f\n"
        for number in range(4)
    ]
    write(tmp_path / "proc/cpuinfo", "\n".join(blocks))
    write(tmp_path / "proc/meminfo", f"MemTotal:       {16 * GB // 1024} kB\nMemFree: 1 kB\nMemAvailable:   {12 * GB // 1024} kB\n")
    write(tmp_path / "proc/self/cgroup", "0::/\n")
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_cores_are_physical_and_memory_is_what_can_be_had(root: Path) -> None:
    found = look({}, root=root, run=silent)
    assert (found.cores, found.threads) == (2, 4)
    assert found.memory == pytest.approx(16 * GB, abs=1024)
    assert found.memory_free == pytest.approx(12 * GB, abs=1024)
    assert (found.processor, found.features, found.gpus) == ("Some CPU", ("avx2", "avx512f"), ())


def test_a_process_bound_to_one_core_has_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2})
    assert look({}, root=root, run=silent).cores == 1


def test_a_containers_limits_count_in_both_versions_of_control_groups(root: Path) -> None:
    write(root / "sys/fs/cgroup/memory.max", f"{4 * GB}\n")
    write(root / "sys/fs/cgroup/memory.current", f"{3 * GB}\n")
    write(root / "sys/fs/cgroup/memory.stat", f"anon {GB}\ninactive_file {2 * GB}\n")
    write(root / "sys/fs/cgroup/cpu.max", "150000 100000\n")
    found = look({}, root=root, run=silent)
    assert (found.memory, found.memory_free) == (4 * GB, 3 * GB)  # 2 of the 3 GB in use are cache
    assert (found.cores, found.threads) == (2, 2)


def test_the_limit_of_any_group_above_counts(root: Path) -> None:
    write(root / "proc/self/cgroup", "4:memory:/outer/inner\n0::/\n")
    write(root / "sys/fs/cgroup/memory/outer/inner/memory.limit_in_bytes", str(1 << 63))
    write(root / "sys/fs/cgroup/memory/outer/memory.limit_in_bytes", str(2 * GB))
    write(root / "sys/fs/cgroup/memory/outer/memory.usage_in_bytes", str(GB))
    found = look({}, root=root, run=silent)
    assert (found.memory, found.memory_free) == (2 * GB, GB)


def test_no_limit_in_a_group_changes_nothing(root: Path) -> None:
    write(root / "sys/fs/cgroup/memory.max", "max\n")
    write(root / "sys/fs/cgroup/cpu.max", "max 100000\n")
    found = look({}, root=root, run=silent)
    assert found.threads == 4
    assert found.memory == pytest.approx(16 * GB, abs=1024)


def nvidia(command: Sequence[str]) -> str:
    if command[0] != "nvidia-smi":
        return ""
    return "0, GPU-aaa, NVIDIA H100, 81559, 80000\n1, GPU-bbb, NVIDIA L4, 23034, 1000\n"


def test_nvidia_gpus_come_with_their_memory(tmp_path: Path) -> None:
    first, second = find_gpus({}, root=tmp_path, run=nvidia)
    assert first == Gpu(name="NVIDIA H100", kind="cuda", memory=81559 * 2**20, memory_free=80000 * 2**20)
    assert second.memory_free == 1000 * 2**20


@pytest.mark.parametrize(("visible", "names"), [("1", ["NVIDIA L4"]), ("GPU-aaa", ["NVIDIA H100"]), ("", []), ("-1", [])])
def test_gpus_that_are_hidden_from_the_process_are_not_there(tmp_path: Path, visible: str, names: list[str]) -> None:
    assert [gpu.name for gpu in find_gpus({"CUDA_VISIBLE_DEVICES": visible}, root=tmp_path, run=nvidia)] == names


def test_without_its_tool_the_drivers_files_name_the_gpu(tmp_path: Path) -> None:
    write(tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA T4\nIRQ: 1\n")
    assert find_gpus({}, root=tmp_path, run=silent) == (Gpu(name="NVIDIA T4", kind="cuda"),)
    assert find_gpus({"CUDA_VISIBLE_DEVICES": ""}, root=tmp_path, run=silent) == ()


def test_a_mac_lends_its_gpu_three_quarters_of_its_memory(tmp_path: Path) -> None:
    told = {"hw.optional.arm64": "1\n", "machdep.cpu.brand_string": "Apple M3\n"}
    (gpu,) = find_gpus({}, root=tmp_path, run=lambda command: told[command[-1]], unified=16 * GB)
    assert gpu == Gpu(name="Apple M3", kind="metal", memory=12 * GB)


def test_a_program_that_is_not_there_or_fails_says_nothing() -> None:
    assert run_program(["/nonexistent/nvidia-smi"]) == ""
    assert run_program([sys.executable, "-c", "print('half'); raise SystemExit(9)"]) == ""


def test_this_machine_has_a_core_and_memory() -> None:
    found = look(os.environ)
    assert 1 <= found.cores <= found.threads
    assert 0 < found.memory_free <= found.memory
