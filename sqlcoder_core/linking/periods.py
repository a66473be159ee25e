"""Moments and periods: what a date phrase means, before any SQL is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from sqlcoder_core.values.question import Clock

Unit = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year", "fiscal_year"]

_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}
_WEEK_STARTS = {"monday": 0, "sunday": 6, "saturday": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An absolute `day` (or instant `at`), or today cut down to the start of its `unit` and then shifted, once or twice."""

    day: date | None = None
    at: datetime | None = None
    unit: Unit = "day"
    shift: int = 0
    shift_unit: Unit = "day"
    more: int = 0
    more_unit: Unit = "day"
    """A second shift, by another unit, after the first."""

    @property
    def relative(self) -> bool:
        """Reckoned from today."""
        return self.day is None and self.at is None

    def plus(self, count: int, unit: Unit) -> Moment:
        """This moment moved by so many units; a relative one keeps being relative."""
        if self.day is not None:
            return Moment(day=shifted(self.day, count, unit))
        if not self.more and (self.shift_unit == unit or not self.shift):
            return replace(self, shift=self.shift + count, shift_unit=unit)
        if self.more_unit == unit or not self.more:
            return replace(self, more=self.more + count, more_unit=unit)
        raise ValueError(f"a moment shifted by {self.shift_unit} and {self.more_unit} is not shifted by {unit} as well")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` (inclusive) to `end` (exclusive); an open side is None. `label` is how a reader would say it.

    `part` instead names a part of any date: ("month", 3) is every March, ("weekday", 0) every Monday (ISO, Monday is 0),
    ("hour", 9) what happened from 9:00 to 9:59.
    """

    start: Moment | None = None
    end: Moment | None = None
    label: str = ""
    unit: Unit | None = None
    part: tuple[Literal["month", "weekday", "quarter", "hour"], tuple[int, ...]] | None = None


def shifted(day: date, count: int, unit: Unit) -> date:
    """`day` moved by so many units; the end of a month stays within the month (31 January plus a month is 28 February)."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * _MONTHS_IN[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, _last_day(year, month + 1)))


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def unit_start(day: date, unit: Unit, clock: Clock) -> date:
    """The first day of the week, month, quarter, year or fiscal year that `day` lies in, by the clock's settings."""
    if unit == "week":
        return day - timedelta(days=(day.weekday() - _WEEK_STARTS[clock.week_start]) % 7)
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    if unit == "year":
        return day.replace(month=1, day=1)
    if unit == "fiscal_year":
        begin = day.replace(month=clock.fiscal_year_start, day=1)
        return begin if begin <= day else shifted(begin, -1, "year")
    return day


def resolve(moment: Moment, clock: Clock) -> date | datetime:
    """The day (or instant, for shifts of hours and minutes) that a moment is, on this clock."""
    if moment.at is not None:
        return moment.at
    if moment.day is not None:
        return moment.day
    if moment.unit in ("hour", "minute", "second"):
        now = clock.now or datetime.now()
        return now.replace(microsecond=0) + timedelta(**{f"{moment.shift_unit}s": moment.shift})
    return shifted(shifted(unit_start(clock.today(), moment.unit, clock), moment.shift, moment.shift_unit), moment.more, moment.more_unit)
