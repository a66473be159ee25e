"""Dates said by their names: a day, a week, a month, a quarter, half a year, a year, a decade."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlcoder_core.linking.date_words import (
    ORDINALS,
    WEEKDAYS,
    Hit,
    count_at,
    day_number,
    latest_year,
    lemma_at,
    month_at,
    quarter_of,
    says,
    span_of,
    word_at,
    year_number,
    year_said,
)
from sqlcoder_core.linking.periods import Moment, Period, Unit, shifted
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.values.question import Clock

_FORMATS: tuple[tuple[str, Unit], ...] = (
    ("%Y-%m-%d", "day"), ("%Y/%m/%d", "day"), ("%d.%m.%Y", "day"), ("%Y-%m", "month"), ("%m/%d/%Y", "day"), ("%d/%m/%Y", "day"),
    ("%m/%d/%y", "day"), ("%B-%Y", "month"), ("%b-%Y", "month"), ("%m/%Y", "month"),
)  # fmt: skip
_QUARTER = re.compile(r"q([1-4])(?:[-/']?(\d{4}|\d{2}))?|(\d{4})[-/]?q([1-4])")
_VERBS = ("may", "mar", "march")
"""Words that are months only in capitals, or behind "in the month of"."""


def iso(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """Digits: 2024-03-05, 2024-03, 3/5/2024 (month first where it can be), 31.12.2024, and moments of a day."""
    text = word_at(tokens, at)
    if not text or not text[-1].isdecimal() or len(text) < 6:
        return None
    for pattern, unit in _FORMATS:
        try:
            parsed = datetime.strptime(text, pattern).date()
        except ValueError:
            continue
        return (at + 1, span_of(parsed, unit, text), False)
    try:
        instant = datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None
    return (at + 1, Period(start=Moment(at=instant), end=Moment(at=instant), label=text), False) if instant else None


def named_day(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "March 5 2024", "5th of March, 2024", "March 5th", "Monday, March 4"."""
    at += word_at(tokens, at) in WEEKDAYS and (1 + (word_at(tokens, at + 1) == ","))
    month, day, end = month_at(tokens, at), day_number(tokens, at + 1), at + 2
    if month is None or day is None:
        day, after = day_number(tokens, at), at + 1 + says(tokens, at + 1, ("of",))
        month, end = month_at(tokens, after), after + 1
    if month is None or day is None:
        return None
    said = year_said(tokens, end, clock)
    try:
        found = date(said[0] if said else latest_year(month, day, clock), month, day)
    except ValueError:
        return None
    return (said[1] if said else end, span_of(found, "day", found.isoformat()), False)


