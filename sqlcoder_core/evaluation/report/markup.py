"""Text from outside made safe for Markdown and HTML."""

from __future__ import annotations

import html
import re

from sqlcoder_core.values.printable import printable, printable_lines

_MARKUP = re.compile(r"[\\`*\[\]<>|~#&$]|(?<![^\W_])_|_(?![^\W_])|:(?=//)")
_AT_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|[-=]+$))")
"""What begins a list or underlines a heading, where a text begins a line."""


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is, on one line: no emphasis, link, HTML, table cell, heading, list or address comes of it."""
    return _AT_START.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", printable(" ".join(text.split()))))


def markdown_code(text: str, language: str = "sql") -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{printable_lines(text.strip())}\n{fence}"


def html_text(text: str) -> str:
    """Text that HTML shows as it is, in an element or in an attribute; line feeds and tabs stay, other control characters are shown."""
    return html.escape(printable_lines(text), quote=True)
