"""The words a sqlcoder.yaml uses, read without checking it: a file with mistakes still names its plugins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcoder_core.config.schema import spell_out
from sqlcoder_core.config.yaml_nodes import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a file names; `sources_left_out` says that built-in sources are taken as they are detected."""

    named: frozenset[str]
    sources_left_out: bool


def words_in(file: Path) -> Words:
    """Every word after `use:` in the file, shorthands included, and the default runtime where none is named."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return Words(named=frozenset(), sources_left_out=True)
    data = spell_out(read_yaml(text, file.name).data)
    runtime = data.get("runtime", {"use": "builtin"})
    prompt = runtime.get("prompt") if isinstance(runtime, dict) else None
    named = {*_uses(data), *_uses({"runtime": runtime}), *((prompt,) if isinstance(prompt, str) else ())}
    return Words(named=frozenset(named), sources_left_out="sources" not in data)


def _uses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("use"), str):
            yield value["use"]
        for item in value.values():
            yield from _uses(item)
    elif isinstance(value, list):
        for item in value:
            yield from _uses(item)
