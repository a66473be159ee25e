"""The text of a SQL dump in, its statements out, each with its line; nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    r"""
      (?P<escaped>\b[eE]'(?:[^'\\]|''|\\.)*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*"|`[^`]*`)
    | (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_COPY = re.compile(r"\s*COPY\s+(?P<target>.+?)\s+FROM\s+stdin\b", re.IGNORECASE | re.DOTALL)
_META = re.compile(r"^\\[^\n]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement without its semicolon, comments blanked. `data` are the lines that follow a COPY ... FROM stdin."""

    text: str
    line: int
    data: tuple[str, ...] | None = None

    @property
    def first_word(self) -> str:
        """In capitals; empty for a statement that begins with a sign."""
        match = re.match(r"\s*(\w+)", self.text)
        return match[1].upper() if match else ""

    @property
    def copies_into(self) -> str | None:
        """The table and columns of a COPY ... FROM stdin."""
        match = _COPY.match(self.text)
        return match["target"] if match else None


def statements(text: str) -> Iterator[Statement]:
    """In order; psql's own commands (`\\connect`) and empty statements are left out."""
    start = place = 0
    pieces: list[str] = []
    while token := _TOKEN.search(text, place):
        place = token.end()
        if token["comment"]:
            pieces += [text[start : token.start()], "\n" * token[0].count("\n") or " "]
            start = place
        elif token["end"]:
            statement = _statement(text, "".join([*pieces, text[start : token.start()]]), token.start())
            pieces, start = [], place
            if statement is not None and statement.copies_into is not None:
                data, start = _copied(text, place)
                place, statement = start, replace(statement, data=data)
            yield from (statement,) if statement is not None else ()
    last = _statement(text, "".join([*pieces, text[start:]]), len(text))
    yield from (last,) if last is not None else ()


def _statement(text: str, body: str, end: int) -> Statement | None:
    body = _META.sub("", body)
    if not body.strip():
        return None
    line = text.count("\n", 0, end) + 1 - body.lstrip().count("\n")
    return Statement(text=body.strip(), line=line)


def _copied(text: str, place: int) -> tuple[tuple[str, ...], int]:
    """The lines up to the one that says `\\.`, and where the text goes on."""
    begin = text.find("\n", place) + 1 or len(text)
    ending = re.compile(r"^\\\.\r?$", re.MULTILINE).search(text, begin)
    stop, onward = (ending.start(), ending.end()) if ending else (len(text), len(text))
    return tuple(line.rstrip("\r") for line in text[begin:stop].split("\n") if line), onward
