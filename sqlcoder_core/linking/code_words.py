"""Stored codes to the words that people say for them: a column's description says "DISP disputed", and `REJ` is short for "rejected"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlcoder_core.linking.tokens import tokenise
from sqlcoder_core.values.catalog import Column, Scalar

_MOST_CODES = 16
"""A column of more different texts holds no codes that stand for words."""
_PART = re.compile(
    r"""^\s*(?:and\s+|or\s+)?['"`]?([A-Za-z0-9_]{1,12})['"`]?"""
    r"""\s*(?:[=:–-]|\s(?:is|means|for)\s|\s)\s*['"`]?([A-Za-z][A-Za-z \-/]{1,40}?)['"`]?\s*$"""
)
"""A code, a sign or a space, and up to 40 letters of what it stands for."""
_VOWELS = frozenset("aeiou")


def legend(column: Column) -> Mapping[Scalar, tuple[str, ...]]:
    """Code -> words of its meaning, where the description lists the codes: "OPN open, PD paid", "1 = yes; 0 = no".

    Only parts that begin with a stored code count, where the stored values are known; else codes are in capitals or digits.
    """
    found: dict[Scalar, tuple[str, ...]] = {}
    known = {str(value): value for value in column.values}
    for part in re.split(r"[,;|\n]|\.\s", re.sub(r"^[^:]{0,40}:\s(?=\S+\s*(?:=|:|-|\s))", "", column.description or "")):
        match = _PART.match(part)
        if (
            match is None
            or not (match[1] in known if known else match[1].isupper() or match[1].isdigit())
            or (column.kind == "integer" and not match[1].isdigit())
        ):
            continue
        words = tuple(token.lower for token in tokenise(match[2]) if token.kind == "word")
        if 0 < len(words) <= 3:
            found[known.get(match[1], int(match[1]) if column.kind == "integer" else match[1])] = words
    return found if len(found) > 1 else {}


def is_coded(column: Column) -> bool:
    """True for a few short texts in capitals."""
    texts = [value for value in column.values if isinstance(value, str)]
    return 1 < len(texts) <= _MOST_CODES and all(len(text) <= 6 and text.isalpha() and text.isupper() for text in texts)


def stands_for(code: str, word: str) -> bool:
    """Whether a code of three letters or more is short for a word: its beginning, or its first letter and consonants in order."""
    short = code.lower()
    if len(short) < 3 or len(word) <= len(short) or short[0] != word[0]:
        return False
    if word.startswith(short):
        return True
    return not (set(short[1:]) & _VOWELS) and _in_order(short, word)


def _in_order(short: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in short)
