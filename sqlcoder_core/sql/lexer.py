"""Model text in, the same text without comments out: refuses whatever an engine might take apart differently than the parser."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final, NoReturn

from sqlcoder_core.sql.lexical import LEXICAL, Lexical
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.shape import MAX_TOKENS, Token, check_shape

MAX_BYTES: Final = 64 * 1024

_BAD: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]|\r(?!\n)"
)
_ODD_BACKSLASHES: Final = re.compile(r"(?<!\\)(?:\\\\)*\\['\"]")
_MAY_NOT_TOUCH: Final = frozenset({"word", "number", "string", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanText:
    """SQL without comments, outer blanks and the final semicolon.

    `quoted` are the (start, end) of strings and quoted names in `text`; `pieces` pairs (start in `text`, start in the given text).
    """

    text: str
    quoted: frozenset[tuple[int, int]]
    first_word: str
    notes: tuple[str, ...] = ()
    pieces: tuple[tuple[int, int], ...] = field(default=((0, 0),), repr=False)

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the clean text stands in the given text."""
        return self._given(start), self._given(max(start, end - 1)) + 1

    def _given(self, position: int) -> int:
        clean_start, given_start = self.pieces[bisect_right(self.pieces, position, key=lambda piece: piece[0]) - 1]
        return given_start + position - clean_start


def clean(text: str, dialect: str) -> CleanText:
    """One statement of the dialect's strict subset, comments replaced by a blank. Linear time; raises Refused."""
    _check_characters(text)
    rules = LEXICAL[dialect]
    tokens = _tokens(text, dialect, rules)
    body, semicolon = _statement([token for token in tokens if token.kind != "comment"], text)
    _check_neighbours(tokens, rules)
    check_shape(body)
    return _joined(text, [token for token in tokens if token.start <= body[-1].start], _notes(tokens, semicolon), body[0])


def _check_characters(text: str) -> None:
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise refused("text-size", f"the text is longer than {MAX_BYTES} bytes", (0, len(text)), "ask for less in one query")
    if bad := _BAD.search(text):
        raise refused("text-character", f"the character U+{ord(bad[0][0]):04X} is not allowed, quoted or not", bad.span(), "leave it out")


@cache
def _pattern(dialect: str) -> re.Pattern[str]:
    """One alternative per kind of token."""
    rules = LEXICAL[dialect]
    # MySQL takes `--` for a comment only before a blank; `1--1` is arithmetic there and stays unread here.
    dash = r"--(?=[ \t\r\n]|\Z)[^\n]*" if dialect in ("mysql", "mariadb") else r"--[^\n]*"
    parts = {
        "blank": r"(?:[ \t\n]|\r\n)+",
        "line": dash + (r"|\#[^\n]*" if rules.hash_comments else ""),
        "block": r"/\*",
        "string": "|".join(map(_quoted, rules.strings)),
        "name": "|".join(map(_quoted, rules.names)),
        "unicode": r"[uU]&(?=['\"])",
        "template": r"\{[{%#]",
        "number": r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
        "word": r"[^\W\d]\w*",
        "operator": "|".join(re.escape(sign) for sign in sorted(rules.operators, key=len, reverse=True)),
        "mark": r"[(){},.;]" if "[" in rules.names else r"[()\[\]{},.;]",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in parts.items()))


def _quoted(quote: str) -> str:
    return r"\[[^\[\]]*\]" if quote == "[" else f"{quote}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+{quote}"


def _tokens(text: str, dialect: str, rules: Lexical) -> list[Token]:
    tokens: list[Token] = []
    match, position = _pattern(dialect).match, 0
    while position < len(text):
        found = match(text, position)
        if not found:
            _refuse_character(text, position, dialect, rules)
        kind, end = found.lastgroup or "", found.end()
        if kind != "blank":
            if kind in _CHECKS:
                end = _CHECKS[kind](text, position, end, dialect)
            tokens.append(Token("comment" if kind in ("line", "block") else kind, text[position:end], position, end))
        position = end
    if len(tokens) > MAX_TOKENS:
        raise refused("text-size", f"the text has more than {MAX_TOKENS} tokens", (0, len(text)), "ask for less in one query")
    return tokens


def _block_end(text: str, start: int, end: int, dialect: str) -> int:
    close = text.find("*/", end)
    if text[end : end + 1] in ("!", "+") or text[end : end + 2].upper() == "M!":
        raise refused("text-comment", "an executable comment or a hint", (start, end + 1), "leave it out")
    if close < 0:
        raise refused("text-comment", "the comment does not end", (start, len(text)), "close it with */ or leave it out")
    if text.find("/*", end, close + 1) >= 0:
        raise refused("text-comment", "a comment inside a comment", (start, close + 2), "leave it out")
    return close + 2


def _checked_word(text: str, start: int, end: int, dialect: str) -> int:
    word = text[start:end]
    if not word.isascii():
        if any(_lookalike(char) for char in word):
            raise refused(
                "text-character",
                f'the name "{short(word)}" has letters that stand for others',
                (start, end),
                "put it in quotes, or write it in plain letters",
            )
        _check_normal(word, start, end)
    return end


