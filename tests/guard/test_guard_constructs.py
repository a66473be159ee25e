"""The allow-list of constructs and functions."""

from __future__ import annotations

import pytest
from sqlglot import exp

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.allowlist import function_names, node_classes
from sqlcoder_core.sql.codes import CODES
from sqlcoder_core.sql.constructs import Constructs
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.lexer import clean
from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.tree import parse


class Novelty(exp.Expression):
    """A node class that a later sqlglot might bring."""


class NovelFunction(exp.Expression, exp.Func):
    """A function class that a later sqlglot might bring."""


def code(sql: str, dialect: str = "postgres") -> str:
    with pytest.raises(Refused) as caught:
        check(sql, dialect, None)
    assert caught.value.code in CODES
    return caught.value.code


@pytest.mark.parametrize(("novelty", "expected"), [(Novelty, "statement-node"), (NovelFunction, "function-unknown")])
def test_a_class_that_nobody_has_reviewed_is_refused(novelty: type[exp.Expr], expected: str) -> None:
    cleaned = clean("SELECT a FROM t WHERE b = 1", "duckdb")
    tree = parse(cleaned, "duckdb")
    tree.find(exp.EQ).replace(novelty(this=exp.column("b")))  # type: ignore[union-attr]
    with pytest.raises(Refused) as caught:
        Constructs(cleaned, "duckdb", ()).check(tree)
    assert caught.value.code == expected


@pytest.mark.parametrize("dialect", sorted(LEXICAL))
def test_every_dialect_has_functions_and_reads_a_plain_query(dialect: str) -> None:
    assert {"count", "sum", "lower", "coalesce"} <= function_names(dialect)
    assert check("SELECT lower(a), count(*) FROM t GROUP BY a", dialect, None).dialect == dialect


def test_no_statement_class_is_on_the_list_of_nodes() -> None:
    statements = {exp.Command, exp.Delete, exp.Drop, exp.Insert, exp.Into, exp.Lock, exp.Merge, exp.Placeholder, exp.Parameter, exp.Update}
    assert not statements & node_classes()


