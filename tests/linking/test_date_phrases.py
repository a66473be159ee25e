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
        # One end of a period, as a bound.
        ("since the beginning of 2023", "2023-01-01", None),
        ("since the start of last year", "2023-01-01", None),
        ("from the beginning of March 2023 on", "2023-03-01", None),
        ("since the beginning of the year", "2024-01-01", None),
        ("before the end of 2023", None, "2024-01-01"),
        ("by the end of March", None, "2024-04-01"),
        ("until the end of last month", None, "2024-05-01"),
        ("after the end of 2022", "2023-01-01", None),
        ("before the start of the quarter", None, "2024-04-01"),
        ("from the start of February to the end of April 2023", "2023-02-01", "2023-05-01"),
        # Open on one side.
        ("from 2020 on", "2020-01-01", None),
        ("from 2020 onwards", "2020-01-01", None),
        ("2020 and later", "2020-01-01", None),
        ("in 2019 or before", None, "2020-01-01"),
        ("no later than March 2023", None, "2023-04-01"),
        ("starting in March 2023", "2023-03-01", None),
        ("not before 2021", "2021-01-01", None),
        ("up to and including June 2023", None, "2023-07-01"),
        ("on or after 5 March 2023", "2023-03-05", None),
        ("by 31 March 2023", None, "2023-04-01"),
        ("more than 2 years ago", None, "2022-05-15"),
        ("less than 30 days ago", "2024-04-15", None),
        ("at least six months ago", None, "2023-11-15"),
        # Portions.
        ("in the first half of last year", "2023-01-01", "2023-07-01"),
        ("in the second half of 2023", "2023-07-01", "2024-01-01"),
        ("during the first quarter of this year", "2024-01-01", "2024-04-01"),
        ("in the first three months of 2023", "2023-01-01", "2023-04-01"),
        ("in the last two weeks of March 2023", "2023-03-18", "2023-04-01"),
        ("the first week of April 2023", "2023-04-01", "2023-04-08"),
        ("the last quarter of 2023", "2023-10-01", "2024-01-01"),
        ("in the last month of 2023", "2023-12-01", "2024-01-01"),
        ("the first quarter of the year", "2024-01-01", "2024-04-01"),
        ("the last day of February 2024", "2024-02-29", "2024-03-01"),
        ("first day of last month", "2024-04-01", "2024-04-02"),
        # The same with other words before it.
        ("over the last six weeks", "2024-04-03", "2024-05-16"),
        ("throughout 2023", "2023-01-01", "2024-01-01"),
        ("over the course of 2023", "2023-01-01", "2024-01-01"),
        ("in all of 2023", "2023-01-01", "2024-01-01"),
        ("in the month of March 2023", "2023-03-01", "2023-04-01"),
        ("during the calendar year 2023", "2023-01-01", "2024-01-01"),
        ("for the whole year 2023", "2023-01-01", "2024-01-01"),
        ("in the last 3 full months", "2024-02-01", "2024-05-01"),
        ("within the next 14 days", "2024-05-15", "2024-05-29"),
        ("in the coming week", "2024-05-20", "2024-05-27"),
        ("in 2024 so far", "2024-01-01", "2024-05-16"),
        ("this year to date", "2024-01-01", "2024-05-16"),
        ("March last year", "2023-03-01", "2023-04-01"),
        ("in the third quarter of the previous year", "2023-07-01", "2023-10-01"),
        ("last Monday", "2024-05-13", "2024-05-14"),
        ("next Friday", "2024-05-17", "2024-05-18"),
        ("the day before yesterday", "2024-05-13", "2024-05-14"),
        ("week 10 of 2024", "2024-03-04", "2024-03-11"),
        # Other ways to write them.
        ("Q4/2023", "2023-10-01", "2024-01-01"),
        ("2023-Q4", "2023-10-01", "2024-01-01"),
        ("Q4-2023", "2023-10-01", "2024-01-01"),
        ("quarter 2 of 2023", "2023-04-01", "2023-07-01"),
        ("31.12.2023", "2023-12-31", "2024-01-01"),
        ("on 2023/12/31", "2023-12-31", "2024-01-01"),
        ("Dec-2023", "2023-12-01", "2024-01-01"),
        ("on Monday, March 4, 2024", "2024-03-04", "2024-03-05"),
        # Ranges.
        ("March through May 2023", "2023-03-01", "2023-06-01"),
        ("2021 to 2023", "2021-01-01", "2024-01-01"),
        ("2021-2023", "2021-01-01", "2024-01-01"),
        ("from November 2022 to February", "2022-11-01", "2023-03-01"),
        ("from November to February 2023", "2022-11-01", "2023-03-01"),
        ("from 1 March 2023 up to and including 5 April 2023", "2023-03-01", "2023-04-06"),
        ("between Q1 and Q3 2023", "2023-01-01", "2023-10-01"),
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


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("in the second quarter of 2023 and in the same quarter a year earlier", "2023-04-01", "2022-04-01"),
        ("in March 2023 compared with the same month of the previous year", "2023-03-01", "2022-03-01"),
        ("this year against the same period last year", "2024-01-01", "2023-01-01"),
        ("in 2023 and the year before", "2023-01-01", "2022-01-01"),
        ("in June 2023 and the previous month", "2023-06-01", "2023-05-01"),
        ("in Q2 2023 and one quarter later", "2023-04-01", "2023-07-01"),
        ("year to date vs the same period last year", "2024-01-01", "2023-01-01"),
        ("in March and April 2023", "2023-03-01", "2023-04-01"),
        ("in December and January 2023", "2022-12-01", "2023-01-01"),
        ("in Q1 and Q2 of 2023", "2023-01-01", "2023-04-01"),
    ],
)
def test_a_period_may_be_said_by_another_one(text: str, first: str, second: str) -> None:
    spans = find_dates(tokenise(text), NOON)
    assert [str(resolve(span.period.start, NOON)) for span in spans if span.period.start] == [first, second]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("after 6 pm", tuple(range(18, 24))),
        ("before 9:00", tuple(range(9))),
        ("between 8 and 10 am", (8, 9)),
        ("between 2 and 4pm", (14, 15)),
        ("before noon", tuple(range(12))),
    ],
)
def test_times_of_day_are_hours_of_every_day(text: str, hours: tuple[int, ...]) -> None:
    (span,) = find_dates(tokenise(text), NOON)
    assert span.period.part == ("hour", hours)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("on weekends", ("weekday", (5, 6))),
        ("at the weekend", ("weekday", (5, 6))),
        ("on a Saturday", ("weekday", (5,))),
        ("every December", ("month", (12,))),
        ("on weekdays", ("weekday", (0, 1, 2, 3, 4))),
    ],
)
def test_parts_of_weeks_and_years(text: str, part: tuple[str, tuple[int, ...]]) -> None:
    (span,) = find_dates(tokenise(text), NOON)
    assert (span.period.part, span.start) == (part, 0)


@pytest.mark.parametrize(
    "text",
    [
        "at the end of the list",
        "over 2000 dollars",
        "the first two",
        "within 5",
        "at least 3",
        "by the way",
        "in the past",
        "before the deadline",
        "half of them",
        "title and last day",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert [span for span in find_dates(tokenise(text), NOON) if not span.doubtful] == []