def _checked_string(text: str, start: int, end: int, dialect: str) -> int:
    rules, quote = LEXICAL[dialect], text[start]
    if rules.backslash and "\\" in text[start:end] and _ODD_BACKSLASHES.search(text, start, end):
        raise refused(
            "text-quote", "a backslash in front of a quote", (start, end), "use the other kind of quote, or write the quote twice"
        )
    if not rules.doubled and quote in text[start + 1 : end - 1]:
        raise refused("text-quote", f"a doubled quote, which {dialect} does not read as one", (start, end), "use the other kind of quote")
    return end


def _checked_name(text: str, start: int, end: int, dialect: str) -> int:
    name = text[start + 1 : end - 1]
    if dialect == "sqlite" and text[start] == '"':
        # SQLite takes a double-quoted name that is no column for a string, and a string may be empty or hold a tab.
        name = name.replace("\t", " ") or " "
    if not name or "\\" in name or not name.isprintable():
        raise refused(
            "text-quote", "a quoted name that is empty or holds a backslash or an invisible character", (start, end), "write the plain name"
        )
    _check_normal(name, start, end)
    return end


def _refuse_escape(text: str, start: int, end: int, dialect: str) -> int:
    raise refused("text-quote", "an escape prefix (U&) in front of a quote", (start, end), "write the characters themselves")


def _refuse_template(text: str, start: int, end: int, dialect: str) -> int:
    raise refused("text-template", f'the template mark "{text[start:end]}"', (start, end), "write the value itself")


_CHECKS: Final = {
    "block": _block_end,
    "word": _checked_word,
    "string": _checked_string,
    "name": _checked_name,
    "unicode": _refuse_escape,
    "template": _refuse_template,
}


def _check_normal(name: str, start: int, end: int) -> None:
    if not name.isascii() and not unicodedata.is_normalized("NFC", name):
        raise refused("text-character", f'the name "{short(name)}" is not in Unicode normal form C', (start, end), "normalise it")


def _lookalike(char: str) -> bool:
    """No plain letter: a digit, a modifier that looks like a quote, or what Unicode turns into another letter, as the long s."""
    if char.isascii():
        return False
    becomes_ascii = len(char.upper()) == 1 and char.upper().isascii()
    return not char.isalpha() or "\u02b0" <= char <= "\u02ff" or unicodedata.normalize("NFKC", char) != char or becomes_ascii


def _refuse_character(text: str, position: int, dialect: str, rules: Lexical) -> NoReturn:
    char, span = text[position], (position, position + 1)
    if char in rules.strings + rules.names:
        raise refused("text-quote", f"the quote {char} is not closed", (position, len(text)), "close it")
    if char in "'\"`[$":
        raise refused(
            "text-quote",
            f"{char} does not quote in the {dialect} that the guard reads",
            span,
            "use plain quotes, and values instead of variables",
        )
    if not char.isascii():
        raise refused("text-character", f"the character U+{ord(char):04X} stands outside quotes", span, "use plain blanks and signs")
    raise refused("text-operator", f'"{char}" has no place in a {dialect} query here', span, "write the value or the function instead")


def _statement(body: list[Token], text: str) -> tuple[list[Token], bool]:
    """The tokens of the one statement, and whether a semicolon was taken off."""
    semicolon = next((index for index, token in enumerate(body) if token.text == ";"), len(body))
    if body[semicolon + 1 :]:
        raise refused(
            "statement-several", "there is more text behind the semicolon", (body[semicolon + 1].start, body[-1].end), "send one statement"
        )
    if not body[:semicolon]:
        raise refused("text-empty", "there is no SQL in the text", (0, len(text)), "send one SELECT statement")
    return body[:semicolon], semicolon < len(body)


def _check_neighbours(tokens: list[Token], rules: Lexical) -> None:
    for left, right in pairwise(tokens):
        if left.end != right.start:
            continue
        if left.kind == "operator" == right.kind and right.text not in ("+", "-"):
            raise refused(
                "text-operator", f'the sign "{left.text}{right.text}" is not known', (left.start, right.end), "write it another way"
            )
        if (
            left.kind in _MAY_NOT_TOUCH
            and right.kind in _MAY_NOT_TOUCH
            and not (left.text.lower() in rules.before_quote and right.kind != "number")
        ):
            raise refused(
                "text-quote", f'"{short(left.text)}" touches "{short(right.text)}"', (left.start, right.end), "put a blank between the two"
            )


def _joined(text: str, tokens: list[Token], notes: tuple[str, ...], first: Token) -> CleanText:
    parts: list[str] = []
    pieces = [(0, first.start)]
    quoted: set[tuple[int, int]] = set()
    start = shift = first.start
    for token in tokens:
        if token.kind == "comment" and token.start > start:
            parts += (text[start : token.start], " ")
            start, shift = token.end, shift + token.end - token.start - 1
            pieces.append((start - shift, start))
        elif token.kind in ("string", "name"):
            quoted.add((token.start - shift, token.end - shift))
    parts.append(text[start : tokens[-1].end])
    return CleanText(text="".join(parts), quoted=frozenset(quoted), first_word=first.text.lower(), notes=notes, pieces=tuple(pieces))


def _notes(tokens: list[Token], semicolon: bool) -> tuple[str, ...]:
    count = sum(token.kind == "comment" for token in tokens)
    comments = (f"{count} comment{'s' if count > 1 else ''} removed",) if count else ()
    return (*comments, "final semicolon removed") if semicolon else comments
