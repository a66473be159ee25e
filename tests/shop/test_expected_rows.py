"""Rows are judged by value, strictly."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from sqlcoder_core.testing.expected_rows import ExpectedRows, mismatch

CITIES = ExpectedRows(columns=("city", "customers"), rows=(("Paris", 46), ("Berlin", 44)))
RANKED = ExpectedRows(columns=("city", "customers"), rows=(("Paris", 46), ("Berlin", 44)), may_lack=("customers",), order="customers")


@pytest.mark.parametrize(
    "rows",
    [
        [("Paris", 46), ("Berlin", 44)],
        [("Berlin", Decimal("44.00")), ("Paris", 46.00000001)],
    ],
)
def test_order_and_kind_of_number_do_not_matter_unless_asked(rows: list[tuple[object, ...]]) -> None:
    assert mismatch(CITIES, ("c", "n"), rows) is None


def test_columns_are_found_by_value_in_any_order() -> None:
    assert mismatch(CITIES, ("n", "c"), [(44, "Berlin"), (46, "Paris")]) is None


@pytest.mark.parametrize(
    ("columns", "rows", "why"),
    [
        (("c", "n"), [("Paris", 46)], "1 rows instead of 2"),
        (("c", "n"), [("Paris", 46), ("Berlin", 45)], "no column holds the values of customers"),
        (("c", "n"), [("Paris", 44), ("Berlin", 46)], "the columns are right one by one, not side by side"),
        (("c", "n", "rank"), [("Paris", 46, 1), ("Berlin", 44, 2)], "columns that nobody asked for: rank"),
        (("c",), [("Paris",), ("Berlin",)], "no column holds the values of customers"),
        (("c", "n"), [("Paris", "46"), ("Berlin", "44")], "no column holds the values of customers"),
        (("c", "n"), [("paris", 46), ("berlin", 44)], "no column holds the values of city"),
    ],
)
def test_what_differs_is_named(columns: tuple[str, ...], rows: list[tuple[object, ...]], why: str) -> None:
    assert mismatch(CITIES, columns, rows) == why


def test_the_order_that_was_asked_for_counts_even_when_its_column_is_not_shown() -> None:
    assert mismatch(RANKED, ("c",), [("Paris",), ("Berlin",)]) is None
    assert mismatch(RANKED, ("c",), [("Berlin",), ("Paris",)]) == "not in the order of customers"


def test_a_column_that_may_be_missing_must_be_right_when_it_is_there() -> None:
    assert mismatch(RANKED, ("c", "n"), [("Paris", 1), ("Berlin", 2)]) == "columns that nobody asked for: n"


def test_a_named_extra_column_is_let_through_whatever_its_case() -> None:
    expected = ExpectedRows(columns=("city",), rows=(("Paris",),), may_also_have=("country",))
    assert mismatch(expected, ("city", "COUNTRY"), [("Paris", "France")]) is None


def test_equal_rows_count_as_often_as_they_stand() -> None:
    expected = ExpectedRows(columns=("a", "b"), rows=((1, 1), (1, 1), (2, 2)))
    assert mismatch(expected, ("a", "b"), [(2, 2), (1, 1), (1, 1)]) is None
    assert mismatch(expected, ("a", "b"), [(2, 2), (2, 2), (1, 1)]) is not None


def test_a_truth_value_is_no_number_and_midnight_is_the_day() -> None:
    one = ExpectedRows(columns=("x",), rows=((1,),))
    assert mismatch(one, ("x",), [(True,)]) == "no column holds the values of x"
    day = ExpectedRows(columns=("x",), rows=((date(2026, 1, 1),),))
    assert mismatch(day, ("x",), [(datetime(2026, 1, 1),)]) is None
    assert mismatch(day, ("x",), [(datetime(2026, 1, 1, 9),)]) == "no column holds the values of x"


def test_no_rows_expected_and_none_found_is_right() -> None:
    assert mismatch(ExpectedRows(columns=("x",), rows=()), ("x",), []) is None
