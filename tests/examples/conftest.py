"""Projects and databases that know nothing of SQLCoder, and the command run on them as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

CLINIC = Path(__file__).parent / "clinic"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A built dbt project with dbt_project.yml, profiles.yml, target/ and its database, and no sqlcoder.yaml."""
    project = tmp_path / "clinic"
    shutil.copytree(CLINIC, project, ignore=shutil.ignore_patterns("README.md", "raw.sql"))
    manifest = json.loads((project / "target" / "manifest.json").read_text())
    with duckdb.connect(str(project / "clinic.duckdb")) as connection:
        connection.execute((CLINIC / "raw.sql").read_text())
        connection.execute("create schema analytics")
        for node in manifest["nodes"].values():
            if node["resource_type"] == "model":
                connection.execute(f"create table {node['relation_name']} as {node['compiled_code']}")
    return project


@pytest.fixture
def library_duckdb(tmp_path: Path) -> Path:
    """A bare DuckDB file: tables with declared keys, no project around it."""
    path = tmp_path / "library.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(LIBRARY)
    return path


@pytest.fixture
def library_sqlite(tmp_path: Path) -> Path:
    """The same as a bare SQLite file."""
    path = tmp_path / "library.db"
    connection = sqlite3.connect(path)
    connection.executescript(LIBRARY)
    connection.close()
    return path


LIBRARY = """
create table authors (author_id integer primary key, name varchar not null, country varchar);
create table books (
    book_id integer primary key, title varchar not null, author_id integer references authors (author_id),
    pages integer, published_on date
);
insert into authors values (1, 'Astrid Storm', 'Sweden'), (2, 'Bela Kis', 'Hungary'), (3, 'Carla Neri', 'Italy');
insert into books values
    (1, 'Salt Roads', 1, 320, '2019-03-01'), (2, 'The Long Thaw', 1, 288, '2021-09-15'),
    (3, 'Paprika', 2, 190, '2020-05-20'), (4, 'Lemon Season', 3, 410, '2023-06-02'), (5, 'Under Ash', 3, 250, '2018-10-10');
"""


@pytest.fixture
def sqlcoder(tmp_path: Path) -> Run:
    """Run `sqlcoder` in a folder with a home of its own; the process's exit code, stdout and stderr come back."""

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "SQLCODER_", "PYTEST_", "XDG_"))}
        environment |= {"HOME": str(tmp_path), "COLUMNS": "100", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "sqlcoder_core", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def rows_of(sqlcoder: Run) -> Callable[..., list[list[Any]]]:
    """The rows of one question, by `ask --format json`; anything but an answer fails the test with what was said."""

    def rows(*arguments: str, cwd: Path) -> list[list[Any]]:
        done = sqlcoder("ask", *arguments, "--format", "json", cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer["status"] == "answered", answer
        return list(answer["rows"])

    return rows
