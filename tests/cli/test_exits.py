"""How a command ends."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from sqlcoder_core.cli.exits import exit_on_error


@pytest.mark.parametrize("error", [ValueError("this was\nnot foreseen"), FileExistsError("this was not foreseen")])
def test_an_error_that_nobody_foresaw_is_one_line_with_its_place(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, exit_on_error(verbose=False):
        raise error
    assert ended.value.code == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"sqlcoder: unexpected {type(error).__name__} in ")
    assert "test_exits.py:" in line
    assert "this was" in line
    assert line.endswith("-v shows the traceback")


def test_verbose_adds_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), exit_on_error(verbose=True):
        raise ValueError("this was not foreseen")
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_typers_own_ways_out_stay_typers() -> None:
    with pytest.raises(typer.Exit), exit_on_error(verbose=False):
        raise typer.Exit(1)


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_stops_nothing(closed: int, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "pets.db") as database:
        database.execute("CREATE TABLE pets (id INTEGER PRIMARY KEY)")
    database.close()
    command = (
        f"{shlex.quote(sys.executable)} -m sqlcoder_core ask 'how many pets' --database pets.db --format json --out answer.json {closed}>&-"
    )
    environ = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environ, check=False)
    assert done.returncode == 0
    assert '"answered"' in (tmp_path / "answer.json").read_text()
