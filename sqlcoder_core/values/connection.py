"""Where the data is, in words that no engine and no tool owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlcoder_core.values.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSpec:
    """`engine` is a connector's word (`duckdb`, `postgres`), `settings` what that connector's Settings take.

    Secrets stand in `settings` as `Secret` values. `origin` names the file or flag it came from.
    """

    engine: str
    settings: Mapping[str, object | Secret] = field(default_factory=dict)
    name: str = "default"
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSpec:
    """One `use:` entry of the configuration: the word, its settings, and the file with line it stands at."""

    use: str
    settings: Mapping[str, object] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a plugin found in a directory: how to connect, which sources to read. Ranked by `certainty`, highest first."""

    found: str
    root: str
    connection: ConnectionSpec | None = None
    sources: tuple[ComponentSpec, ...] = ()
    notes: tuple[str, ...] = ()
    certainty: float = 1.0
