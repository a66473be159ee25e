"""Text from outside made harmless within a prompt: one line, no fence, no mark of the prompt's own, no control token."""

from __future__ import annotations

import re
import unicodedata

from sqlcoder_core.api import Room

MARKS = ("[QUESTION]", "[/QUESTION]", "[SQL]", "[/SQL]")
"""What the original prompts put around questions and answers."""

_FENCE = re.compile(r"`{3,}|~{3,}")
_MARK = re.compile("|".join(map(re.escape, MARKS)), re.IGNORECASE)
_JOINERS = "\u200c\u200d"
_BLANKS = frozenset(("Cc", "Zl", "Zp"))
_DROPPED = frozenset(("Cf", "Cs", "Co", "Cn"))


class Plain:
    """Cleans texts for one model. What is ordinary text stays as it is, to the letter."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def line(self, text: str) -> str:
        """One line: line breaks and control characters become spaces, runs of white space one space."""
        return self._harmless(" ".join(_printed(text).split()))

    def brief(self, text: str, most: int = 240) -> str:
        """One line of at most `most` characters: a longer text ends with its last whole sentence, or word, that fits."""
        line = self.line(text)
        if len(line) <= most:
            return line
        head = line[:most]
        sentence = head.rfind(". ")
        return head[: sentence + 1] if sentence > most // 2 else head[: max(head.rfind(" "), most // 2)].rstrip(",;:") + " ..."

    def sql(self, text: str) -> str:
        """A statement as it is laid out, its lines kept: white space within them may belong to a value."""
        lines = (_printed(line.replace("\t", "    ")).rstrip() for line in text.splitlines())
        return self._harmless("\n".join(line for line in lines if line))

    def quoted(self, text: str) -> str:
        """One line to stand between backticks."""
        return self.line(text.replace("`", "'"))

    def whole(self, text: str) -> str:
        """Pieces put together, looked at once more: two of them may have become a control token."""
        return self._room.plain(text)

    def _harmless(self, text: str) -> str:
        text = _FENCE.sub(lambda fence: " ".join(fence[0]), text)
        text = _MARK.sub(lambda mark: f"{mark[0][0]} {mark[0][1:]}", text)
        return self.whole(text)


def _printed(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in _BLANKS:
        return " "
    return "" if category in _DROPPED and char not in _JOINERS else char
