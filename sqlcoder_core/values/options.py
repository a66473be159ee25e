"""Flags that every command shares, as the command line or a program gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """None means "not said". `overrides` are `--set key=value` texts in order (dotted keys, values in YAML)."""

    config: Path | None = None
    project_dir: Path | None = None
    profiles_dir: Path | None = None
    target: str | None = None
    database: str | None = None
    runtime: str | None = None
    overrides: tuple[str, ...] = ()
    quiet: bool = False
    verbose: bool = False
    colour: bool | None = None
