"""A question into tokens: words, numbers, quoted text, marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sqlcoder_core.linking.words import singular, stem

TokenKind = Literal["word", "number", "quoted", "mark"]

_TOKEN = re.compile(
    r"""
      (?P<quoted>"[^"]*"|“[^”]*”|‘[^’]*’|`[^`]*`|(?<![\w])'(?:[^']|'(?=\w))*'(?!\w))
    | (?P<date>\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?|\d{4}-\d{2}(?!\d|-)
        |\d{1,2}/\d{1,2}/\d{2,4}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})(?!\d)
    | (?P<number>[$€£]?-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:%|[kKmM](?![A-Za-z])|bn\b)?)(?![A-Za-z\d])
    | (?P<word>\d+[A-Za-z][\w-]*|[^\W\d_](?:[\w&@]|['’.-](?=[^\W_]))*)
    | (?P<mark><=|>=|<>|!=|[^\w\s])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` as written (quotes taken off), `start:end` its place in characters, `lemma` the singular in lower case."""

    text: str
    kind: TokenKind
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def lemma(self) -> str:
        return singular(self.text.lower())

    @property
    def stem(self) -> str:
        return stem(self.text.lower())

    @property
    def capital(self) -> bool:
        """Written with a capital letter."""
        return self.text[:1].isupper()


def tokenise(text: str) -> tuple[Token, ...]:
    """All tokens in order. A possessive "'s" is taken off its word; hyphened words stay whole unless both halves are words of their own."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        piece, start, end = match.group(), match.start(), match.end()
        if kind == "quoted":
            tokens.append(Token(piece[1:-1], "quoted", start, end))
        elif kind == "word":
            tokens.extend(_word(piece, start))
        else:
            tokens.append(Token(piece, "number" if kind in ("number", "date") else "mark", start, end))
    return tuple(tokens)


def _word(piece: str, start: int) -> list[Token]:
    for possessive in ("'s", "’s"):
        if piece.lower().endswith(possessive) and len(piece) > 2:
            piece = piece[:-2]
    if "-" in piece and piece.replace("-", "").isalpha() and piece.islower():
        return _halves(piece, start)
    return [Token(piece.rstrip("."), "word", start, start + len(piece.rstrip(".")))]


def _halves(piece: str, start: int) -> list[Token]:
    tokens = []
    for half in piece.split("-"):
        if half:
            tokens.append(Token(half, "word", start, start + len(half)))
        start += len(half) + 1
    return tokens
