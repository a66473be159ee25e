"""Fuzzed instances keep keys, repeat from process to process, and let no hostile SQL through."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_school import GOLD, SCHOOL

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.fuzz import Benches, instances_for
from sqlcoder_core.evaluation.fuzz.instances import database_files
from sqlcoder_core.evaluation.records import Base, Rows
from sqlcoder_core.values.catalog import Relationship, Table


def _opened(content: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    return connection


@pytest.fixture(scope="module")
def files() -> tuple[bytes, ...]:
    return database_files(SCHOOL, [GOLD], seed=3, count=6, dialect="sqlite")


@pytest.mark.parametrize("table", SCHOOL.tables, ids=lambda table: table.name.name)
def test_every_key_is_unique_and_not_null(table: Table, files: tuple[bytes, ...]) -> None:
    for content in files:
        connection = _opened(content)
        for key in (table.primary_key, *table.unique_keys):
            names = ", ".join(key)
            assert connection.execute(f"SELECT {names} FROM {table.name} GROUP BY {names} HAVING count(*) > 1").fetchall() == []
        for name in table.primary_key:
            assert connection.execute(f"SELECT count(*) FROM {table.name} WHERE {name} IS NULL").fetchone() == (0,)
        assert connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] > 2


@pytest.mark.parametrize("one", SCHOOL.relationships, ids=lambda one: f"{one.left}-{'-'.join(one.left_columns)}")
def test_every_reference_has_its_parent(one: Relationship, files: tuple[bytes, ...]) -> None:
    same = " AND ".join(f"c.{mine} = p.{theirs}" for mine, theirs in zip(one.left_columns, one.right_columns, strict=True))
    known = " AND ".join(f"c.{mine} IS NOT NULL" for mine in one.left_columns)
    for content in files:
        orphans = f"SELECT * FROM {one.left} AS c WHERE {known} AND NOT EXISTS (SELECT 1 FROM {one.right} AS p WHERE {same})"
        assert _opened(content).execute(orphans).fetchall() == []


def test_not_null_holds_and_nullable_columns_have_nulls_somewhere(files: tuple[bytes, ...]) -> None:
    found = [
        _opened(content).execute("SELECT sum(city IS NULL), sum(email IS NULL), sum(name IS NULL) FROM student").fetchone()
        for content in files
    ]
    assert any(cities for cities, _, _ in found)
    assert all(emails == names == 0 for _, emails, names in found)


def test_some_parents_have_no_children_and_some_have_many(files: tuple[bytes, ...]) -> None:
    counts = "SELECT count(e.term) FROM student AS s LEFT JOIN enrolment AS e ON e.student_id = s.id GROUP BY s.id ORDER BY 1"
    children = [[count for (count,) in _opened(content).execute(counts)] for content in files]
    assert any(one[0] == 0 for one in children)
    assert any(one[-1] >= 4 for one in children)


def test_the_same_seed_gives_the_same_bytes_in_another_process(files: tuple[bytes, ...]) -> None:
    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import fuzz_school as t;"
        "from sqlcoder_core.evaluation.fuzz.instances import database_files;"
        "print(*(hashlib.sha256(one).hexdigest() for one in database_files(t.SCHOOL, [t.GOLD], seed=3, count=6, dialect='sqlite')))"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program, str(Path(__file__).parents[1] / "toys")]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        assert printed == [hashlib.sha256(one).hexdigest() for one in files]


def test_another_seed_gives_other_rows(files: tuple[bytes, ...]) -> None:
    others = database_files(SCHOOL, [GOLD], seed=4, count=6, dialect="sqlite")
    assert not set(files) & set(others)


def test_no_instance_is_another_one_again(files: tuple[bytes, ...]) -> None:
    assert len(set(files)) == len(files)


@pytest.mark.parametrize(
    ("gold", "reason"),
    [("", "the gold SQL cannot be read"), ("SELEC 1 FRM", "the gold SQL cannot be read"), ("DROP TABLE student", "it is no query")],
)
def test_a_gold_that_cannot_be_read_says_so(gold: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        instances_for(SCHOOL, [gold], seed=1, dialect="sqlite")


def test_a_base_without_tables_says_so() -> None:
    with pytest.raises(UsageError, match="'empty' has no tables"):
        instances_for(Base(name="empty", dialect="sqlite"), [GOLD], seed=1, dialect="sqlite")


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_gold_has_rows_and_hostile_sql_does_not_get_through(dialect: str) -> None:
    with Benches() as benches, instances_for(SCHOOL, [GOLD], seed=1, dialect=dialect, count=2, benches=benches) as instances:
        assert all(isinstance(one, Rows) and one.rows for one in instances.rows(GOLD))
        for text in ("DELETE FROM student", "ATTACH 'x.db' AS x", "SELECT * FROM read_csv('/etc/passwd')", "SELECT 1; DROP TABLE student"):
            assert all(isinstance(one, str) for one in instances.rows(text))
        assert all(isinstance(one, str) and "nowhere" in one for one in instances.rows("SELECT * FROM nowhere"))
        assert all(isinstance(one, Rows) and one.rows for one in instances.rows("SELECT count(*) FROM student"))


def test_files_are_exchanged_in_place_between_questions() -> None:
    other = "SELECT name FROM student WHERE city = 'Ny-Alesund'"
    with Benches() as benches:
        for gold in (GOLD, other, GOLD):
            with instances_for(SCHOOL, [gold], seed=1, dialect="sqlite", count=2, benches=benches) as instances:
                found = instances.rows("SELECT count(*) FROM student WHERE city = 'Ny-Alesund'")
            assert [one.rows != ((0,),) for one in found if isinstance(one, Rows)] == [gold == other] * 2
