"""An engine's type text in, one of ten kinds out."""

from __future__ import annotations

import re
from functools import lru_cache

from sqlcoder_core.values.catalog import ColumnKind

_WRAPPERS = re.compile(r"^(?:nullable|lowcardinality)\((.*)\)$")
_KINDS: tuple[tuple[ColumnKind, re.Pattern[str]], ...] = (
    ("list", re.compile(r".*\[\d*\]$|^(array|list)\b")),
    ("json", re.compile(r"^(jsonb?|variant|object|struct|map|row|record|super|tuple|nested|hstore|union)\b")),
    ("timestamp", re.compile(r"^(timestamp\w*|datetime\w*|smalldatetime)\b")),
    ("date", re.compile(r"^date(32)?\b")),
    ("time", re.compile(r"^timetz\b|^time\b")),
    ("boolean", re.compile(r"^(bool|boolean|bit(\(1\))?$|tinyint\(1\))")),
    ("integer", re.compile(r"^(u?(big|small|tiny|medium|huge)?int(eger)?\d{0,3}|(small|big)?serial\d?|byteint|long|short|year)\b")),
    ("integer", re.compile(r"^(decimal|numeric|number)\(\d+,\s*0\)")),
    ("number", re.compile(r"^(big)?(decimal|numeric|number|dec|fixed)(32|64|128|256)?\b")),
    ("number", re.compile(r"^(float(4|8|32|64)?|real|double( precision)?|(small)?money|decfloat)\b")),
    ("text", re.compile(r"^(n?(var)?char(acter)?2?( varying)?|n?text|string|bpchar|name|citext)\b")),
    ("text", re.compile(r"^((tiny|medium|long)text|n?clob|enum(8|16)?|set|fixedstring|uuid|uniqueidentifier)\b")),
)


@lru_cache(maxsize=4096)
def kind_of(type_text: str | None) -> ColumnKind:
    """The kind of a column type of any engine, `other` where nothing fits (binary, geometry, intervals)."""
    text = (type_text or "").strip().lower()
    while match := _WRAPPERS.match(text):
        text = match.group(1)
    return next((kind for kind, pattern in _KINDS if pattern.match(text)), "other")
