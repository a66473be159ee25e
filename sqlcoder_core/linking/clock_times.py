"""Times of day: "after 6 pm", "before 9:00", "between 8 and 10 am", as hours of any day."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_core.linking.date_words import word_at
from sqlcoder_core.linking.periods import Period
from sqlcoder_core.linking.tokens import Token

_LATER = ("after", "from", "since")
_SOONER = ("before", "until", "till", "by")
_NAMED = {"noon": 12, "midday": 12, "midnight": 24}
_HALVES = {"am": 0, "a.m": 0, "pm": 12, "p.m": 12}


def time_of_day(tokens: Sequence[Token], at: int) -> tuple[int, Period] | None:
    """The hours said there and the place behind; None unless "am", "pm", a colon, "noon" or "o'clock" shows that hours are meant."""
    word = word_at(tokens, at)
    if word in ("between", "from"):
        return _between(tokens, at)
    if word not in (*_LATER, *_SOONER):
        return None
    found = _hour(tokens, at + 1)
    if found is None or not found[2]:
        return None
    hour, end, _ = found
    hours = tuple(range(hour, 24)) if word in _LATER else tuple(range(hour))
    label = " ".join(token.text for token in tokens[at:end])
    return (end, Period(part=("hour", hours), label=label)) if hours else None


def _between(tokens: Sequence[Token], at: int) -> tuple[int, Period] | None:
    left = _hour(tokens, at + 1)
    joint = left[1] if left is not None else at
    right = _hour(tokens, joint + 1) if left is not None and word_at(tokens, joint) in ("and", "to", "until", "till", "-") else None
    if left is None or right is None or not (left[2] or right[2]):
        return None
    first, last = left[0], right[0]
    if not left[2] and last > 12 and first + 12 < last:
        # "between 2 and 4 pm"
        first += 12
    if first >= last:
        return None
    label = " ".join(token.text for token in tokens[at : right[1]])
    return right[1], Period(part=("hour", tuple(range(first, last))), label=label)


def _hour(tokens: Sequence[Token], at: int) -> tuple[int, int, bool] | None:
    """Hour, the place behind it, and whether it is certainly one: "6 pm", "18:00", "6pm", "noon"; full hours only."""
    word = word_at(tokens, at)
    if word in _NAMED:
        return _NAMED[word], at + 1, True
    digits = word.rstrip("apm.")
    half = _HALVES.get(word[len(digits) :]) if digits.isdecimal() else None
    end = at + 1
    if not digits.isdecimal() or int(digits) > 24:
        return None
    sure = half is not None
    if word_at(tokens, end) == ":" and word_at(tokens, end + 1) == "00":
        end, sure = end + 2, True
    if half is None and (half := _HALVES.get(word_at(tokens, end))) is not None:
        end, sure = end + 1, True
    if word_at(tokens, end) in ("o'clock", "oclock", "o’clock"):
        end, sure = end + 1, True
    hour = int(digits) % 12 + half if half is not None else int(digits)
    return hour, end, sure
