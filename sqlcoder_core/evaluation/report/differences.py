"""What differs between two statements and between two results."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import SequenceMatcher

from sqlcoder_core.evaluation.records import Row, Rows

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|\w+(?:\.\w+)*|\s+|<>|[<>!=|:]+=?|.", re.DOTALL)
_CLAUSE = re.compile(
    r"(?:from|where|having|limit|offset|union(?:\s+all)?|intersect|except|qualify|window"
    r"|group\s+by|order\s+by|(?:(?:natural|inner|cross|(?:left|right|full)(?:\s+outer)?|left\s+(?:semi|anti))\s+)?join)\b",
    re.IGNORECASE,
)
_LONG = 60
"""A statement up to this length is read on one line."""
_COMPARABLE = 360_000
"""Words of one times words of the other: finding what they share takes cubic time where words repeat."""
_HUGE = 10**300
"""Integers beyond a float's range are compared as they are."""

Piece = tuple[str, bool]
"""A stretch of text, and whether the other side lacks it."""


def sql_pieces(gold: str, ours: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both statements, cut where they begin and cease to differ; space, upper case and a final semicolon make no difference.

    Nothing is marked where the two are too long to be compared word by word.
    """
    first, second = _tokens(broken(gold)), _tokens(broken(ours))
    words, others = [token for token in first if not token.isspace()], [token for token in second if not token.isspace()]
    if len(words) * len(others) > _COMPARABLE:
        return ((broken(gold), False),), ((broken(ours), False),)
    matcher = SequenceMatcher(None, [_meaning(word) for word in words], [_meaning(word) for word in others], autojunk=False)
    blocks = matcher.get_matching_blocks()
    shared = {place for block in blocks for place in range(block.a, block.a + block.size)}
    also = {place for block in blocks for place in range(block.b, block.b + block.size)}
    return tuple(_merged(_marked(first, shared))), tuple(_merged(_marked(second, also)))


def broken(sql: str) -> str:
    """A long statement that stands on one line, with each outer clause on a line of its own; any other as it is."""
    sql = sql.strip().rstrip(";").rstrip()
    if "\n" in sql or len(sql) <= _LONG:
        return sql
    cuts, depth, end = [], 0, 0
    for found in _TOKEN.finditer(sql):
        depth += (found[0] == "(") - (found[0] == ")")
        if (
            depth == 0
            and found.start() >= end
            and (clause := _CLAUSE.match(sql, found.start()))
            and sql[found.start() - 1 : found.start()].isspace()
        ):
            cuts.append(found.start())
            end = clause.end()
    return "\n".join(sql[start:stop].strip() for start, stop in zip([0, *cuts], [*cuts, len(sql)], strict=True))


def rows_apart(gold: Rows, ours: Rows) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of the rows that the other result lacks, the order of columns and rows apart; numbers are equal to 5 digits."""
    return _missing(gold.rows, ours.rows), _missing(ours.rows, gold.rows)


def columns_apart(gold: Rows, ours: Rows) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of the columns whose values the other result has in none of its columns."""
    return _missing(_turned(gold), _turned(ours)), _missing(_turned(ours), _turned(gold))


def _turned(rows: Rows) -> list[Row]:
    return [tuple(row[place] for row in rows.rows if place < len(row)) for place in range(len(rows.columns))]


def _missing(these: Sequence[Row], those: Sequence[Row]) -> frozenset[int]:
    left = Counter(map(_key, those))
    missing = set()
    for number, row in enumerate(these):
        key = _key(row)
        if left[key]:
            left[key] -= 1
        else:
            missing.add(number)
    return frozenset(missing)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(sorted(map(_cell, row)))


def _cell(cell: object) -> str:
    """Text that is equal for cells that are: kinds stay apart, numbers are rounded."""
    if cell is None or isinstance(cell, bool):
        return f"word {cell}"
    if isinstance(cell, int | float | Decimal):
        return f"number {float(cell):.5g}" if -_HUGE < cell < _HUGE else f"number {cell}"
    return f"text {cell}"


def _tokens(sql: str) -> list[str]:
    return _TOKEN.findall(sql)


def _meaning(word: str) -> str:
    return word if word[:1] in "'\"`" else word.lower()


def _marked(tokens: Iterable[str], shared: set[int]) -> Iterator[Piece]:
    place = 0
    for token in tokens:
        if token.isspace():
            yield token, False
        else:
            yield token, place not in shared
            place += 1


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of a kind become one, and a blank between two marked words is marked with them."""
    text, marked, blank = "", False, ""
    for piece, apart in pieces:
        if piece.isspace():
            blank += piece
        elif apart == marked:
            text, blank = text + blank + piece, ""
        else:
            outside = ("", blank) if marked else (blank, "")
            yield text + outside[0], marked
            if outside[1]:
                yield outside[1], False
            text, marked, blank = piece, apart, ""
    yield text, marked
    if blank:
        yield blank, False
