"""Doctor examines part by part, names what is wrong and how to mend it, and goes on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sqlcoder_core.contracts.source import MetadataSource
from sqlcoder_core.health import examine
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SQLCODER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "pets.db"
    with sqlite3.connect(file) as connection:
        connection.execute("create table pets (id integer primary key, name text)")
    connection.close()
    return file


def sections(options: Options) -> dict[str, tuple[Problem, ...]]:
    return {section.name: section.findings for section in examine(options)}


def test_a_sound_database_has_no_errors_in_any_part(pets: Path) -> None:
    found = sections(Options(database=str(pets)))
    assert list(found) == ["machine", "models", "configuration", "connection", "sources", "catalog", "runtime", "linking", "extensions"]
    assert [problem for part in found.values() for problem in part if problem.severity == "error"] == []


def test_an_empty_database_is_an_error_of_the_catalog_with_a_next_step(pets: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    with sqlite3.connect(empty) as connection:
        connection.execute("create table gone (id integer)")
        connection.execute("drop table gone")
    connection.close()
    found = sections(Options(database=str(empty)))
    (problem,) = [problem for problem in found["catalog"] if problem.severity == "error"]
    assert problem.code == "empty_catalog"
    assert problem.hint


def test_a_broken_configuration_is_the_only_other_part(pets: Path, tmp_path: Path) -> None:
    (tmp_path / "sqlcoder.yaml").write_text("version: 1\nsorces: []\n")
    found = sections(Options())
    assert list(found) == ["machine", "models", "configuration"]
    assert "sorces" in found["configuration"][0].message


def test_a_source_that_raises_is_named_and_the_other_parts_are_examined(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: MetadataSource) -> tuple[Problem, ...]:
        raise RuntimeError("no luck")

    monkeypatch.setattr(MetadataSource, "findings", broken)
    found = sections(Options(database=str(pets)))
    assert found["sources"][0].message == "source 'introspect' failed while looking for findings: RuntimeError: no luck"
    assert "catalog" in found


def test_the_command_prints_json_and_ends_with_1_when_there_are_errors(pets: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sqlcoder_core", "doctor", "--format", "json", "--database"]
    good = subprocess.run([*command, str(pets)], capture_output=True, text=True, check=False)
    assert (good.returncode, json.loads(good.stdout)["connection"][0]["message"]) == (0, "sqlite, dialect sqlite")
    pets.write_bytes(b"SQLite format 3\0" + b"x" * 100)
    bad = subprocess.run([*command, str(pets)], capture_output=True, text=True, check=False)
    assert bad.returncode == 1, bad.stdout
