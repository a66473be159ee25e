"""The words a sqlcoder.yaml uses, read without checking it: a file with mistakes still names its plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcoder_core.config.schema import spell_out
from sqlcoder_core.config.yaml_nodes import read_yaml


def words_in(file: Path) -> set[str]:
    """Every word after `use:` in the file, shorthands included; the defaults where a section is left out."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    data = spell_out(read_yaml(text, file.name).data)
    words = set(_uses(data))
    defaults = {"runtime": "builtin", "sources": "introspect"}
    return words | {word for section, word in defaults.items() if section not in data}


def _uses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("use"), str):
            yield value["use"]
        for item in value.values():
            yield from _uses(item)
    elif isinstance(value, list):
        for item in value:
            yield from _uses(item)