def test_an_unknown_dialect_is_refused_by_name() -> None:
    assert code("SELECT 1", "klingon") == "dialect-unknown"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DELETE FROM t", "statement-kind"),
        ("EXPLAIN SELECT 1", "statement-kind"),
        ("I do not know", "statement-kind"),
        ("WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x", "statement-node"),
        ("SELECT * INTO x FROM t", "statement-clause"),
        ("SELECT * FROM t FOR UPDATE", "statement-clause"),
        ("SELECT * FROM (SELECT * FROM t FOR SHARE) q", "statement-clause"),
        ("SELECT * FROM ROWS FROM (generate_series(1, 2)) AS x", "statement-clause"),
        ("SELECT 1 OPERATOR(pg_catalog.+) 1", "statement-node"),
        ("SELECT ?", "statement-node"),
        ("SELECT FROM WHERE", "statement-syntax"),
        ("SELECT pg_sleep(1)", "function-unknown"),
        ("SELECT * FROM dblink('x', 'y') AS t(a int)", "function-unknown"),
        ("SELECT shop.purge()", "function-qualified"),
        ("SELECT * FROM shop.leak()", "function-qualified"),
        ('SELECT "LOWER"(a) FROM t', "function-qualified"),
        ('SELECT "pg_sleep"(1)', "function-qualified"),
        ("SELECT 'x'::regclass", "cast-type"),
        ("SELECT NULL::secret.salaries", "cast-type"),
        ("SELECT a::xml FROM t", "cast-type"),
        ("SELECT current_user", "function-unknown"),
        ("SELECT user", "name-session"),
        ("SELECT current_role", "name-session"),
        ("SELECT 1 delete", "name-keyword"),
        ("SELECT a IN t FROM t", "table-implicit"),
        ("SELECT * FROM " + ", ".join(f"t{n}" for n in range(33)), "statement-size"),
    ],
)
def test_what_is_no_plain_read_is_refused(sql: str, expected: str) -> None:
    assert code(sql) == expected


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("tsql", "SELECT 1 SHUTDOWN", "name-keyword"),
        ("tsql", "SELECT * FROM t CHECKPOINT", "name-keyword"),
        ("tsql", "SELECT * FROM t WITH (UPDLOCK)", "statement-clause"),
        ("tsql", "SELECT [f](1)", "function-qualified"),
        ("snowflake", "SELECT s.NEXTVAL FROM t", "name-session"),
        ("snowflake", "SELECT * FROM TABLE('t')", "table-source"),
        ("snowflake", "SELECT * FROM t AT(OFFSET => -60)", "statement-clause"),
        ("bigquery", "SELECT `p.f`(1)", "function-qualified"),
        ("bigquery", "SELECT NET.HOST('x')", "function-unknown"),
        ("mysql", "SELECT SLEEP(1)", "function-unknown"),
        ("mysql", "SELECT 1 INTO OUTFILE 'x'", "statement-syntax"),
        ("duckdb", "SELECT 'secret.t'.query_table()", "function-qualified"),
        ("duckdb", "SELECT * FROM (DESCRIBE t)", "statement-node"),
        ("duckdb", "SELECT 1::POINTER", "cast-type"),
        ("sqlite", "SELECT (1, 2) IN t", "table-implicit"),
        ("sqlite", "SELECT * FROM t INDEXED BY i", "statement-clause"),
    ],
)
def test_what_a_dialect_adds_to_reading_is_refused(dialect: str, sql: str, expected: str) -> None:
    assert code(sql, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "call"),
    [
        ("postgres", "repeat('x', 10001)"),
        ("postgres", "repeat('x', n)"),
        ("postgres", "lpad('x', 10000 * 10000)"),
        ("postgres", "format('%1000s', 'x')"),
        ("postgres", f"repeat('x', {'9' * 5000})"),
        ("duckdb", "bar(1, 0, 1, 20000)"),
        ("duckdb", "format('{:>1000}', 'x')"),
        ("duckdb", "format('{:{}}', 'x', 1)"),
        ("duckdb", "printf('%*d', 1, 1)"),
        ("sqlite", "printf('%.*c', 1, 'x')"),
        ("sqlite", "format(n, 1)"),
        ("mysql", "SPACE(100000)"),
        ("tsql", "REPLICATE('x', 100000)"),
        ("tsql", "FORMAT(1, 'N99999')"),
    ],
)
def test_wide_values_are_refused(dialect: str, call: str) -> None:
    assert code(f"SELECT {call} FROM t", dialect) == "function-width"


@pytest.mark.parametrize(
    ("dialect", "call"),
    [
        ("postgres", "repeat('x', 10000)"),
        ("postgres", "repeat('x', least(n, 50))"),
        ("postgres", "format('FY2024-%s', n)"),
        ("duckdb", "bar(n, 0, 1, 80)"),
        ("duckdb", "format('{:.2f} of 2024', n)"),
        ("sqlite", "printf('%05.2f', n)"),
        ("tsql", "FORMAT(n, '00000')"),
    ],
)
def test_ordinary_widths_pass(dialect: str, call: str) -> None:
    check(f"SELECT {call} FROM t", dialect, None)


def test_a_function_that_the_user_vouches_for_passes_by_its_full_name_only() -> None:
    sql = "SELECT postgis.st_area(geom) FROM t"
    assert check(sql, "postgres", None, allow_functions=("postgis.ST_Area",)).text == sql
    check("SELECT st_area(geom) FROM t", "postgres", None, allow_functions=("st_area",))
    check("SELECT current_database()", "postgres", None, allow_functions=("current_database",))
    for other in ("st_area", "postgis.st_are", "st_area.postgis"):
        with pytest.raises(Refused):
            check(sql, "postgres", None, allow_functions=(other,))


def test_the_query_carries_what_was_taken_off_and_the_policy() -> None:
    query = check("SELECT 1 -- one\n;", "duckdb", None, policy_id="p1")
    assert (query.text, query.policy_id, query.catalog_checked) == ("SELECT 1", "p1", False)
    assert query.notes == ("1 comment removed", "final semicolon removed")
