"""`sqlcoder demo` as a person runs it: from anywhere, with whatever dbt settings of their own, from a checkout and from the wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sqlcoder_core.cli import demo
from sqlcoder_core.cli.demo import QUESTIONS

ROOT = Path(__file__).parents[2]


def sqlcoder(*arguments: str, cwd: Path, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "SQLCODER_", "PYTEST_", "XDG_"))}
    environment |= {"HOME": str(cwd), "TMPDIR": str(cwd), "NO_COLOR": "1", "DBT_PROFILE": "somebody_else", "DBT_TARGET": "prod"}
    if packages:
        environment["PYTHONPATH"] = str(packages)
    command = [sys.executable, "-P", "-m", "sqlcoder_core", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    home = tmp_path_factory.mktemp("home")
    return home / "kept", sqlcoder("demo", "--keep", "kept", cwd=home)


def test_three_questions_are_answered_with_rows_sql_and_reading(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = shown
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"{number}  {question}" in done.stdout for number, question in enumerate(QUESTIONS, start=1))
    assert done.stdout.count("SELECT") >= 3
    assert "New York" in done.stdout
    assert "confidence" in done.stdout


def test_what_it_says_to_try_next_works_as_written_on_dates_of_today(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = shown
    line = done.stderr.splitlines()[-1].strip()
    assert line.startswith(f"cd {folder} && ")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DBT_")} | {"HOME": str(folder.parent)}
    printed = subprocess.run(f"{line} --format json", shell=True, env=environment, capture_output=True, text=True, check=True)
    answer = json.loads(printed.stdout)
    assert answer["status"] == "answered"
    assert {row[0] for row in answer["rows"]} == {"web", "store", "phone", "partner"}
    assert sum(row[1] for row in answer["rows"]) in (237, 240)


@pytest.mark.parametrize(
    ("started", "on_path", "shown_as"),
    [
        ("/opt/x/bin/sqlcoder", "/opt/x/bin/sqlcoder", "sqlcoder"),
        ("/opt/x/bin/sqlcoder", "/usr/bin/sqlcoder", "/opt/x/bin/sqlcoder"),
        ("/opt/x/bin/sqlcoder", None, "/opt/x/bin/sqlcoder"),
        ("/opt/x/sqlcoder_core/__main__.py", None, f"{sys.executable} -m sqlcoder_core"),
    ],
)
def test_the_program_is_named_so_that_a_shell_finds_it(
    started: str, on_path: str | None, shown_as: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    monkeypatch.setattr("shutil.which", lambda name: on_path)
    assert demo._this_program() == shown_as


def test_a_folder_that_is_not_empty_is_left_alone(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = shown
    before = sorted(path.name for path in folder.iterdir())
    done = sqlcoder("demo", "--keep", str(folder), cwd=folder.parent)
    assert done.returncode == 4
    assert done.stderr == f"sqlcoder: {folder} is not an empty folder; name a new one with --keep\n"
    assert sorted(path.name for path in folder.iterdir()) == before


def test_flags_that_name_another_project_are_refused(tmp_path: Path) -> None:
    done = sqlcoder("demo", "--database", "x.duckdb", cwd=tmp_path)
    assert done.returncode == 2
    assert "--database has no meaning here" in done.stderr


def test_it_runs_from_the_wheel_alone(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "packages")
    home = tmp_path / "home"
    home.mkdir()
    done = sqlcoder("demo", "-q", cwd=home, packages=tmp_path / "packages")
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(question in done.stdout for question in QUESTIONS)
    assert "330777.47" in done.stdout
    assert done.stderr == ""
    assert len(list(home.glob("sqlcoder-demo-*"))) == 1
