"""One date phrase: an absolute or relative period, a portion of one ("first half of last year"), or one of its ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sqlcoder_core.linking.absolute_dates import ABSOLUTE, UNSURE
from sqlcoder_core.linking.date_words import LAST, MONTHS, NEXT, ORDINALS, THIS, UNITS, WEEKDAYS, Hit, count_at, says, unit_at, word_at
from sqlcoder_core.linking.numbers import NUMBER_WORDS
from sqlcoder_core.linking.periods import Moment, Period, Unit, resolve
from sqlcoder_core.linking.relative_dates import RELATIVE, TO_DATE
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.linking.words import singular
from sqlcoder_core.values.question import Clock

_FILLERS = tuple(
    tuple(said.split())
    for said in (
        "the course of", "all of", "the whole of", "the entirety of", "the whole", "the entire", "whole", "entire", "the full",
        "the period of", "the month of", "the months of", "months of", "the year of", "the week of", "the span of", "the", "full", "all",
        "each day of", "any day of", "calendar year",
    )
)  # fmt: skip
"""Words before a period that add nothing to it; longer ones stand first."""


def phrase(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """The phrase that begins at a token, if one does; an end of a period ("the beginning of 2024") is a period of no length."""
    if not _may_begin(word_at(tokens, at)):
        return None
    for reader in (_edge, _portion, *ABSOLUTE, *RELATIVE, *UNSURE):
        hit = reader(tokens, at, clock)
        if hit:
            return _up_to_now(tokens, hit)
    return _filled(tokens, at, clock)


@lru_cache(maxsize=5_000)
def _may_begin(word: str) -> bool:
    """False for words with which no phrase begins: nearly all of a question."""
    return word in _FIRST_WORDS or any(character.isdecimal() for character in word) or singular(word.rstrip(".")) in _FIRST_WORDS


def _filled(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    for words in _FILLERS:
        if says(tokens, at, words) and (hit := phrase(tokens, at + len(words), clock)):
            return hit
    return None


def _up_to_now(tokens: Sequence[Token], hit: Hit) -> Hit:
    """ "2024 so far", "March to date": no later than today."""
    end, period, _ = hit
    if period.start is None or not (says(tokens, end, ("so", "far")) or says(tokens, end, ("to", "date"))):
        return hit
    return (end + 2, replace(period, end=Moment(shift=1), label=f"{period.label} up to today"), False)


_FIRST_WORDS = frozenset(
    {*MONTHS, *WEEKDAYS, *UNITS, *ORDINALS, *LAST, *THIS, *NEXT, *(words[0] for words in _FILLERS), *(words[0] for words in TO_DATE)}
    | set(
        "weekend weekday workday every any a an half fiscal financial fy calendar cw final very today yesterday tomorrow more over longer"
        " earlier at older less fewer under no not beginning start onset begin opening end close finish".split()
    )
    | set(NUMBER_WORDS)
)


# ---------------------------------------------------------------- ends of a period

_BEGINNINGS = ("beginning", "start", "onset", "begin", "opening")
_ENDINGS = ("end", "close", "finish")


def _edge(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "the beginning of 2024", "end of March", "year end": the moment at which a period begins or ends."""
    at += word_at(tokens, at) in ("the", "very")
    at += word_at(tokens, at) == "very"
    word = word_at(tokens, at)
    if word not in (*_BEGINNINGS, *_ENDINGS) or word_at(tokens, at + 1) != "of":
        return None
    hit = phrase(tokens, at + 2, clock) or _this_one(tokens, at + 2)
    if hit is None or hit[1].part is not None:
        return None
    end, period, _ = hit
    moment = period.start if word in _BEGINNINGS else period.end
    name = "beginning" if word in _BEGINNINGS else "end"
    if moment is None:
        return None
    return (end, Period(start=moment, end=moment, label=f"the {name} of {period.label}", unit="day"), False)


def _this_one(tokens: Sequence[Token], at: int) -> Hit | None:
    """ "the year": the one that today lies in."""
    at += word_at(tokens, at) == "the"
    unit = unit_at(tokens, at)
    if unit is None or unit in ("hour", "minute", "second", "day") or word_at(tokens, at) not in ("year", "month", "quarter", "week"):
        return None
    return (at + 1, Period(start=Moment(unit=unit), end=Moment(unit=unit, shift=1, shift_unit=unit), label=f"this {unit}"), False)


def is_moment(period: Period) -> bool:
    """True for an end of a period, which says something only behind "since", "before" and the like."""
    return period.start is not None and period.start == period.end and period.start.at is None


# ---------------------------------------------------------------- portions of a period


def _portion(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "first half of last year", "the last two months of 2024", "second week of March", "first quarter of the year"."""
    at += word_at(tokens, at) == "the"
    word = word_at(tokens, at)
    last = word in ("last", "final")
    if word not in ORDINALS and not last:
        return None
    count, place = count_at(tokens, at + 1)
    half = word_at(tokens, place) == "half"
    unit = None if half else unit_at(tokens, place)
    place += 1 + (word_at(tokens, place + 1) in ("of", "in"))
    if (unit is None and not half) or unit in ("hour", "minute", "second") or word_at(tokens, place - 1) not in ("of", "in"):
        return None
    hit = phrase(tokens, place, clock) or _this_one(tokens, place)
    if hit is None or hit[1].start is None or hit[1].end is None or hit[1].start.at is not None or hit[1].part is not None:
        return None
    cut = _half(hit[1], ORDINALS.get(word, 2)) if half else _units(hit[1], 0 if last else ORDINALS[word], count or 1, unit, clock)
    label = " ".join(token.text for token in tokens[at : hit[0]])
    return (hit[0], replace(cut, label=label), False) if cut is not None else None


_MIDDLES: dict[Unit, tuple[int, Unit]] = {"year": (6, "month"), "fiscal_year": (6, "month"), "month": (15, "day")}


def _half(whole: Period, number: int) -> Period | None:
    assert whole.start is not None and whole.end is not None
    step = _MIDDLES.get(whole.unit or "year")
    if step is None or number > 2:
        return None
    middle = whole.start.plus(*step)
    return Period(start=whole.start, end=middle) if number == 1 else Period(start=middle, end=whole.end)


def _units(whole: Period, number: int, count: int, unit: Unit | None, clock: Clock) -> Period | None:
    """`count` units of it: the first ones, the `number`th one, or (0) the last ones. Weeks of a month are its days 1 to 7, 8 to 14."""
    assert whole.start is not None and whole.end is not None and unit is not None
    if number > 1 and count > 1:
        return None
    if not number:
        start = whole.end.plus(-count, unit)
        return Period(start=start, end=whole.end, unit=unit if count == 1 else None)
    start = whole.start.plus((number - 1), unit)
    end = whole.start.plus(number - 1 + count, unit)
    inside = resolve(end, clock) <= resolve(whole.end, clock)
    return Period(start=start, end=end, unit=unit if count == 1 else None) if inside else None
