"""A suite without contents is surveyed: its golds have rows, its mutants are counted, what cannot be looked at says why."""

from __future__ import annotations

from pathlib import Path

from sqlcoder_core.evaluation.fuzz import lines_of, survey
from sqlcoder_core.evaluation.suites import load_suite

SCHEMA = """
CREATE TABLE customers (id SERIAL PRIMARY KEY, name VARCHAR(50) NOT NULL, email TEXT UNIQUE, joined DATE,
  vip BOOLEAN, tags TEXT[], meta JSONB);
CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id INT NOT NULL REFERENCES customers(id), placed_at TIMESTAMPTZ, total NUMERIC(10,2));
CREATE TABLE refunds (id UUID PRIMARY KEY, order_id BIGINT REFERENCES orders(id), at TIME, amount REAL);
"""
SUITE = """
suite: little
schema: schema.sql
dialect: postgres
questions:
  - id: months
    question: revenue by month
    sql: SELECT DATE_TRUNC('month', placed_at), SUM(total) FROM orders WHERE EXTRACT(YEAR FROM placed_at) = 2023 GROUP BY 1 ORDER BY 1
  - id: blank
    question: joined early and without an address
    sql: SELECT name FROM customers WHERE joined BETWEEN '2022-01-01' AND '2022-06-30' AND email IS NULL
  - id: recent
    question: refunds of important customers in the last month
    sql: >-
      SELECT c.name FROM customers AS c JOIN orders AS o ON o.customer_id = c.id JOIN refunds AS r ON r.order_id = o.id
      WHERE o.placed_at >= CURRENT_DATE - INTERVAL '30 days' AND c.vip
  - id: nowhere
    question: what is not there
    sql: SELECT nothing FROM nowhere
"""


def test_a_suite_of_another_dialect_is_surveyed(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "little.yml").write_text(SUITE)
    told: list[tuple[int, int]] = []
    result = survey(
        load_suite(str(tmp_path / "little.yml")),
        instances=3,
        keep=tmp_path / "kept",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {one.id: (one.with_rows, bool(one.why)) for one in result.questions} == {
        "months": (3, False), "blank": (3, False), "recent": (3, False), "nowhere": (0, True),
    }  # fmt: skip
    assert result.kill.rate is not None and result.kill.rate > 0.7
    assert sorted(path.name for path in (tmp_path / "kept").iterdir())[:3] == ["blank-1.duckdb", "blank-2.duckdb", "blank-3.duckdb"]
    lines = list(lines_of(result))
    assert lines[0].startswith("suite little: 4 questions, 3 instances each, seed 1")
    assert any("75.0% on some instance, 75.0% on all" in line for line in lines)
    assert any(line.startswith("  not looked at: nowhere (") and "does not exist" in line for line in lines)


def test_one_acceptable_query_that_cannot_be_translated_leaves_the_others_as_in_a_run(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    told = "schema: schema.sql\ndialect: postgres\nquestions:\n  - {question: who, sql: [SELECT ((, SELECT name FROM customers]}\n"
    (tmp_path / "s.yml").write_text(told)
    (found,) = survey(load_suite(str(tmp_path / "s.yml")), instances=2).questions
    assert (found.with_rows, found.why) == (2, "")
