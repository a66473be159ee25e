"""How a finding is made: its place in the text from the tree, its words in one style."""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.problem import Problem, Severity

_WORD_BEHIND: Final = re.compile(r"\W*\w+")


def finding(
    reading: Reading, node: exp.Expr, code: str, message: str, *, hint: str | None = None, severity: Severity = "warning"
) -> Problem:
    """A problem at the node's place; `code` stands in `codes.py`.

    An `error` is what the engine surely refuses, or a result that surely is not what the query was written for; a `warning`
    what is likely wrong; a `note` what is worth knowing.
    """
    return Problem(code=code, severity=severity, message=message, hint=hint, span=span(node, reading.text), found_by="core")


def span(node: exp.Expr, text: str) -> tuple[int, int]:
    """(start, end) of a node with all its parts in the text, closing brackets included; the whole text where the parser does not say."""
    places = [part.meta for part in node.walk() if isinstance(part.meta.get("end"), int)]
    if not places:
        return 0, len(text)
    start, end = min(place["start"] for place in places), max(place["end"] for place in places) + 1
    if isinstance(node, exp.Binary) and isinstance(node.expression, (exp.Null, exp.Boolean)):
        # The parser keeps no place of these words.
        behind = _WORD_BEHIND.match(text, end)
        end = behind.end() if behind else end
    return start, _closed(text, start, end)


def source_text(node: exp.Expr, text: str) -> str:
    """The node as the query writes it, short enough for a message."""
    start, end = span(node, text)
    written = " ".join(text[start:end].split())
    return written if len(written) <= 60 else f"{written[:57]}..."


def _closed(text: str, start: int, end: int) -> int:
    """The end moved behind the brackets that the stretch opens; quotes are skipped."""
    depth, quote = 0, ""
    for at in range(start, len(text)):
        char = text[at]
        if at >= end and depth <= 0:
            break
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
            if at >= end and depth == 0:
                return at + 1
    return end
