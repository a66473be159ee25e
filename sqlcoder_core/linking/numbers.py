"""Numbers of a question: digits with commas, k, m and %, and numbers in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlcoder_core.linking.tokens import Token

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * (index + 2) for index, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "mn": 1_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
}
_EXTRA = {"dozen": 12, "once": 1, "twice": 2, "thrice": 3}
NUMBER_WORDS = frozenset({*_UNITS, *_TENS, *_EXTRA})
"""Words with which a number begins."""
_SUFFIX = {"k": 1_000, "K": 1_000, "m": 1_000_000, "M": 1_000_000, "bn": 1_000_000_000}

Number = int | float


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """Tokens `start:end` say `value`; a percentage keeps its figure (`20%` is 20) and is marked so."""

    start: int
    end: int
    value: Number
    percent: bool = False
    money: bool = False
    words: bool = False


def find_numbers(tokens: Sequence[Token]) -> tuple[NumberSpan, ...]:
    """All numbers, left to right. "one" alone is left out after a determiner ("this one", "the one")."""
    spans: list[NumberSpan] = []
    at = 0
    while at < len(tokens):
        span = _digits(tokens, at) or _words(tokens, at)
        if span is None:
            at += 1
            continue
        spans.append(span)
        at = span.end
    return tuple(spans)


def parse_number(text: str) -> Number | None:
    """The value of digits as written (`1,200`, `$3.5`, `1.5k`, `20%`); None for anything else."""
    body = text.strip("$€£%").replace(",", "")
    scale = 1
    for suffix, factor in _SUFFIX.items():
        if body.endswith(suffix) and body[: -len(suffix)].replace(".", "", 1).lstrip("-").isdecimal():
            body, scale = body[: -len(suffix)], factor
    try:
        value = float(body) * scale
    except ValueError:
        return None
    return int(value) if value.is_integer() and ("." not in body or scale > 1) else value


def _digits(tokens: Sequence[Token], at: int) -> NumberSpan | None:
    token = tokens[at]
    if token.kind != "number" or (value := parse_number(token.text)) is None:
        return None
    end = at + 1
    if end < len(tokens) and tokens[end].lower in _SCALES:
        value, end = value * _SCALES[tokens[end].lower], end + 1
    percent = "%" in token.text or (end < len(tokens) and tokens[end].lower in ("%", "percent"))
    if percent and "%" not in token.text:
        end += 1
    whole = int(value) if isinstance(value, float) and value.is_integer() and "." not in token.text.rstrip("kKmM") else value
    return NumberSpan(at, end, whole, percent=percent, money=token.text[0] in "$€£")


def _words(tokens: Sequence[Token], at: int) -> NumberSpan | None:
    total: Number = 0
    current: Number = 0
    end = at
    while end < len(tokens):
        word = tokens[end].lower
        if word in _UNITS or word in _TENS:
            current += _UNITS.get(word, _TENS.get(word, 0))
        elif word in _SCALES and end > at and word not in ("k",):
            current, total = (current * 100, total) if word == "hundred" else (0, total + (current or 1) * _SCALES[word])
        elif word in _EXTRA and end == at:
            current += _EXTRA[word]
        elif not (word == "and" and end > at and tokens[end - 1].lower in _SCALES and _counts(tokens, end + 1)):
            break
        end += 1
    if end == at or _pronoun(tokens, at, end):
        return None
    return NumberSpan(at, end, total + current, words=True)


def _counts(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and (tokens[at].lower in _UNITS or tokens[at].lower in _TENS)


def _pronoun(tokens: Sequence[Token], at: int, end: int) -> bool:
    """ "the one", "which one", "one of the" are no numbers."""
    if end - at != 1 or tokens[at].lower != "one":
        return False
    before = tokens[at - 1].lower if at else ""
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    return before in ("the", "which", "this", "that", "each", "every", "any", "no") or (
        after == "of" and before not in ("least", "than", "most", "exactly")
    )
