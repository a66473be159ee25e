"""Date phrases into periods, on a clock that stands still."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sqlcoder_core.linking.dates import find_dates
from sqlcoder_core.linking.periods import Moment, resolve, shifted
from sqlcoder_core.linking.tokens import tokenise
from sqlcoder_core.values.question import Clock

NOON = Clock(now=datetime(2024, 5, 15, 12, 0))


def bounds(text: str, clock: Clock = NOON) -> tuple[str | None, str | None]:
    (span,) = find_dates(tokenise(text), clock)
    start, end = span.period.start, span.period.end
    return (str(resolve(start, clock)) if start else None, str(resolve(end, clock)) if end else None)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("on 2024-03-05", "2024-03-05", "2024-03-06"),
        ("March 5, 2024", "2024-03-05", "2024-03-06"),
        ("5th of March 2024", "2024-03-05", "2024-03-06"),
        ("in March 2024", "2024-03-01", "2024-04-01"),
        ("in 2023", "2023-01-01", "2024-01-01"),
        ("Q3 2023", "2023-07-01", "2023-10-01"),
        ("the third quarter of 2023", "2023-07-01", "2023-10-01"),
        ("first half of 2023", "2023-01-01", "2023-07-01"),
        ("between March 5 2024 and April 3, 2024", "2024-03-05", "2024-04-04"),
        ("from January to March 2023", "2023-01-01", "2023-04-01"),
        ("before 2020", None, "2020-01-01"),
        ("after March 5, 2024", "2024-03-06", None),
        ("since March", "2024-03-01", None),
        ("in June", "2023-06-01", "2023-07-01"),
        ("in the last 30 days", "2024-04-15", "2024-05-16"),
        ("past 3 months", "2024-02-15", "2024-05-16"),
        ("last month", "2024-04-01", "2024-05-01"),
        ("this quarter", "2024-04-01", "2024-07-01"),
        ("last year", "2023-01-01", "2024-01-01"),
        ("last week", "2024-05-06", "2024-05-13"),
        ("year to date", "2024-01-01", "2024-05-16"),
        ("yesterday", "2024-05-14", "2024-05-15"),
        ("3 days ago", "2024-05-12", "2024-05-13"),
        ("next 7 days", "2024-05-15", "2024-05-22"),
        ("in 2010 or later", "2010-01-01", None),
        ("in the 1990s", "1990-01-01", "2000-01-01"),
        ("last 24 hours", "2024-05-14 12:00:00", None),
    ],
)
def test_a_phrase_means_a_period_whose_end_is_not_part_of_it(text: str, start: str | None, end: str | None) -> None:
    assert bounds(text) == (start, end)


def test_a_fiscal_year_starts_where_the_clock_says_and_is_named_after_its_end() -> None:
    clock = Clock(now=NOON.now, fiscal_year_start=7)
    assert bounds("fiscal year 2024", clock) == ("2023-07-01", "2024-07-01")
    assert bounds("this fiscal year", clock) == ("2023-07-01", "2024-07-01")


@pytest.mark.parametrize(("start", "first"), [("monday", "2024-05-13"), ("sunday", "2024-05-12"), ("saturday", "2024-05-11")])
def test_a_week_starts_where_the_clock_says(start: str, first: str) -> None:
    clock = Clock(now=NOON.now, week_start=start)  # type: ignore[arg-type]
    assert bounds("this week", clock)[0] == first


def test_a_bare_year_is_doubtful_and_one_with_a_preposition_is_not() -> None:
    assert [span.doubtful for span in find_dates(tokenise("rooms over 2000"), NOON)] == [True]
    assert [span.doubtful for span in find_dates(tokenise("in 2000"), NOON)] == [False]
    assert [span.doubtful for span in find_dates(tokenise("since 2000"), NOON)] == [False]


def test_weekdays_are_a_part_of_every_date() -> None:
    (span,) = find_dates(tokenise("orders on Mondays"), NOON)
    assert span.period.part == ("weekday", (0,))


def test_may_as_a_verb_is_no_month() -> None:
    assert find_dates(tokenise("customers who may order"), NOON) == ()


def test_the_end_of_a_month_stays_in_the_month() -> None:
    assert shifted(date(2024, 1, 31), 1, "month") == date(2024, 2, 29)


def test_a_relative_moment_keeps_being_relative() -> None:
    assert Moment(unit="month", shift=-1, shift_unit="month").plus(-1, "month") == Moment(unit="month", shift=-2, shift_unit="month")
