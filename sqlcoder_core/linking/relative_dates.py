"""Dates reckoned from today: "last month", "the past 30 days", "two weeks ago", "yesterday", "last Monday", "year to date"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlcoder_core.linking.date_words import LAST, NEXT, THIS, WEEKDAYS, Hit, count_at, says, span_of, unit_at, word_at, year_number
from sqlcoder_core.linking.periods import Moment, Period, Unit
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.values.question import Clock

_UNITS_TO_DATE: tuple[Unit, ...] = ("year", "month", "quarter", "week")
TO_DATE: dict[tuple[str, ...], Unit] = {
    tuple(said.split()): unit
    for unit in _UNITS_TO_DATE
    for said in (
        f"{unit} to date", f"{unit[0]}td", f"so far this {unit}", f"this {unit} so far", f"this {unit} to date", f"the {unit} so far",
        f"the current {unit} so far", f"current {unit} to date", f"the {unit} to date", f"so far in the current {unit}",
        f"this {unit} until now", f"this {unit} until today", f"this {unit} up to today", f"this {unit} up to now",
    )
}  # fmt: skip
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}


def to_date(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "year to date", "this month so far": from the first day of the unit up to today."""
    if word_at(tokens, at) not in _TO_DATE_OPENERS:
        return None
    for words, unit in TO_DATE.items():
        if says(tokens, at, words):
            period = Period(start=Moment(unit=unit), end=Moment(shift=1), label=f"this {unit} up to today", unit=unit)
            return (at + len(words), period, False)
    return None


_TO_DATE_OPENERS = frozenset(words[0] for words in TO_DATE)


