"""Files appear complete or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sqlcoder_core.api import FileError, WholeFile, printable


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    file = WholeFile(path)
    file.write("new")
    assert path.read_text() == "old"
    file.commit()
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_what_is_given_up_leaves_nothing_behind(tmp_path):
    file = WholeFile(tmp_path / "out.csv")
    file.write("half")
    file.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_is_forgotten_leaves_nothing_behind(tmp_path):
    code = f"from sqlcoder_core.api import WholeFile; f = WholeFile({str(tmp_path / 'out.csv')!r}); f.write('half'); raise SystemExit(3)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_rights_are_those_of_the_old_file_and_else_of_the_umask(tmp_path):
    private, fresh = tmp_path / "private", tmp_path / "fresh"
    private.touch(mode=0o600)
    before = os.umask(0o027)
    try:
        for path in (private, fresh):
            WholeFile(path).commit()
    finally:
        os.umask(before)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    target = tmp_path / "real.csv"
    target.write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    file = WholeFile(link)
    file.write("new")
    file.commit()
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_a_file_error_with_the_next_step():
    file = WholeFile("/dev/full")
    file.write("x")
    with pytest.raises(FileError, match="cannot write /dev/full: no space left on device; free some space") as caught:
        file.commit()
    assert caught.value.exit_code == 4


def test_a_write_that_fails_half_way_keeps_the_old_file(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    code = f"""
import resource
from sqlcoder_core.api import FileError, WholeFile
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
file = WholeFile({str(path)!r})
try:
    for _ in range(100):
        file.write("x" * 1000)
    file.commit()
except FileError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "file too large" in done.stdout
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize(
    ("place", "reason"),
    [("missing/out.csv", "no such file or directory; create the folder first"), (".", "is a directory; name a file, not a folder")],
)
def test_a_place_that_cannot_be_written_is_named(tmp_path, place, reason):
    with pytest.raises(FileError, match=reason):
        WholeFile(tmp_path / place)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zürich\u00a0東京", "Zürich\u00a0東京"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u009b31m", r"\x9b31m"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_control_and_bidi_characters_are_shown_as_escapes(text, shown):
    assert printable(text) == shown
