"""Clean text in, sqlglot tree out: one query that parser and lexer take apart alike."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Final

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.lexer import CleanText
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.vocabulary import QUERY_STARTS, STATEMENTS

# sqlglot repeats pieces of the query in its warnings; the guard says itself what is wrong.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")
_ROOTS: Final = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)


def parse(clean: CleanText, dialect: str) -> exp.Expr:
    """The query's tree. Raises Refused when the text is no query, or when the two readers disagree on it."""
    if clean.first_word not in QUERY_STARTS:
        raise _not_a_query(clean)
    try:
        return _parsed(clean, dialect)
    except RecursionError:
        raise _refused_whole(clean, "text-depth", "the query is nested too deep to be parsed", "move inner parts to WITH") from None
    except SqlglotError as error:
        raise _syntax_error(error, clean) from None
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError):
        # Slips of the parser on odd input, not of this module: what cannot be parsed does not run.
        raise _refused_whole(clean, "statement-syntax", "the query cannot be parsed", "write it in plainer SQL") from None


def span_of(node: exp.Expr, clean: CleanText) -> tuple[int, int]:
    """Where a node stands in the given text, a name with all its parts; the whole text where the parser does not say."""
    parts = node.parts if isinstance(node, (exp.Table, exp.Column)) else node.walk()
    places = [part.meta for part in parts if isinstance(part.meta.get("end"), int)]
    if not places:
        return clean.given_span(0, len(clean.text))
    last = places[-1] if isinstance(node, (exp.Table, exp.Column)) else places[0]
    return clean.given_span(places[0]["start"], last["end"] + 1)


@cache
def dialect_of(name: str) -> Dialect:
    """sqlglot's dialect object; made once, since looking it up imports the dialect's module."""
    return Dialect.get_or_raise("mysql" if name == "mariadb" else name)


def _parsed(clean: CleanText, dialect: str) -> exp.Expr:
    reader = dialect_of(dialect)
    tokens = reader.tokenize(clean.text)
    _check_agreement(tokens, clean)
    trees = reader.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, clean.text)
    if len(trees) != 1 or trees[0] is None:
        raise _refused_whole(clean, "statement-several", "the text is not exactly one statement", "send one SELECT statement")
    if not isinstance(trees[0], _ROOTS):
        raise _not_a_query(clean)
    return trees[0]


def _check_agreement(tokens: list[Token], clean: CleanText) -> None:
    """The parser must see every character, as the lexer saw it: no comment, nothing skipped, the same strings and names."""
    starts = {token.end + 1: token.start for token in tokens}
    # A prefix of one letter (N'..', r'..') belongs to the parser's token.
    differs = next((span for span in clean.quoted if not 0 <= span[0] - starts.get(span[1], -9) <= 1), None)
    end = 0
    for token in tokens:
        if token.comments or clean.text[end : token.start].strip():
            differs = (end, token.start + 1)
        end = token.end + 1
    if differs or clean.text[end:].strip():
        span = clean.given_span(*(differs or (end, len(clean.text))))
        raise refused(
            "statement-disagreement", "the guard and the parser read this text differently", span, "use plain quotes and no comments"
        )


def _not_a_query(clean: CleanText) -> Refused:
    word = clean.first_word
    if word in ("pivot", "unpivot"):
        return _refused_whole(clean, "statement-kind", f"{word.upper()} stands alone", f"write SELECT * FROM ({word.upper()} ...)")
    if word in STATEMENTS:
        hint = "only SELECT, WITH and VALUES run; nothing is written or set"
        return _refused_whole(clean, "statement-kind", f"{word.upper()} is not a query", hint)
    return _refused_whole(clean, "statement-kind", "the text is not a query", "send one SELECT statement without any words around it")


def _refused_whole(clean: CleanText, code: str, message: str, hint: str) -> Refused:
    return refused(code, message, clean.given_span(0, len(clean.text)), hint)


def _syntax_error(error: SqlglotError, clean: CleanText) -> Refused:
    found = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    text = " ".join(_ANSI.sub("", str(found.get("highlight") or "")).split())
    start = _offset(clean.text, found.get("line"), found.get("col"), len(text))
    near = f' near "{short(text)}"' if text else ""
    span = clean.given_span(start, min(len(clean.text), start + max(1, len(text))))
    return Refused("statement-syntax", f"the SQL cannot be parsed{near}", span=span, hint="check keywords, commas and brackets there")


def _offset(text: str, line: object, column: object, width: int) -> int:
    """Where the parser's (line, column of the token's end) points to."""
    if not isinstance(line, int) or not isinstance(column, int):
        return 0
    before = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    return max(0, min(before + column - width, len(text) - 1))
