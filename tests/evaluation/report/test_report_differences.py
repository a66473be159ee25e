"""What is marked in two statements and in two results."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.evaluation.records import Rows
from sqlcoder_core.evaluation.report.differences import broken, columns_apart, rows_apart, sql_pieces


def marked(gold: str, ours: str) -> tuple[list[str], list[str]]:
    first, second = sql_pieces(gold, ours)
    return [text for text, apart in first if apart], [text for text, apart in second if apart]


@pytest.mark.parametrize(
    ("gold", "ours", "missing", "extra"),
    [
        ("SELECT a FROM t", "select a\nfrom t;", [], []),
        ("SELECT a FROM t", "SELECT a, b FROM t", [], [", b"]),
        ("SELECT a FROM t WHERE x = 1 AND y = 2", "SELECT a FROM t", ["WHERE x = 1 AND y = 2"], []),
        ("SELECT 'Oslo'", "SELECT 'oslo'", ["'Oslo'"], ["'oslo'"]),
        ("SELECT a FROM t WHERE b <= 3", "SELECT a FROM t WHERE b < 3", ["<="], ["<"]),
        ("SELECT 'it''s -- not' FROM t", "SELECT 'it''s -- not' FROM u", ["t"], ["u"]),
    ],
)
def test_words_that_the_other_side_lacks_are_marked(gold: str, ours: str, missing: list[str], extra: list[str]) -> None:
    assert marked(gold, ours) == (missing, extra)


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_of_a_statement_is_lost_or_added(gold: str, ours: str) -> None:
    first, second = sql_pieces(gold, ours)
    assert "".join(text for text, _ in first) == broken(gold)
    assert "".join(text for text, _ in second) == broken(ours)


def test_a_long_line_is_broken_before_outer_clauses_only() -> None:
    sql = (
        "SELECT a, (SELECT max(x) FROM u WHERE u.id = t.id) AS m FROM t LEFT OUTER JOIN v ON v.id = t.id WHERE t.s = 'a from b' GROUP BY a;"
    )
    assert broken(sql).split("\n") == [
        "SELECT a, (SELECT max(x) FROM u WHERE u.id = t.id) AS m",
        "FROM t",
        "LEFT OUTER JOIN v ON v.id = t.id",
        "WHERE t.s = 'a from b'",
        "GROUP BY a",
    ]


def test_short_and_already_broken_statements_stay_as_they_are() -> None:
    assert broken("SELECT a FROM t") == "SELECT a FROM t"
    long = "SELECT a\n  FROM t WHERE x = 1 AND y = 2 AND z = 3 AND some_long_name = 'some long text'"
    assert broken(long) == long


def test_statements_of_thousands_of_words_are_shown_without_marks() -> None:
    gold = "SELECT " + ", ".join(f"a{number % 7} + b" for number in range(3000))
    assert sql_pieces(gold, gold)[0] == ((gold, False),)
    assert marked(gold, gold.replace("a3", "c")) == ([], [])


def rows(*lines: tuple[object, ...]) -> Rows:
    return Rows(columns=tuple(f"c{place}" for place in range(len(lines[0]) if lines else 2)), rows=lines)


def test_rows_that_the_other_result_has_less_often_are_apart() -> None:
    gold, ours = rows(("a", 1), ("a", 1), ("b", 2)), rows((1, "a"), (2.0, "b"), (Decimal(2), "b"))
    assert rows_apart(gold, ours) == (frozenset({1}), frozenset({2}))


def test_numbers_are_equal_to_five_digits_and_kinds_stay_apart() -> None:
    assert rows_apart(rows((1.000001, "x")), rows((1, "x"))) == (frozenset(), frozenset())
    assert rows_apart(rows((1, None)), rows(("1", "None"))) == (frozenset({0}), frozenset({0}))
    assert rows_apart(rows((True, 1)), rows((1, 1))) == (frozenset({0}), frozenset({0}))
    assert rows_apart(rows((10**400,)), rows((10**400,))) == (frozenset(), frozenset())
    assert rows_apart(rows((float("nan"),)), rows((float("nan"),))) == (frozenset(), frozenset())


def test_an_extra_column_is_the_one_apart() -> None:
    assert columns_apart(rows(("a", 2), ("b", 3)), rows((7, "b", 3), (8, "a", 2))) == (frozenset(), frozenset({0}))
