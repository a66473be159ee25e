"""Date phrases of a question into periods: absolute, relative, open on one side, fiscal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlcoder_core.linking.date_phrases import phrase, says
from sqlcoder_core.linking.periods import Moment, Period
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
        span = _ranged(tokens, at, clock) or _with_preposition(tokens, at, clock)
        if span is None:
            at += 1
            continue
        joined = bool(spans) and _joined(tokens, spans[-1].end, span.start)
        if span.doubtful and (joined or _opened(tokens, span.start)):
            span = replace(span, doubtful=False)
        spans.append(span)
        at = span.end
    return tuple(spans)


def _opened(tokens: Sequence[Token], at: int) -> bool:
    """ "in both 2024 and 2025", "what about 2024?": no number would be said so."""
    before = tuple(token.lower for token in tokens[max(0, at - 2) : at])
    return before[-1:] == ("both",) or before in (("what", "about"), ("how", "about"))


_JOINTS = frozenset({"and", "or", ",", "vs", "vs.", "versus", "to", "with", "compared", "than", "in", "for", "against"})


def _joined(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Only joining words stand between two dates: "in 2024 and 2025"."""
    return start < end and all(token.lower in _JOINTS for token in tokens[start:end])


# ---------------------------------------------------------------- around a phrase: prepositions and ranges

_SIDES: dict[tuple[str, ...], Callable[[Period], Period]] = {
    ("on", "or", "after"): lambda p: Period(start=p.start, label=f"from {p.label}"),
    ("on", "or", "before"): lambda p: Period(end=p.end, label=f"until {p.label}"),
    ("or", "later"): lambda p: p,
    ("earlier", "than"): lambda p: Period(end=p.start, label=f"before {p.label}"),
    ("later", "than"): lambda p: Period(start=p.end, label=f"after {p.label}"),
    ("prior", "to"): lambda p: Period(end=p.start, label=f"before {p.label}"),
    ("starting", "from"): lambda p: Period(start=p.start, label=f"from {p.label}"),
    ("starting", "in"): lambda p: Period(start=p.start, label=f"from {p.label}"),
    ("up", "to"): lambda p: Period(end=p.end, label=f"until {p.label}"),
    ("before",): lambda p: Period(end=p.start, label=f"before {p.label}"),
    ("after",): lambda p: Period(start=p.end, label=f"after {p.label}"),
    ("since",): lambda p: Period(start=p.start, label=f"since {p.label}"),
    ("until",): lambda p: Period(end=p.end, label=f"until {p.label}"),
    ("till",): lambda p: Period(end=p.end, label=f"until {p.label}"),
    ("through",): lambda p: Period(end=p.end, label=f"through {p.label}"),
}
_NEUTRAL = (
    ("in", "the"),
    ("over", "the"),
    ("during", "the"),
    ("within", "the"),
    ("for", "the"),
    ("in",),
    ("on",),
    ("during",),
    ("within",),
    ("for",),
    ("of",),
    ("from",),
)


def _with_preposition(tokens: Sequence[Token], at: int, clock: Clock) -> DateSpan | None:
    for words, side in _SIDES.items():
        if says(tokens, at, words):
            after = at + len(words)
            after += says(tokens, after, ("the",))
            hit = phrase(tokens, after, clock)
            if hit:
                return DateSpan(start=at, end=hit[0], period=side(hit[1]), preposition=" ".join(words))
    for words in _NEUTRAL:
        if says(tokens, at, words) and (hit := phrase(tokens, at + len(words), clock)):
            doubtful = hit[2] and words[0] in ("of", "for", "within")
            return _open_end(tokens, DateSpan(start=at, end=hit[0], period=hit[1], preposition=words[0], doubtful=doubtful), clock)
    hit = phrase(tokens, at, clock)
    return _open_end(tokens, DateSpan(start=at, end=hit[0], period=hit[1], doubtful=hit[2]), clock) if hit else None


def _open_end(tokens: Sequence[Token], span: DateSpan, clock: Clock) -> DateSpan:
    """ "2010 or later", "2010 or earlier", "from March on"; in "before 2000 or after 2010" each date has its own word."""
    after = span.end + 2 + says(tokens, span.end + 2, ("the",))
    if says(tokens, span.end, ("or",)) and phrase(tokens, after, clock):
        return span
    for words, side in (
        ("or later", "from"),
        ("or after", "from"),
        ("onwards", "from"),
        ("onward", "from"),
        ("or earlier", "until"),
        ("or before", "until"),
    ):
        if says(tokens, span.end, tuple(words.split())):
            period = span.period
            wider = (
                Period(start=period.start, label=f"from {period.label}")
                if side == "from"
                else Period(end=period.end, label=f"until {period.label}")
            )
            return DateSpan(start=span.start, end=span.end + len(words.split()), period=wider, preposition=side)
    return span


def _ranged(tokens: Sequence[Token], at: int, clock: Clock) -> DateSpan | None:
    """ "between X and Y", "from X to Y": both ends inside."""
    for first, seconds in ((("between",), ("and",)), (("from",), ("to", "until", "till", "through", "and"))):
        if not says(tokens, at, first):
            continue
        left = phrase(tokens, at + 1, clock)
        if not left or left[0] >= len(tokens) or tokens[left[0]].lower not in (*seconds, "-"):
            continue
        right = phrase(tokens, left[0] + 1, clock)
        if right:
            begin = _same_year(left[1], right[1], tokens, at + 1, left[0])
            period = Period(start=begin.start, end=right[1].end, label=f"from {begin.label} to {right[1].label}")
            return DateSpan(
                start=at, end=right[0], period=period, preposition=first[0], doubtful=left[2] and right[2], parts=(begin, right[1])
            )
    return None


def _same_year(left: Period, right: Period, tokens: Sequence[Token], start: int, end: int) -> Period:
    """ "from March to May 2022": the left end takes the right end's year."""
    names_year = any(token.kind == "number" and len(token.text) >= 4 for token in tokens[start:end])
    if names_year or not (left.start and right.start and left.start.day and right.start.day):
        return left
    moved = left.start.day.replace(year=right.start.day.year)
    return Period(start=Moment(day=moved), end=left.end, label=f"{left.label.split(' ')[0]} {moved.year}")
