from __future__ import annotations

import pytest
from sqlcoder_house_rules.no_star import NoStar

from sqlcoder_core.testing import build_component, fake_candidate, fake_linked, fake_table

ORDERS = fake_table("orders", {"id": "integer", "total": "number"})
LINKED = fake_linked("show the orders", ORDERS)


@pytest.mark.parametrize(
    ("sql", "stars"),
    [
        ("SELECT * FROM orders", ["*"]),
        ("SELECT o.* FROM orders o", ["o.*"]),
        ("WITH x AS (SELECT * FROM orders) SELECT id FROM x", ["*"]),
        ("SELECT id, total FROM orders", []),
        ("SELECT count(*) FROM orders", []),
        ("SELECT sum(total) / count(*) FROM orders", []),
    ],
)
def test_a_star_that_selects_columns_is_found_and_that_of_count_is_none(sql: str, stars: list[str]) -> None:
    problems = list(build_component(NoStar).sqlcoder_check(fake_candidate(sql), LINKED))
    assert [problem.message for problem in problems] == [f"the query selects every column ({star})" for star in stars]
    assert {problem.severity for problem in problems} <= {"error"}


def test_the_rule_can_be_a_warning() -> None:
    lenient = build_component(NoStar, severity="warning")
    (problem,) = lenient.sqlcoder_check(fake_candidate("SELECT * FROM orders"), LINKED)
    assert problem.severity == "warning"
