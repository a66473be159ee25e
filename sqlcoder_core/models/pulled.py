"""What a pull brings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.models.convert.gguf_header import read_header
from sqlcoder_core.models.store import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A model in the store, or in the hub's cache; `fresh` is False for what was here already."""

    entry: Entry
    fresh: bool = True


def check_gguf(file: Path) -> None:
    """Raise ModelError where a GGUF file is cut or broken."""
    read_header(file)
