"""Text as it grows in, lexemes out, each as soon as it cannot grow any more."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from sqlcoder_core.decoding.constrain.dialects import dialect_of


class Lexeme(NamedTuple):
    """`kind` is word, name (quoted), number, string or sign; `follows` is the character behind it, nothing at the end of the text."""

    kind: str
    text: str
    follows: str


_SIGNS: Final = r"::|->>|->|<=|>=|<>|!=|\|\||//|```|[^\s\w]"


@cache
def _pattern(dialect: str) -> re.Pattern[bytes]:
    rules = dialect_of(dialect)
    strings = "|".join(
        rf"{sign}(?:[^{sign}\\]|{sign}{sign}|\\.)*+{sign}" if rules.backslash else rf"{sign}[^{sign}]*+(?:{sign}{sign}[^{sign}]*+)*+{sign}"
        for sign in rules.strings
    )
    names = "|".join(r"\[[^\]]*\]" if sign == "[" else rf"{sign}[^{sign}]*+(?:{sign}{sign}[^{sign}]*+)*+{sign}" for sign in rules.names)
    kinds = {
        "blank": r"[ \t\r\n]+",
        "word": r"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*",
        "number": r"[0-9]+(?:\.[0-9]*)?",
        "string": strings,
        "name": names,
        "open": rf"[{re.escape(rules.strings + rules.names)}].*",
        "sign": _SIGNS,
    }
    parts = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items())
    return re.compile(parts.encode("latin-1"), re.DOTALL)


_TAILS: Final = (
    b"\x80",
    b"\xa0",
    b"\x90",
    b"\xa4\x80",
    b"\x80\x90",
    b"\x80\x81",
    b"\x81\x81",
    b"\xb0\x80",
    b"\x98\x80",
    b"\x9f\x98\x80",
    b"\xa0\x80\x80",
)


def is_cut(text: bytes) -> bool:
    """Whether the text ends within a character."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


@cache
def tail_of(part: bytes) -> bytes | None:
    """Bytes that make a printable character of a part of one; None where none of those tried does."""
    for tail in _TAILS:
        try:
            character = (part + tail).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if len(character) == 1 and character.isprintable():
            return tail
    return None


def last_part(text: bytes) -> bytes:
    """The part of a character that a text ends with, which is cut there."""
    return text[len(text.decode("utf-8", "ignore").encode()) :]


_FINAL: Final = frozenset(b"(),;.*+=%")


def lexemes(dialect: str, text: bytes, *, ended: bool = False) -> tuple[list[Lexeme], bytes]:
    """The lexemes that stand fast, and the rest of the text, which may still grow. `ended`: nothing follows."""
    found: list[Lexeme] = []
    match, place, size = _pattern(dialect).match, 0, len(text)
    while place < size:
        hit = match(text, place)
        if hit is None:  # white space of another kind, which no grammar lets through
            return found, text[place:]
        end, kind = hit.end(), hit.lastgroup or ""
        if kind == "open" or (end == size and not ended and kind != "blank" and not (kind == "sign" and text[place] in _FINAL)):
            return found, text[place:]
        if kind != "blank":
            found.append(Lexeme(kind, hit[0].decode("utf-8", "replace"), chr(text[end]) if end < size else ""))
        place = end
    return found, b""
