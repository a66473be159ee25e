"""`ask` where nobody has configured anything: in a stranger's dbt project, and on a bare database file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.testing import ExpectedRows, mismatch

Rows = Callable[..., list[list[Any]]]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many patients live in Lund?", [[3]]),
        ("How many appointments were missed?", [[2]]),
        ("What is the total fee per specialty?", [["cardiology", 780], ["dermatology", 0]]),
    ],
)
def test_a_dbt_project_other_than_the_example_is_answered_from_its_artifacts(
    clinic: Path, rows_of: Rows, question: str, rows: list[list[Any]]
) -> None:
    assert not (clinic / "sqlcoder.yaml").exists()
    expected = ExpectedRows(columns=tuple("ab"[: len(rows[0])]), rows=tuple(map(tuple, rows)))
    found = rows_of(question, cwd=clinic)
    assert mismatch(expected, [""] * len(rows[0]), found) is None, found


def test_what_is_not_understood_there_is_said_and_not_guessed(clinic: Path, sqlcoder: Any) -> None:
    done = sqlcoder("ask", "Which patients grombled at Dr Cole?", cwd=clinic)
    assert done.returncode == 6
    assert done.stdout == ""
    assert "grombled" in done.stderr


def test_the_project_is_found_from_a_folder_inside_it(clinic: Path, rows_of: Rows) -> None:
    inside = clinic / "models" / "marts"
    inside.mkdir(parents=True)
    assert rows_of("How many doctors are there?", cwd=inside) == [[4]]


def test_artifacts_and_profile_are_enough_without_the_project_file(clinic: Path, rows_of: Rows, sqlcoder: Any) -> None:
    (clinic / "dbt_project.yml").unlink()
    assert {path.name for path in clinic.iterdir()} == {"profiles.yml", "target", "clinic.duckdb"}
    assert rows_of("How many patients live in Lund?", cwd=clinic) == [[3]]
    assert rows_of("How many patients live in Lund?", cwd=clinic / "target") == [[3]]
    examined = sqlcoder("doctor", cwd=clinic)
    assert examined.returncode == 0, examined.stdout + examined.stderr


def test_nothing_is_written_into_the_project_but_the_cache_under_target(clinic: Path, rows_of: Rows) -> None:
    before = {path for path in clinic.rglob("*") if "target" not in path.parts}
    rows_of("How many doctors are there?", cwd=clinic)
    assert {path for path in clinic.rglob("*") if "target" not in path.parts} == before


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_a_bare_file_is_answered_from_what_it_holds(engine: str, request: pytest.FixtureRequest, rows_of: Rows, tmp_path: Path) -> None:
    file: Path = request.getfixturevalue(f"library_{engine}")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert rows_of("How many books are there?", "--database", str(file), cwd=elsewhere) == [[5]]
    per_author = rows_of("How many books has each author written?", "--database", f"{engine}:///{file}", cwd=elsewhere)
    assert sorted(row[-1] for row in per_author) == [1, 2, 2]
    assert rows_of("Which book has the most pages?", "--database", str(file), cwd=elsewhere)[0][0] in ("Lemon Season", 4)
