"""Text from outside made safe to show: control and bidi characters become visible escapes."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Zero width joiners: needed to write Persian, Hindi and composed emoji, and unable to reorder or hide text."""


def printable(text: str) -> str:
    r"""Text safe for a terminal and for one line: C0, C1, bidi and other invisible characters are shown as `\x1b`, `\u202e`.

    Line ends are escaped too, so one text stays one line. Spaces of every width and the zero width joiners stay.
    """
    if text.isprintable():
        return text
    return "".join(char if _is_safe(char) else char.encode("unicode_escape").decode() for char in text)


def printable_lines(text: str) -> str:
    """Like `printable`, for text of several lines: line feeds and tabs stay, everything else is escaped."""
    return "\n".join("\t".join(printable(part) for part in line.split("\t")) for line in text.split("\n"))


def _is_safe(char: str) -> bool:
    return char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"
