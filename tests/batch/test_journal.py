"""The journal: what was appended is there after anything, and what is not whole is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sqlcoder_core.errors import FileError
from sqlcoder_core.journal import Journal


def texts(journal):
    return [json.loads(line)["n"] for _, line in journal.lines()]


@pytest.fixture
def path(tmp_path):
    """A journal with three lines."""
    path = tmp_path / "out.journal"
    journal = Journal(path)
    for number in range(3):
        journal.append(json.dumps({"n": number, "text": "é" * 50}))
    journal.close()
    return path


def test_lines_are_json_with_a_checksum(path):
    for line in path.read_bytes().splitlines():
        assert set(json.loads(line)) == {"crc", "n", "text"}


def test_a_line_is_found_again_by_its_position(tmp_path):
    journal = Journal(tmp_path / "j")
    places = [journal.append(f'{{"n": {number}}}') for number in range(5)]
    assert [json.loads(journal.read(place))["n"] for place in places] == list(range(5))
    assert [place for place, _ in journal.lines()] == places


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_torn_last_line_is_cut_off_wherever_it_tore(cut, path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    journal = Journal(path)
    assert journal.torn
    assert texts(journal) == [0, 1]
    journal.append('{"n": 9}')
    assert texts(journal) == [0, 1, 9]


def test_zeros_after_a_power_failure_are_a_torn_line(path):
    path.write_bytes(path.read_bytes() + b"\0" * 200_000)
    journal = Journal(path)
    assert journal.torn
    assert texts(journal) == [0, 1, 2]


@pytest.mark.parametrize("line", [1, 2, 3])
def test_one_changed_byte_is_damage_with_its_line_number(line, path):
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(b'"n": ', b'"n": 4')
    path.write_bytes(b"".join(lines))
    journal = Journal(path)
    with pytest.raises(FileError, match=rf"out.journal:{line}: this line is damaged; delete it .* --restart") as caught:
        list(journal.lines())
    assert caught.value.exit_code == 4


def test_a_second_process_is_refused(path):
    journal = Journal(path)
    code = f"from pathlib import Path; from sqlcoder_core.journal import Journal; Journal(Path({str(path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "is being written by another sqlcoder" in done.stderr
    journal.close()
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no RLIMIT_FSIZE to rely on")
def test_a_line_that_does_not_fit_on_the_disk_leaves_nothing_of_itself(path):
    code = f"""
import resource
from pathlib import Path
from sqlcoder_core.journal import Journal
from sqlcoder_core.errors import FileError
journal = Journal(Path({str(path)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({path.stat().st_size} + 100, resource.RLIM_INFINITY))
try:
    journal.append('{{"n": 8, "text": "' + "x" * 1000 + '"}}')
except FileError as error:
    print(error)
journal.append('{{"n": 9}}')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "file too large; raise the limit on file sizes" in done.stdout
    assert texts(Journal(path)) == [0, 1, 2, 9]


@pytest.mark.parametrize(("every", "syncs"), [(1, 6), (3, 2), (100, 0)])
def test_lines_are_made_durable_as_often_as_told(every, syncs, tmp_path, monkeypatch):
    journal = Journal(tmp_path / "j", fsync_every=every)
    seen = []
    monkeypatch.setattr(os, "fsync", seen.append)
    for number in range(6):
        journal.append(f'{{"n": {number}}}')
    assert len(seen) == syncs


def test_a_line_is_one_write(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "j")
    seen = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: seen.append(len(data)) or write(handle, data))
    journal.append('{"n": "' + "x" * 1_000_000 + '"}')
    assert len(seen) == 1
