"""The sandbox: the kernel's where there is one, said aloud where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from sqlcoder_core.errors import DatabaseError
from sqlcoder_core.worker import confine, landlock, warm_child
from sqlcoder_core.worker.wire import Start

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
needs_network_rules = pytest.mark.skipif(landlock.version() < 4, reason="this kernel's Landlock knows no network")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "named.txt"
    path.write_text("contents")
    return path


@pytest.fixture
def port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def codes(ask) -> set[str]:
    return {finding.code for finding in ask.worker.findings()}


@needs_landlock
def test_only_named_files_can_be_read(start, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("secret")
    ask = start(read=(str(file),))
    assert "sandboxed" in codes(ask)
    assert ask(f"read {file}") == ("contents",)
    for path in (other, Path.home() / ".bashrc", Path("/etc/hostname"), Path(f"/proc/{os.getpid()}/environ")):
        with pytest.raises(DatabaseError, match=r"PermissionError|FileNotFoundError"):
            ask(f"read {path}")


def test_no_file_can_be_made_or_grow(start, file: Path, tmp_path: Path) -> None:
    ask = start(read=(str(file),))
    for path in (file, tmp_path / "new.txt", Path("/tmp/sqlcoder-test-new.txt")):
        with pytest.raises(DatabaseError):
            ask(f"write {path}")
    assert file.read_text() == "contents"
    assert [path.name for path in tmp_path.iterdir()] == ["named.txt"]


@needs_landlock
def test_the_private_directory_can_be_written_and_goes_with_the_worker(start, tmp_path: Path) -> None:
    ask = start(scratch=True)
    (folder,) = ask("write_scratch")
    assert Path(folder, "x").read_text() == "written"
    assert Path(folder).stat().st_mode & 0o077 == 0
    with pytest.raises(DatabaseError):
        ask(f"write {tmp_path / 'new.txt'}")
    ask.worker.close()
    assert not Path(folder).exists()


@needs_network_rules
def test_no_port_can_be_reached_but_a_named_one(start, port: int) -> None:
    with pytest.raises(DatabaseError, match="PermissionError"):
        start()(f"connect_to {port}")
    assert start(port=port)(f"connect_to {port}") == ("connected",)


@needs_landlock
def test_no_program_can_be_started(start) -> None:
    with pytest.raises(DatabaseError, match="PermissionError"):
        start()("fork")
    assert start(sandbox=False)("fork") == ("from a shell\n",)


@needs_landlock
def test_a_file_that_was_exchanged_is_read_again(start, file: Path) -> None:
    ask = start(read=(str(file),))
    assert ask(f"read {file}") == ("contents",)
    newer = file.with_name("newer")
    newer.write_text("newer contents")
    newer.replace(file)
    assert ask(f"read {file}") == ("newer contents",)


def test_without_a_sandbox_it_still_works_and_says_so(start, file: Path) -> None:
    ask = start(sandbox=False)
    assert ask(f"read {file}") == ("contents",)
    (finding,) = [each for each in ask.worker.findings() if each.code == "unsandboxed"]
    assert "switched off" in finding.message
    assert finding.severity == ("warning" if sys.platform == "linux" else "note")


def _confined_in_a_child(patch: str) -> str:
    """What `confine` returns in a process where `patch` was run first."""
    import subprocess

    lines = (
        "from sqlcoder_core.worker import confine, landlock, wire",
        patch,
        "print(confine.confine(wire.Start(engine='x:y', file=None, settings={})))",
    )
    code = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_kernel_without_landlock_is_named_as_the_reason() -> None:
    assert _confined_in_a_child(
        "landlock.version = lambda: 0"
    ) == "the kernel has no Landlock" or "not implemented" in _confined_in_a_child("landlock.version = lambda: 0")


def test_a_sandbox_that_does_not_hold_is_not_believed() -> None:
    assert _confined_in_a_child("landlock.restrict = lambda **_: 7") == "the sandbox was set up, but the root folder can still be listed"


@pytest.mark.parametrize(
    ("level", "bits", "size"), [(1, 13, 8), (2, 14, 8), (3, 15, 8), (4, 15, 16), (5, 16, 16), (6, 16, 24), (7, 16, 24)]
)
def test_only_rights_that_a_version_knows_are_asked_for(level: int, bits: int, size: int) -> None:
    assert landlock._handled(level) == (1 << bits) - 1
    assert landlock._size(level) == size


def test_scratch_of_a_killed_program_is_removed_by_the_next(tmp_path: Path, monkeypatch) -> None:
    import subprocess
    import tempfile

    from sqlcoder_core.worker.scratch import make_scratch

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"sqlcoder-worker-{ended.pid}-abc"
    left.mkdir()
    kept = tmp_path / f"sqlcoder-worker-{os.getpid()}-abc"
    kept.mkdir()
    made = Path(make_scratch())
    assert not left.exists()
    assert kept.exists() and made.exists()
    shutil.rmtree(made)


def test_system_paths_are_named_only_where_a_network_needs_them() -> None:
    closed = set(confine._readable(Start(engine="x:y", file=None, settings={})))
    opened = set(confine._readable(Start(engine="x:y", file=None, settings={}, tcp_ports=(5432,))))
    assert "/etc/resolv.conf" in opened - closed
    assert str(Path.home()) not in opened
    assert warm_child.MODULE == "sqlcoder_core.worker.query_child"