def relative(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "last month", "this quarter", "next week", "last 30 days", "past 2 quarters", "last fiscal year", "last month of 2024"."""
    start = at
    at += says(tokens, at, ("the",))
    word = word_at(tokens, at)
    if word not in (*LAST, *THIS, *NEXT):
        return None
    at += word_at(tokens, at + 1) in ("full", "complete", "calendar", "whole")
    count, end = count_at(tokens, at + 1)
    whole = word_at(tokens, end) in ("full", "complete", "calendar", "whole")
    end += whole
    fiscal = word_at(tokens, end) in ("fiscal", "financial")
    unit = unit_at(tokens, end + fiscal)
    if unit is None or (word == "recent" and count is None):
        return None
    end += 1 + fiscal
    if fiscal and unit == "year":
        unit = "fiscal_year"
    if count is None and word_at(tokens, end) == "of" and year_number(tokens, end + 1):
        return None
    if unit == "day" and count is None and word in LAST and not _within(tokens, start):
        # "title and last day": the day on which something ends, hardly yesterday.
        return None
    if count is None and word in ("past", "trailing"):
        count = 1
    if count is None or (count == 1 and word not in ("past", "trailing", "next")):
        return (end, calendar(word, unit), False)
    return (end, _whole(word, count, unit) if whole else _rolling(word, count, unit), False)


def _within(tokens: Sequence[Token], at: int) -> bool:
    at -= word_at(tokens, at - 1) == "the"
    return word_at(tokens, at - 1) in ("in", "within", "over", "during", "for", "from")


def calendar(word: str, unit: Unit) -> Period:
    """The unit that today lies in, the one before or the one after it."""
    step: Unit = "year" if unit == "fiscal_year" else unit
    offset = 0 if word in THIS else (1 if word in NEXT else -1)
    name = unit.replace("_", " ")
    if unit in ("hour", "minute", "second"):
        return _rolling("last", 1, unit)
    return Period(
        start=Moment(unit=unit, shift=offset, shift_unit=step),
        end=Moment(unit=unit, shift=offset + 1, shift_unit=step),
        label=f"{('this', 'next', 'last')[offset]} {name}",
        unit=unit,
    )


def _whole(word: str, count: int, unit: Unit) -> Period:
    """ "the last 3 full months": whole units, today's left out."""
    step: Unit = "year" if unit == "fiscal_year" else unit
    label = f"{'next' if word in NEXT else 'last'} {count} {unit.replace('_', ' ')}s (whole ones)"
    if word in NEXT:
        start, end = Moment(unit=unit, shift=1, shift_unit=step), Moment(unit=unit, shift=count + 1, shift_unit=step)
    else:
        start, end = Moment(unit=unit, shift=-count, shift_unit=step), Moment(unit=unit)
    return Period(start=start, end=end, label=label, unit=unit)


def _rolling(word: str, count: int, unit: Unit) -> Period:
    label = f"{'next' if word in NEXT else 'last'} {count} {unit.replace('_', ' ')}{'s' * (count != 1)}"
    if unit in ("hour", "minute", "second"):
        return Period(start=Moment(unit="hour", shift=-count, shift_unit=unit), label=label, unit=unit)
    if unit in ("quarter", "fiscal_year") and word not in NEXT:
        return _whole(word, count, unit)
    if word in NEXT:
        return Period(start=Moment(), end=Moment(shift=count, shift_unit=unit), label=label, unit=unit)
    return Period(start=Moment(shift=-count, shift_unit=unit), end=Moment(shift=1), label=f"{label} up to today", unit=unit)


_OLDER = ("more than", "over", "longer than", "earlier than", "at least", "older than")
_NEWER = ("less than", "fewer than", "under", "at most", "no more than", "not more than", "no longer than")


def ago(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "3 days ago": that day; "two months ago": that month; "more than a year ago": all before that day."""
    side, opened = _side(tokens, at)
    counted = _counted(tokens, opened)
    if counted is None:
        return None
    count, unit, end = counted
    label = f"{count} {unit}{'s' * (count != 1)} ago"
    day = Moment(shift=-count, shift_unit=unit)
    if says(tokens, end, ("from", "now")):
        day = Moment(shift=count, shift_unit=unit)
        return (end + 2, Period(start=day, end=day.plus(1, "day"), label=f"{count} {unit}s from now", unit="day"), False)
    if word_at(tokens, end) not in ("ago", "back"):
        return None
    if side:
        period = Period(end=day, label=f"more than {label}") if side == "older" else Period(start=day, label=f"less than {label}")
        return (end + 1, period, False)
    if unit == "day":
        return (end + 1, Period(start=day, end=Moment(shift=1 - count), label=label, unit="day"), False)
    return (end + 1, Period(start=day, end=day.plus(1, "day"), label=label, unit="day"), False)


def _side(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    for side, phrases in (("older", _OLDER), ("newer", _NEWER)):
        for said in phrases:
            words = tuple(said.split())
            if says(tokens, at, words):
                return side, at + len(words)
    return "", at


def _counted(tokens: Sequence[Token], at: int) -> tuple[int, Unit, int] | None:
    """ "3 days", "a year", "half a year": how many of which unit, and the place behind."""
    if says(tokens, at, ("half", "a", "year")):
        return 6, "month", at + 3
    count, end = count_at(tokens, at)
    if word_at(tokens, at) in ("a", "an", "one"):
        count, end = 1, at + 1
    unit = unit_at(tokens, end)
    if count is None or unit is None or unit in ("hour", "minute", "second"):
        return None
    return count, unit, end + 1


def single_words(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "today", "yesterday", "the day before yesterday"."""
    if says(tokens, at, ("day", "before", "yesterday")):
        return (at + 3, Period(start=Moment(shift=-2), end=Moment(shift=-1), label="the day before yesterday", unit="day"), False)
    shift = _DAYS.get(word_at(tokens, at))
    if shift is None:
        return None
    return (at + 1, Period(start=Moment(shift=shift), end=Moment(shift=shift + 1), label=word_at(tokens, at), unit="day"), False)


def near_weekday(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "last Monday", "next Friday": the nearest one before or after today."""
    word, number = word_at(tokens, at), WEEKDAYS.get(word_at(tokens, at + 1))
    if number is None or word not in ("last", "next", "this", "past", "coming"):
        return None
    today = clock.today()
    if word in ("last", "past"):
        days = -((today.weekday() - number - 1) % 7 + 1)
    else:
        days = (number - today.weekday() - 1) % 7 + 1 if word != "this" else number - today.weekday()
    found = today + timedelta(days=days)
    return (at + 2, span_of(found, "day", f"{word} {word_at(tokens, at + 1).capitalize()}"), False)


RELATIVE = (to_date, relative, ago, single_words, near_weekday)
