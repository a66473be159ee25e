"""What a conversion made: for whoever shows it to the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Hears what is being worked on, how much is done and how much there is (bytes where they are known, else tensors)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished file or folder. `types` counts tensors by number format where they are known; `notes` are worth one line each."""

    path: Path
    size: int
    types: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def made(path: Path, notes: tuple[str, ...] = ()) -> Made:
    """What lies at `path` now."""
    if path.is_dir():
        return Made(path=path, size=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()), notes=notes)
    from sqlcoder_core.models.convert.gguf_header import read_header

    types = Counter(tensor.type.name for tensor in read_header(path).tensors)
    return Made(path=path, size=path.stat().st_size, types=dict(types), notes=notes)
