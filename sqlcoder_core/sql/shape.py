"""Tokens in, nothing out: brackets that match, nothing nested, repeated or combined more often than an engine should plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlcoder_core.sql.refusal import refused, short

MAX_TOKENS: Final = 8_000
MAX_DEPTH: Final = 32
MAX_CHAIN: Final = 16
MAX_SET_OPERATIONS: Final = 64

_UNARY: Final = frozenset({"not", "-", "+", "~", "@"})
_CLOSES: Final = {")": "(", "]": "[", "}": "{"}
_SET_WORDS: Final = frozenset({"union", "intersect", "except", "minus"})


class Token(NamedTuple):
    """`kind` is word, number, string, name, operator, mark or comment; `start` and `end` count in the given text."""

    kind: str
    text: str
    start: int
    end: int


def check_shape(tokens: Sequence[Token]) -> None:
    """Bounds that keep every later step fast and its recursion shallow. Raises Refused."""
    _check_nesting(tokens)
    _check_chains(tokens)


def _check_nesting(tokens: Sequence[Token]) -> None:
    marks: list[Token] = []
    cases = operations = 0
    for token in tokens:
        word = token.text.lower() if token.kind == "word" else ""
        cases = cases + 1 if word == "case" else max(0, cases - 1) if word == "end" else cases
        operations += word in _SET_WORDS
        if token.kind == "mark" and token.text in "([{":
            marks.append(token)
        elif token.kind == "mark" and token.text in _CLOSES and not (marks and marks.pop().text == _CLOSES[token.text]):
            raise refused("text-depth", f'"{token.text}" closes nothing', token[2:], "balance the brackets")
        if len(marks) + cases > MAX_DEPTH:
            raise refused("text-depth", f"brackets and CASE are nested deeper than {MAX_DEPTH}", token[2:], "move inner parts to WITH")
        if operations > MAX_SET_OPERATIONS:
            raise refused("statement-size", f"more than {MAX_SET_OPERATIONS} set operations", token[2:], "use VALUES or IN")
    if marks:
        raise refused("text-depth", f'"{marks[-1].text}" is not closed', marks[-1][2:], "balance the brackets")


def _check_chains(tokens: Sequence[Token]) -> None:
    run, subscripts, before = 1, 0, ""
    for token in tokens:
        text = token.text.lower()
        same = token.kind != "mark" and (text == before or (text in _UNARY and before in _UNARY))
        run = run + 1 if same else 1
        if text == "[":
            subscripts = subscripts + 1 if before == "]" else 0
        if max(run, subscripts) > MAX_CHAIN:
            what = "a subscript" if text == "[" else f'"{short(token.text)}"'
            raise refused("text-chain", f"{what} stands more than {MAX_CHAIN} times in a row", token[2:], "write it once")
        before = text
