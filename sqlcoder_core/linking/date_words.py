"""Words of dates, and how they are read off tokens: months, weekdays, units, counts, year numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlcoder_core.linking.numbers import find_numbers
from sqlcoder_core.linking.periods import Moment, Period, Unit, shifted
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.values.question import Clock

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {name: number for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])}
UNITS: dict[str, Unit] = {
    "second": "second", "minute": "minute", "min": "minute", "hour": "hour", "hr": "hour", "day": "day", "week": "week", "wk": "week",
    "month": "month", "quarter": "quarter", "qtr": "quarter", "year": "year", "yr": "year",
}  # fmt: skip
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
LAST = ("last", "past", "previous", "prior", "trailing", "preceding", "recent")
THIS = ("this", "current")
NEXT = ("next", "coming", "following", "upcoming")

Hit = tuple[int, Period, bool]
"""End of the phrase, what it means, whether that is doubtful."""


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The token in lower case; empty beyond the ends and for quoted text."""
    return tokens[at].lower if 0 <= at < len(tokens) and tokens[at].kind != "quoted" else ""


def lemma_at(tokens: Sequence[Token], at: int) -> str:
    """The singular of a word in lower case; empty for what is none."""
    return tokens[at].lemma if 0 <= at < len(tokens) and tokens[at].kind == "word" else ""


def unit_at(tokens: Sequence[Token], at: int) -> Unit | None:
    """The unit of time that a token names, in singular or plural."""
    return UNITS.get(lemma_at(tokens, at))


def says(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
    """True when these words stand there."""
    return all(word_at(tokens, at + offset) == word for offset, word in enumerate(words))


def month_at(tokens: Sequence[Token], at: int) -> int | None:
    """The number of the month that a token names."""
    return MONTHS.get(word_at(tokens, at).rstrip("."))


def day_number(tokens: Sequence[Token], at: int) -> int | None:
    """ "5", "5th": a day of a month."""
    digits = word_at(tokens, at)
    for ending in ("st", "nd", "rd", "th"):
        digits = digits.removesuffix(ending)
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= 31 else None


def year_number(tokens: Sequence[Token], at: int) -> int | None:
    """A year of four digits."""
    text = word_at(tokens, at)
    return int(text) if len(text) == 4 and text.isdecimal() and 1700 <= int(text) <= 2100 else None


def year_said(tokens: Sequence[Token], at: int, clock: Clock) -> tuple[int, int] | None:
    """The year behind a month or a quarter and the place behind it: "2024", "of 2024", "of the year 2024", "last year"."""
    at += word_at(tokens, at) in ("of", "in", ",", "/", "-")
    at += word_at(tokens, at) == "the"
    back = {"last": 1, "previous": 1, "past": 1, "this": 0, "current": 0, "next": -1}.get(word_at(tokens, at))
    if back is not None and word_at(tokens, at + 1) == "year":
        return clock.today().year - back, at + 2
    at += word_at(tokens, at) == "year"
    year = year_number(tokens, at)
    return (year, at + 1) if year else None


def count_at(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """A whole number, in digits or words, and the place behind it."""
    spans = find_numbers(tokens[at : at + 4])
    if spans and spans[0].start == 0 and isinstance(spans[0].value, int):
        return spans[0].value, at + spans[0].end
    return None, at


def span_of(day: date, unit: Unit, label: str) -> Period:
    """One unit of time from its first day on."""
    return Period(start=Moment(day=day), end=Moment(day=shifted(day, 1, unit)), label=label, unit=unit)


def quarter_of(year: int, number: int) -> Period:
    """The first to fourth quarter of a year."""
    return span_of(date(year, 3 * number - 2, 1), "quarter", f"Q{number} {year}")


def latest_year(month: int, day: int, clock: Clock) -> int:
    """The year of the latest such day that is not in the future."""
    today = clock.today()
    return today.year if (month, day) <= (today.month, today.day) else today.year - 1
