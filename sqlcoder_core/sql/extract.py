"""A model's answer in, the SQL in it out: one fenced block, or the whole text."""

from __future__ import annotations

import re
from typing import Final

from sqlcoder_core.errors import Refused

_FENCE: Final = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<body>.*?)(?:^[ \t]*(?P=fence)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)

_IN_ONE_LINE: Final = re.compile(r"\A\s*```(?:sql\b)?\s*([^`]+?)\s*```\s*\Z", re.IGNORECASE)


def extract(model_text: str) -> str:
    """The SQL of a model's answer. Several blocks, or none, raise Refused; nothing is cut at semicolons, the guard counts statements."""
    blocks = [block["body"].strip() for block in _FENCE.finditer(model_text)] or _IN_ONE_LINE.findall(model_text)
    if len(blocks) > 1:
        raise Refused(
            "statement-several", "the answer holds more than one block of SQL", span=(0, len(model_text)), hint="send one statement"
        )
    text = blocks[0] if blocks else model_text.strip()
    if not text:
        raise Refused("text-empty", "there is no SQL in the answer", span=(0, len(model_text)), hint="send one SELECT statement")
    return text