def month_year(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "March 2024", "March of 2024", "March" (the latest one), "March last year", "month of may"; "every March" is any."""
    every = word_at(tokens, at) in ("every", "any")
    at += every
    named = says(tokens, at, ("month", "of"))
    at += 2 * named
    month = month_at(tokens, at)
    if month is None or (not named and word_at(tokens, at) in _VERBS and tokens[at].text.islower()):
        return None
    if every:
        return (at + 1, Period(part=("month", (month,)), label=f"every {tokens[at].text}"), False)
    said = year_said(tokens, at + 1, clock)
    if said:
        return (said[1], span_of(date(said[0], month, 1), "month", f"{tokens[at].text} {said[0]}"), False)
    latest = latest_year(month, 1, clock)
    return (at + 1, span_of(date(latest, month, 1), "month", f"{tokens[at].text} {latest}"), True)


def quarter(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "Q3 2024", "2024 Q3", "Q3/2024", "third quarter of 2024", "last quarter of 2024", "Q3" (the latest one)."""
    begun = re.fullmatch(_QUARTER, word_at(tokens, at))
    if begun and (begun[2] or begun[3]):
        year = int(begun[2] or begun[3])
        return (at + 1, quarter_of(year + 2000 * (year < 100), int(begun[1] or begun[4])), False)
    year_first = year_number(tokens, at)
    behind = at + 1 + (word_at(tokens, at + 1) in ("-", "/"))
    if year_first and (later := re.fullmatch(_QUARTER, word_at(tokens, behind))) and later[1] and not later[2]:
        return (behind + 1, quarter_of(year_first, int(later[1])), False)
    number, end = _number_of_quarter(tokens, at)
    if not number:
        return None
    said = year_said(tokens, end, clock)
    if number == -1:
        return (said[1], quarter_of(said[0], 4), False) if said else None
    return (said[1] if said else end, quarter_of(said[0] if said else latest_year(3 * number - 2, 1, clock), number), False)


def _number_of_quarter(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """1 to 4, -1 for the last one of a year, 0 where no quarter is said; and the place behind."""
    found = re.fullmatch(_QUARTER, word_at(tokens, at))
    if found:
        return int(found[1]), at + 1
    if word_at(tokens, at) in ("quarter", "qtr") and word_at(tokens, at + 1) in ("1", "2", "3", "4", "one", "two", "three", "four"):
        return count_at(tokens, at + 1)[0] or 0, at + 2
    if word_at(tokens, at + 1) not in ("quarter", "qtr"):
        return 0, at
    return (-1 if word_at(tokens, at) in ("last", "final") else ORDINALS.get(word_at(tokens, at), 0)), at + 2


def half(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "H1 2024", "second half of 2024"."""
    word = word_at(tokens, at)
    number, end = {"h1": 1, "h2": 2}.get(word, 0), at + 1
    if not number and word_at(tokens, at + 1) == "half" and word in ("first", "second"):
        number, end = ORDINALS[word], at + 2
    said = year_said(tokens, end, clock)
    if not number or not said:
        return None
    begin = date(said[0], 6 * number - 5, 1)
    period = Period(start=Moment(day=begin), end=Moment(day=shifted(begin, 6, "month")), label=f"H{number} {said[0]}")
    return (said[1], period, False)


def fiscal(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "fiscal year 2024", "FY2024", "FY24"; named after the year it ends in, unless it starts in January."""
    word, end = word_at(tokens, at), at + 1
    year = None
    if word in ("fiscal", "financial") and word_at(tokens, at + 1) == "year":
        year, end = year_number(tokens, at + 2), at + 3
    elif word.startswith("fy") and word[2:].isdecimal():
        year = int(word[2:]) + (2000 if len(word) == 4 else 0)
    elif word == "fy":
        year, end = year_number(tokens, at + 1), at + 2
    if not year:
        return None
    begin = date(year - (clock.fiscal_year_start > 1), clock.fiscal_year_start, 1)
    return (end, Period(start=Moment(day=begin), end=Moment(day=shifted(begin, 1, "year")), label=f"fiscal year {year}"), False)


def numbered_week(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "week 12 of 2024", "calendar week 12" of this year: weeks of ISO 8601. "week 12" alone may be a column's."""
    calendar = word_at(tokens, at) == "calendar"
    at += calendar
    number, end = count_at(tokens, at + 1) if word_at(tokens, at) in ("week", "cw") else (None, at)
    if number is None or not 1 <= number <= 53:
        return None
    said = year_said(tokens, end, clock)
    if said is None and not calendar:
        return None
    try:
        begin = date.fromisocalendar(said[0] if said else clock.today().year, number, 1)
    except ValueError:
        return None
    return (said[1] if said else end, span_of(begin, "week", f"week {number} of {begin.isocalendar().year}"), said is None)


def weekdays(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """Parts of every week: weekends, weekdays, Mondays."""
    at += word_at(tokens, at) in ("a", "any", "every", "the") and lemma_at(tokens, at + 1) in (*WEEKDAYS, "weekend")
    word = lemma_at(tokens, at)
    if word in ("weekend", "weekday", "workday") and _means_days(tokens, at):
        days = (5, 6) if word == "weekend" else (0, 1, 2, 3, 4)
        return (at + 1, Period(part=("weekday", days), label=f"{word}s"), False)
    if word not in WEEKDAYS or not tokens[at].capital:
        return None
    return (at + 1, Period(part=("weekday", (WEEKDAYS[word],)), label=f"{word.capitalize()}s"), False)


def _means_days(tokens: Sequence[Token], at: int) -> bool:
    """ "on weekdays", "on a weekday"; "the weekday" and "per weekday" are which one."""
    before, plural = word_at(tokens, at - 1), word_at(tokens, at).endswith("s")
    if before in ("by", "per", "each", "which", "what", "of"):
        return False
    return plural or word_at(tokens, at) == "weekend" or before in ("a", "any", "every")


def decade(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "the 1990s"."""
    word = word_at(tokens, at)
    if len(word) == 5 and word[:4].isdecimal() and word[3] == "0" and word[4] == "s":
        begin = date(int(word[:4]), 1, 1)
        return (at + 1, Period(start=Moment(day=begin), end=Moment(day=shifted(begin, 10, "year")), label=f"the {word}"), False)
    return None


def year(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "2024", "year 2024", "calendar year of 2024"; digits alone are doubtful."""
    start = at
    at += word_at(tokens, at) == "calendar"
    skip = 0 if word_at(tokens, at) != "year" else 2 if word_at(tokens, at + 1) == "of" else 1
    found = year_number(tokens, at + skip)
    return (at + 1 + skip, span_of(date(found, 1, 1), "year", str(found)), at + skip == start) if found else None


ABSOLUTE = (iso, named_day, month_year, quarter, half, fiscal, numbered_week)
"""Tried before what is reckoned from today."""
UNSURE = (weekdays, decade, year)
"""Tried after it: short phrases that begin others."""
