"""Date phrases of a question into periods: absolute, relative, open on one side, ranges, and said of another period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlcoder_core.linking.clock_times import time_of_day
from sqlcoder_core.linking.date_phrases import is_moment, phrase
from sqlcoder_core.linking.date_words import Hit, says, span_of, word_at
from sqlcoder_core.linking.periods import Period
from sqlcoder_core.linking.related_periods import closed, related, year_of_next
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.values.question import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """Tokens `start:end` say `period`. `preposition` is the word before it that says which side ("since", "before"), if any.

    `doubtful` marks a bare four-digit number, which may be a year or just a number, and a bare month name.
    """

    start: int
    end: int
    period: Period
    preposition: str = ""
    doubtful: bool = False
    parts: tuple[Period, Period] | None = None
    """The ends of a range, each as a period of its own: "between 2022 and 2023"."""


def find_dates(tokens: Sequence[Token], clock: Clock) -> tuple[DateSpan, ...]:
    """All date phrases, left to right, with their prepositions applied: "since March" has no end, "before 2020" no start."""
    spans: list[DateSpan] = []
    at = 0
    while at < len(tokens):
        span = _related(tokens, at, spans) or _ranged(tokens, at, clock) or _with_preposition(tokens, at, clock)
        if span is None:
            at += 1
            continue
        joined = bool(spans) and _joined(tokens, spans[-1].end, span.start)
        if span.doubtful and (joined or _opened(tokens, span.start)):
            span = replace(span, doubtful=False)
        if joined and (
            moved := year_of_next(tokens, (spans[-1].start, spans[-1].end, spans[-1].period), (span.start, span.end, span.period))
        ):
            spans[-1] = replace(spans[-1], period=moved, doubtful=False)
        spans.append(span)
        at = span.end
    return tuple(spans)


def _related(tokens: Sequence[Token], at: int, spans: Sequence[DateSpan]) -> DateSpan | None:
    """ "the same quarter a year earlier", "the year before": reckoned from the date said before it."""
    start = at
    at += word_at(tokens, at) in ("in", "of", "for", "during", "from")
    hit = related(tokens, at, spans[-1].period) if spans else None
    return DateSpan(start=start, end=hit[0], period=hit[1], preposition=word_at(tokens, start) if at > start else "") if hit else None


def _opened(tokens: Sequence[Token], at: int) -> bool:
    """ "in both 2024 and 2025", "what about 2024?": no number would be said so."""
    before = tuple(token.lower for token in tokens[max(0, at - 2) : at])
    return before[-1:] == ("both",) or before in (("what", "about"), ("how", "about"))


_JOINTS = frozenset({"and", "or", ",", "vs", "vs.", "versus", "to", "with", "compared", "than", "in", "for", "against"})


def _joined(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Only joining words stand between two dates: "in 2024 and 2025"."""
    return start < end and all(token.lower in _JOINTS for token in tokens[start:end])


# ---------------------------------------------------------------- around a phrase: prepositions and ranges

_SAID_SIDES = {
    "from": (
        "on or after|at or after|since|ever since|starting from|starting in|starting with|starting on|starting|beginning in|beginning with"
        "|beginning on|beginning from|no earlier than|not earlier than|not before|as from|from and including"
    ),
    "until": (
        "on or before|at or before|until|up until|till|up till|through|up to and including|up to|no later than|not later than|not after|by"
    ),
    "before": "before|earlier than|prior to|ahead of|older than",
    "after": "after|later than|newer than|more recent than|past",
}
_SIDES = {
    tuple(said.split()): side
    for side, phrases in _SAID_SIDES.items()
    for said in sorted(phrases.split("|"), key=lambda said: -len(said.split()))
}
_NEUTRAL = tuple(
    tuple(said.split())
    for said in (
        "in the", "over the", "during the", "within the", "for the", "throughout the", "across the", "at the", "on a", "on any",
        "in", "on", "during", "within", "for", "of", "from", "over", "throughout", "across", "at",
    )
)  # fmt: skip
_FIRM = frozenset({"in", "on", "during", "from", "throughout"})
"""Behind these a number of four digits is a year."""
_OPENERS = frozenset(words[0] for words in (*_SIDES, *_NEUTRAL))


def _sided(period: Period, side: str) -> Period:
    """The period opened on one side: from its start, until its end, before its start, after its end."""
    if side in ("from", "after"):
        return Period(start=period.start if side == "from" else period.end, label=f"{side} {period.label}")
    return Period(end=period.end if side == "until" else period.start, label=f"{side} {period.label}")


def _with_preposition(tokens: Sequence[Token], at: int, clock: Clock) -> DateSpan | None:
    if word_at(tokens, at) in _OPENERS and (span := _behind_preposition(tokens, at, clock)) is not None:
        return span
    hit = phrase(tokens, at, clock)
    if hit and not is_moment(hit[1]):
        return _open_end(tokens, DateSpan(start=at, end=hit[0], period=hit[1], doubtful=hit[2]), clock)
    times = time_of_day(tokens, at)
    return DateSpan(start=at, end=times[0], period=times[1]) if times else None


