"""What a column's description calls it: "Amount charged before tax, in USD" says amount charged before tax, amount charged."""

from __future__ import annotations

import re

from sqlcoder_core.linking.words import name_words

_LONGEST_SAID = 6
_LONGEST_NOUN = 3
_WEAK = frozenset({"the", "a", "an", "this", "these", "its", "their", "unique", "any", "each", "all"})
_ENDS = frozenset(
    {
        *("of", "to", "for", "by", "in", "with", "from", "that", "which", "per", "on", "at", "and", "or", "as", "where", "when", "who"),
        *(
            "whose",
            "into",
            "between",
            "is",
            "are",
            "was",
            "were",
            "used",
            "after",
            "before",
            "since",
            "during",
            "if",
            "whether",
            "has",
            "have",
        ),
    }
)
_SAYS_NOTHING = frozenset(
    {
        *("identifier", "id", "key", "reference", "foreign", "primary", "name", "type", "code", "number", "date", "value", "flag"),
        *("indicator", "column", "field", "text", "description", "whether", "timestamp", "time", "string", "integer", "record", "table"),
        *("list", "data", "information", "status", "auto", "increment"),
    }
)
"""Alone, these tell no column from another."""


def described_forms(description: str | None) -> list[tuple[tuple[str, ...], float, str]]:
    """Words in singular, score and "description", for the first clause of a short description; its noun by itself; "X of Y" as "Y X"."""
    if not description or len(description) > 240:
        return []
    head = re.split(r"[.(,;:\n]| - | e\\.g", description, maxsplit=1)[0]
    said = [word for piece in re.findall(r"[A-Za-z]+", head) if (word := piece.lower()) not in _WEAK]
    found: list[tuple[tuple[str, ...], float, str]] = []
    whole = tuple(word for word in said if word != "of")
    if 1 < len(whole) <= _LONGEST_SAID:
        found.append((_singular(whole), 0.8, "description"))
    noun = _noun(said)
    rest = said[len(noun) :]
    if rest[:1] == ["of"] and len(noun) == 1 and (owner := _noun(rest[1:])) and len(owner) < _LONGEST_NOUN:
        found.append((_singular((*owner, *noun)), 0.78, "description"))
    if 1 < len(noun) <= _LONGEST_NOUN and not set(noun) <= _SAYS_NOTHING:
        found.append((_singular(tuple(noun)), 0.76, "description"))
    return found


def _noun(said: list[str]) -> list[str]:
    """The words up to the first that ends a noun."""
    end = next((at for at, word in enumerate(said) if word in _ENDS), len(said))
    return said[:end]


def _singular(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for word in words for part in name_words(word))
