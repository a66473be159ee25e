"""The questions of benchmarks/analyst_questions: their databases can be built, and their gold is right by the measure it is used with."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from sqlcoder_core.evaluation.suites import load_suite

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "analyst_questions"
SUITES = ("shop", "subscriptions", "clinic", "logistics", "hr")
KINDS = ("group_by", "order_by", "ratio", "join", "filter", "date")


def run_script(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCHMARK / name), *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the databases and copies of the suites."""
    folder = tmp_path_factory.mktemp("analysts")
    made = run_script("build.py", str(folder))
    assert made.returncode == 0, made.stderr
    return folder


def test_every_gold_runs_and_returns_rows_and_no_question_is_asked_twice(built):
    files = sorted(map(str, (built / "suites").glob("*/*.yml")))
    checked = run_script("check_gold.py", "--errors", *files)
    assert (checked.returncode, "ERROR" in checked.stdout) == (0, False), checked.stdout + checked.stderr


def test_a_gold_without_rows_is_an_error(built):
    suite = (built / "suites" / "dev" / "clinic.yml").read_text(encoding="utf-8")
    broken = built / "suites" / "dev" / "broken.txt"
    broken.write_text(suite.replace("a.status = 'completed' GROUP BY 1", "a.status = 'finished' GROUP BY 1"), encoding="utf-8")
    checked = run_script("check_gold.py", "--errors", str(broken))
    assert checked.returncode == 1
    assert "no rows" in checked.stdout


PLACED = "SELECT name FROM (SELECT name, {place}() OVER (ORDER BY {order}) AS n FROM goods) WHERE n = 1"


@pytest.mark.parametrize(
    ("golds", "remark"),
    [
        ([PLACED.format(place="ROW_NUMBER", order="price")], "a window's place cuts through a tie: 1 rows by ROW_NUMBER, 2 by RANK"),
        ([PLACED.format(place="DENSE_RANK", order="price")], "a window's place cuts through a tie: 1 rows by ROW_NUMBER, 2 by RANK"),
        ([PLACED.format(place="ROW_NUMBER", order="price, name")], None),
        ([PLACED.format(place="RANK", order="price DESC")], None),
        (["SELECT name, ROW_NUMBER() OVER (ORDER BY price) AS n FROM goods"], None),
        (["SELECT MIN(price) FROM goods", "SELECT name FROM goods ORDER BY price LIMIT 1"], "LIMIT 1 cuts through a tie: (5,)"),
    ],
)
def test_ties_that_a_gold_cuts_through_are_remarked(golds, remark, tmp_path):
    with closing(sqlite3.connect(tmp_path / "goods.sqlite")) as connection, connection:
        connection.execute("create table goods (name text, price integer)")
        connection.executemany("insert into goods values (?, ?)", [("cup", 5), ("bowl", 5), ("pot", 9)])
    question = {"id": "one", "question": "cheapest", "category": "order_by", "sql": golds}
    suite = tmp_path / "suite.yml"
    suite.write_text(yaml.safe_dump({"database": "goods.sqlite", "dialect": "sqlite", "questions": [question]}), encoding="utf-8")
    checked = run_script("check_gold.py", str(suite))
    said = [line.partition(" one: ")[2] for line in checked.stdout.splitlines() if line.startswith("remark: ") and " tie" in line]
    assert (checked.returncode, said) == (0, [remark] if remark else []), checked.stdout + checked.stderr


def test_parts_are_equally_large_and_hold_every_kind(built):
    parts = {
        part: [task for name in SUITES for task in load_suite(str(built / "suites" / part / f"{name}.yml")).tasks]
        for part in ("dev", "frozen")
    }
    counted = {part: [sum(task.category == kind for task in tasks) for kind in KINDS] for part, tasks in parts.items()}
    assert counted["dev"] == counted["frozen"]
    assert min(counted["dev"]) >= 25
    assert sum(counted["dev"]) == len(parts["dev"])


@pytest.mark.parametrize("name", SUITES)
def test_gold_against_gold_is_right(name, built, bench):
    suite = load_suite(str(built / "suites" / "dev" / f"{name}.yml"))
    bench.know(suite)
    report = bench.run(suite)
    assert {one.id: one.why for one in report.judged if (one.outcome, one.strict or not one.answerable) != ("right", True)} == {}
