"""The `.env` file that dbt reads since 1.12: the nearest one upwards, under what the environment says already."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*
        (?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<plain>[^\r\n]*))""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_NAME = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def with_dotenv(environment: Mapping[str, str], start: Path) -> Mapping[str, str]:
    """The environment with the nearest `.env` below it; files of other users are passed over."""
    path = next((file for folder in (start, *start.parents) if _is_own(file := folder / ".env")), None)
    if path is None:
        return environment
    try:
        said = parsed(path.read_text(encoding="utf-8"), environment)
    except (OSError, UnicodeDecodeError):
        return environment  # dbt ignores one that it cannot read, too
    return {**said, **environment}


def parsed(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Names and values; `${OTHER}` stands for a value above or in the environment."""
    values: dict[str, str] = {}
    for line in _LINE.finditer(text):
        if line["single"] is not None:
            value = re.sub(r"\\(['\\])", r"\1", line["single"])
        elif line["double"] is not None:
            value = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), line["double"])
        else:
            value = re.split(r"(?:^|\s)#", line["plain"], maxsplit=1)[0].strip()
        known = {**values, **environment}
        values[line["name"]] = _NAME.sub(lambda found, known=known: known.get(found[1], found[2] or ""), value)  # type: ignore[misc]
    return values


def _is_own(path: Path) -> bool:
    try:
        return path.is_file() and (not hasattr(os, "getuid") or path.stat().st_uid in (os.getuid(), 0))
    except OSError:
        return False
