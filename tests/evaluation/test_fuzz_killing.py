"""Golds have rows, mutants are caught, and what cannot be told apart is not counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fuzz_school import SCHOOL
from sqlglot import parse_one

from sqlcoder_core.evaluation.fuzz import Benches, Instances, added, instances_for, kill
from sqlcoder_core.evaluation.fuzz.equivalence import Likeness, Same
from sqlcoder_core.evaluation.fuzz.mutants import KINDS, Mutant, mutants_of
from sqlcoder_core.evaluation.fuzz.shape import shape_of
from sqlcoder_core.evaluation.fuzz.ties import tie_probe
from sqlcoder_core.evaluation.records import MutantKill, Rows

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("fuzz_golds.yml").read_text())


@pytest.fixture(scope="module")
def benches() -> Iterator[Benches]:
    with Benches() as lent:
        yield lent


def _built(sql: str, benches: Benches, dialect: str = "sqlite") -> Instances:
    return instances_for(SCHOOL, [sql], seed=1, dialect=dialect, benches=benches)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"][:60])
def test_a_gold_has_rows_on_most_instances_and_its_mutants_are_caught(case: dict[str, Any], benches: Benches) -> None:
    with _built(case["sql"], benches) as instances:
        found = instances.rows(case["sql"])
        caught = kill(SCHOOL, [case["sql"]], instances)
    assert [one for one in found if isinstance(one, str)] == []
    assert sum(isinstance(one, Rows) and bool(one.rows) for one in found) >= case.get("with_rows", 5)
    assert caught.mutants >= 3
    assert caught.rate is not None and caught.rate >= case["killed"]


def test_duckdb_instances_serve_dates_and_intervals(benches: Benches) -> None:
    gold = (
        "SELECT s.city, date_trunc('month', s.born) AS m, count(*) FROM student AS s WHERE s.born >= CURRENT_DATE - INTERVAL '90 days' "
        "AND extract(year FROM s.born) > 2000 GROUP BY 1, 2"
    )
    with _built(gold, benches, "duckdb") as instances:
        found = instances.rows(gold)
        caught = kill(SCHOOL, [gold], instances)
    assert all(isinstance(one, Rows) and one.rows for one in found)
    assert caught.rate is not None and caught.rate > 0.6


def test_a_gold_is_not_told_from_itself(benches: Benches) -> None:
    gold = "SELECT name FROM student WHERE city = 'Oslo'"
    same = "SELECT s.name FROM student AS s WHERE 'Oslo' = s.city"
    with _built(gold, benches) as instances:
        assert instances.rows(gold) == instances.rows(same)


def test_every_kind_of_mutant_is_made_by_some_gold() -> None:
    made = {mutant.kind for case in CASES for mutant in mutants_of(parse_one(case["sql"], dialect="sqlite"), shape_of(SCHOOL), "sqlite")}
    extra = "SELECT DISTINCT city, sum(mentor_id), count(mentor_id) FROM student"
    made |= {mutant.kind for mutant in mutants_of(parse_one(extra, dialect="sqlite"), shape_of(SCHOOL), "sqlite")}
    assert made == set(KINDS)


@pytest.mark.parametrize(
    ("gold", "kind", "mutant", "likeness"),
    [
        ("SELECT DISTINCT city FROM student", "DISTINCT", "SELECT city FROM student", Same.SET),
        ("SELECT DISTINCT id FROM student", "DISTINCT", "SELECT id FROM student", Same.ROWS),
        ("SELECT count(id) FROM student", "count distinct", "SELECT count(DISTINCT id) FROM student", Same.ROWS),
        ("SELECT count(city) FROM student", "count distinct", "SELECT count(DISTINCT city) FROM student", Same.NO),
        (
            "SELECT s.name FROM badge AS b JOIN student AS s ON b.student_id = s.id",
            "outer join",
            "SELECT s.name FROM badge AS b LEFT JOIN student AS s ON b.student_id = s.id",
            Same.ROWS,
        ),
        (
            "SELECT s.name FROM student AS s JOIN badge AS b ON b.student_id = s.id",
            "outer join",
            "SELECT s.name FROM student AS s LEFT JOIN badge AS b ON b.student_id = s.id",
            Same.NO,
        ),
        (
            "SELECT s.name FROM student AS s JOIN badge AS b ON b.student_id = s.id WHERE b.colour = 'red'",
            "outer join",
            "SELECT s.name FROM student AS s LEFT JOIN badge AS b ON b.student_id = s.id WHERE b.colour = 'red'",
            Same.ROWS,
        ),
        ("SELECT city FROM student", "column", "SELECT name FROM student", Same.NO),
        (
            "SELECT name FROM student WHERE id IN (SELECT DISTINCT student_id FROM badge)",
            "DISTINCT",
            "SELECT name FROM student WHERE id IN (SELECT student_id FROM badge)",
            Same.ROWS,
        ),
        (
            "SELECT DISTINCT city FROM student EXCEPT SELECT name FROM student",
            "DISTINCT",
            "SELECT city FROM student EXCEPT SELECT name FROM student",
            Same.ROWS,
        ),
    ],
)
def test_mutants_that_mean_the_same_are_seen(gold: str, kind: str, mutant: str, likeness: Same) -> None:
    seen = Likeness(parse_one(gold, dialect="sqlite"), shape_of(SCHOOL), "sqlite")
    assert seen.of(Mutant(kind=kind, sql=mutant)) is likeness


def test_kills_of_several_questions_add_up_by_kind() -> None:
    one = MutantKill(mutants=3, killed=2, kinds=(("LIMIT", 1, 1), ("column", 2, 1)), strict_kinds=(("LIMIT", 1, 1), ("column", 2, 2)))
    other = MutantKill(mutants=1, killed=1, kinds=(("constant", 1, 1),), strict_kinds=(("constant", 1, 0),))
    total = added([one, other, one])
    assert (total.mutants, total.killed) == (7, 5)
    assert total.kinds == (("constant", 1, 1), ("LIMIT", 2, 2), ("column", 4, 2))
    assert total.strict_kinds == (("constant", 1, 0), ("LIMIT", 2, 2), ("column", 4, 4))


def test_a_slow_query_ends_by_its_limit_and_is_not_tried_again(benches: Benches) -> None:
    endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
    with _built("SELECT name FROM student", benches) as instances:
        found = instances.rows(endless)
        assert len(set(found)) == 1 and isinstance(found[0], str) and "stopped after" in found[0]
        assert all(isinstance(one, Rows) for one in instances.rows("SELECT name FROM student"))


def test_a_product_of_tables_is_cut_off_with_a_reason(benches: Benches) -> None:
    product = "SELECT 1 FROM enrolment AS a, enrolment AS b, enrolment AS c, enrolment AS d, enrolment AS e"
    with _built("SELECT mark FROM enrolment", benches) as instances:
        found = instances.rows(product)
    assert all(isinstance(one, str) and "holds more than" in one for one in found)


@pytest.mark.parametrize(
    "gold",
    [
        "SELECT city FROM student GROUP BY city ORDER BY count(*) DESC LIMIT 1",
        "SELECT name FROM student ORDER BY born LIMIT 3",
        "SELECT s.name, count(*) AS n FROM student AS s JOIN enrolment AS e ON e.student_id = s.id "
        "GROUP BY s.id, s.name ORDER BY n DESC LIMIT 2",
    ],
)
def test_no_limit_cuts_between_rows_that_are_ordered_alike(gold: str, benches: Benches) -> None:
    probe = tie_probe(parse_one(gold, dialect="sqlite"), "sqlite")
    assert probe is not None
    with _built(gold, benches) as instances:
        found = instances.rows(probe.sql)
    assert [probe.shows(one) for one in found if isinstance(one, Rows)] == [False] * len(found)


def test_a_tie_across_the_limit_is_seen() -> None:
    probe = tie_probe(parse_one("SELECT name FROM student ORDER BY city LIMIT 2", dialect="sqlite"), "sqlite")
    assert probe is not None and "LIMIT 3" in probe.sql
    tied = Rows(columns=("name", "city"), rows=(("a", "Oslo"), ("b", "Paris"), ("c", "Paris")))
    apart = Rows(columns=("name", "city"), rows=(("a", "Oslo"), ("b", "Oslo"), ("c", "Paris")))
    assert (probe.shows(tied), probe.shows(apart)) == (True, False)