def _behind_preposition(tokens: Sequence[Token], at: int, clock: Clock) -> DateSpan | None:
    for words, side in _SIDES.items():
        if says(tokens, at, words) and (hit := phrase(tokens, at + len(words), clock)) and _opens(words, hit[1], doubtful=hit[2]):
            period = _sided(hit[1], side)
            return DateSpan(start=at, end=hit[0], period=period, preposition=" ".join(words))
    if word_at(tokens, at) == "from" and (hit := phrase(tokens, at + 1, clock)) and is_moment(hit[1]):
        end = hit[0] + (word_at(tokens, hit[0]) in ("on", "onwards", "onward"))
        return DateSpan(start=at, end=end, period=_sided(hit[1], "from"), preposition="from")
    for words in _NEUTRAL:
        if says(tokens, at, words) and (hit := phrase(tokens, at + len(words), clock)) and _within(words, hit[1], doubtful=hit[2]):
            doubtful = hit[2] and words[0] not in _FIRM
            return _open_end(tokens, DateSpan(start=at, end=hit[0], period=hit[1], preposition=words[0], doubtful=doubtful), clock)
    return None


def _opens(words: tuple[str, ...], period: Period, *, doubtful: bool) -> bool:
    """ "after Mondays" says nothing; "by 2020" may be a number, "by the end of 2020" is not."""
    if period.part is not None or (period.start is None) != (period.end is None):
        return False
    return not (doubtful and words in (("by",), ("past",), ("starting",), ("up", "to")))


def _within(words: tuple[str, ...], period: Period, *, doubtful: bool) -> bool:
    """ "over 2000" is a number, "over the last year" a period; an end of a period is no period."""
    return not is_moment(period) and not (doubtful and words[0] in ("over", "across", "at"))


_OPEN_ENDS = {
    "from": "or later|or after|and later|and after|or newer|or younger|onwards|onward|and onwards|and onward|on|and on|and up|upwards"
    "|and beyond|and since|at the earliest",
    "until": "or earlier|or before|and earlier|and before|or older|and older|at the latest|or sooner",
}
_ENDS = tuple(
    (tuple(said.split()), side)
    for side, phrases in _OPEN_ENDS.items()
    for said in sorted(phrases.split("|"), key=lambda said: -len(said.split()))
)


def _open_end(tokens: Sequence[Token], span: DateSpan, clock: Clock) -> DateSpan:
    """ "2010 or later", "2010 or earlier", "from March on"; in "before 2000 or after 2010" each date has its own word."""
    after = span.end + 2 + says(tokens, span.end + 2, ("the",))
    if word_at(tokens, span.end) in ("or", "and") and phrase(tokens, after, clock):
        return span
    for words, side in _ENDS:
        if says(tokens, span.end, words) and (words[-1] != "on" or _goes_on(tokens, span, span.end + len(words))):
            return replace(span, end=span.end + len(words), period=_sided(span.period, side), preposition=side, doubtful=False)
    return span


def _goes_on(tokens: Sequence[Token], span: DateSpan, end: int) -> bool:
    """ "from 2020 on", "from 2020 on, ...": no "on Monday", "on the ..." begins there."""
    following = word_at(tokens, end)
    return span.preposition == "from" and (following in ("", "and", "or", "by", "per", "with", "in", "for") or not following[0].isalnum())


_UNTIL = ("to", "until", "till", "through", "thru", "-", "–")
_RANGES = (("between", ("and", "&")), ("from", (*_UNTIL, "and", "up")), ("in", _UNTIL), ("during", _UNTIL), ("for", _UNTIL), ("", _UNTIL))


def _ranged(tokens: Sequence[Token], at: int, clock: Clock) -> DateSpan | None:
    """ "between X and Y", "from X to Y", "X through Y", "2021-2023": both ends inside."""
    for first, seconds in _RANGES:
        if first and word_at(tokens, at) != first:
            continue
        start = at + bool(first)
        left = phrase(tokens, start, clock)
        if not left or left[1].start is None:
            continue
        if (written := _years_written(tokens, left)) is not None:
            return _range(tokens, (at, start, left[0]), left, written, first)
        joint = _past_joint(tokens, left[0], seconds)
        right = phrase(tokens, joint, clock) if joint > left[0] else None
        if right and right[1].part is None and right[1].end is not None:
            return _range(tokens, (at, start, joint), left, right, first)
    return None


def _past_joint(tokens: Sequence[Token], at: int, seconds: tuple[str, ...]) -> int:
    """Behind "to", "up to", "up to and including", ...; `at` itself where none of them stands."""
    if word_at(tokens, at) not in seconds:
        return at
    at += 1 + says(tokens, at, ("up", "to"))
    return at + 2 * says(tokens, at, ("and", "including"))


def _years_written(tokens: Sequence[Token], left: Hit) -> Hit | None:
    """ "2021-2023", of which the second part is read as a negative number."""
    text = word_at(tokens, left[0])
    year = int(text[1:]) if left[1].unit == "year" and text[:1] == "-" and text[1:].isdecimal() and len(text) == 5 else 0
    return (left[0] + 1, span_of(date(year, 1, 1), "year", str(year)), True) if 1700 <= year <= 2100 else None


def _range(tokens: Sequence[Token], places: tuple[int, int, int], left: Hit, right: Hit, first: str) -> DateSpan | None:
    at, start, joint = places
    begin, last = closed(tokens, (start, left[0], left[1]), (joint, right[0], right[1]))
    if begin.start is None:
        return None
    period = Period(start=begin.start, end=last.end, label=f"from {begin.label} to {last.label}")
    doubtful = left[2] and right[2] and first not in ("in", "during")
    return DateSpan(start=at, end=right[0], period=period, preposition=first, doubtful=doubtful, parts=(begin, last))
