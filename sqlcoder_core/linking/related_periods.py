"""Periods that take something from another one of the question: its year, or a step from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlcoder_core.linking.date_words import UNITS, count_at, lemma_at, word_at
from sqlcoder_core.linking.periods import Period, Unit, shifted
from sqlcoder_core.linking.tokens import Token

Said = tuple[int, int, Period]
"""A period, and the tokens from which to which it is said."""

_EARLIER = frozenset({"earlier", "before", "ago", "prior", "previously"})
_LATER = frozenset({"later", "after", "afterwards"})
_SPANS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")


def related(tokens: Sequence[Token], at: int, other: Period) -> tuple[int, Period] | None:
    """ "the same quarter a year earlier", "the same period last year", "a year earlier", "the previous year": of `other` moved.

    A step of the period's own unit is also said without a count: "in March 2024 and the month before".
    """
    at += word_at(tokens, at) in ("the", "that", "its")
    if word_at(tokens, at) in ("same", "corresponding", "equivalent", "comparable"):
        return _same(tokens, at + 1, other)
    step = _step(tokens, at) or _own_step(tokens, at, other)
    return (step[0], moved(other, step[1], step[2])) if step is not None and _steady(other) else None


def _same(tokens: Sequence[Token], at: int, other: Period) -> tuple[int, Period] | None:
    unit = UNITS.get(lemma_at(tokens, at))
    if unit is None and lemma_at(tokens, at) not in ("period", "time", "span", "timeframe", "date", "interval"):
        return None
    at += 1 + (word_at(tokens, at) == "time" and word_at(tokens, at + 1) == "period")
    at += word_at(tokens, at) in ("in", "of", "from", "for", "during", "one", ",")
    at += word_at(tokens, at) == "the"
    step = _step(tokens, at)
    if step is None and word_at(tokens, at) in ("last", "previous", "prior", "preceding", "past", "next", "following"):
        said = UNITS.get(lemma_at(tokens, at + 1))
        step = (at + 2, 1 if word_at(tokens, at) in ("next", "following") else -1, said) if said is not None else None
    return (step[0], moved(other, step[1], step[2])) if step is not None else None


def _step(tokens: Sequence[Token], at: int) -> tuple[int, int, Unit] | None:
    """ "a year earlier", "two months before", "one quarter later": only at the end of a phrase ("before 2020" is none)."""
    count, end = count_at(tokens, at)
    if word_at(tokens, at) in ("a", "an", "one"):
        count, end = 1, at + 1
    unit = UNITS.get(lemma_at(tokens, end))
    way = word_at(tokens, end + 1)
    if count is None or unit not in _SPANS or way not in _EARLIER | _LATER or way == "ago" or not _stops(tokens, end + 2):
        return None
    return end + 2, -count if way in _EARLIER else count, unit


def _own_step(tokens: Sequence[Token], at: int, other: Period) -> tuple[int, int, Unit] | None:
    """ "the year before", "the previous quarter", behind a date of that length that is not reckoned from today."""
    unit, ahead = UNITS.get(lemma_at(tokens, at)), UNITS.get(lemma_at(tokens, at + 1))
    way = word_at(tokens, at)
    absolute = other.start is not None and other.start.day is not None and other.unit is not None
    if not absolute:
        return None
    if unit == other.unit and unit is not None and word_at(tokens, at + 1) in ("before", "after") and _stops(tokens, at + 2):
        return at + 2, -1 if word_at(tokens, at + 1) == "before" else 1, unit
    if ahead == other.unit and ahead is not None and way in ("previous", "preceding", "prior", "following"):
        return at + 2, 1 if way == "following" else -1, ahead
    return None


def _stops(tokens: Sequence[Token], at: int) -> bool:
    following = word_at(tokens, at)
    return not following or not following[0].isalnum() or following in ("and", "or", "by", "per", "for", "in", "with", "as", "that")


def _steady(period: Period) -> bool:
    return period.part is None and not (period.start is None and period.end is None)


def moved(period: Period, count: int, unit: Unit) -> Period:
    """The same period so many units later (earlier for a negative count)."""
    start = period.start.plus(count, unit) if period.start is not None else None
    end = period.end.plus(count, unit) if period.end is not None else None
    way = "later" if count > 0 else "earlier"
    label = f"{period.label}, {abs(count)} {unit}{'s' * (abs(count) != 1)} {way}"
    if period.unit == unit == "year" and start is not None and start.day is not None:
        label = str(start.day.year)
    return replace(period, start=start, end=end, label=label)


# ---------------------------------------------------------------- years said once for two dates


def closed(tokens: Sequence[Token], left: Said, right: Said) -> tuple[Period, Period]:
    """Both ends of a range, each with a year: "from March to May 2022", "from November 2022 to February"."""
    begin = year_of_next(tokens, left, right) or left[2]
    last = right[2]
    if not names_year(tokens, right[0], right[1]) and names_year(tokens, left[0], left[1]) and _days(begin, last):
        assert begin.start is not None and begin.start.day is not None and last.start is not None and last.start.day is not None
        years = begin.start.day.year - last.start.day.year
        years += (last.start.day.month, last.start.day.day) < (begin.start.day.month, begin.start.day.day)
        last = moved(last, years, "year") if years else last
    return begin, last


def year_of_next(tokens: Sequence[Token], left: Said, right: Said) -> Period | None:
    """ "in March and April 2022": the first one in the second one's year, or the one before where it would lie behind it."""
    before, after = left[2], right[2]
    if names_year(tokens, left[0], left[1]) or not names_year(tokens, right[0], right[1]) or not _days(before, after):
        return None
    if before.unit not in ("day", "month", "quarter") or after.unit not in ("day", "month", "quarter"):
        return None
    assert before.start is not None and before.start.day is not None and after.start is not None and after.start.day is not None
    years = after.start.day.year - before.start.day.year
    if shifted(before.start.day, years, "year") > after.start.day:
        years -= 1
    name = re.sub(r" \d{4}$", "", before.label)
    back = moved(before, years, "year")
    assert back.start is not None and back.start.day is not None
    return replace(back, label=f"{name} {back.start.day.year}")


def names_year(tokens: Sequence[Token], start: int, end: int) -> bool:
    """A year is said in these tokens, in digits or by "last year"."""
    said = [token.lower for token in tokens[start:end]]
    return "year" in said or any(len(word) >= 4 and any(word[at : at + 4].isdecimal() for at in range(len(word) - 3)) for word in said)


def _days(*periods: Period) -> bool:
    return all(period.start is not None and period.start.day is not None for period in periods)
