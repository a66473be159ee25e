"""The Configuration: everything decided, nothing built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.schema import AnswerSection, ConfigFile, PolicySection
from sqlcoder_core.config.yaml_nodes import Document
from sqlcoder_core.values.connection import Detection
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Clock
from sqlcoder_core.values.result import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything decided, nothing built. `path` is the sqlcoder.yaml, None where the defaults apply.

    `settings_hash` changes with every setting that may change an answer; it is made without the values of secrets.
    """

    path: Path | None
    project_dir: Path
    config_dir: Path
    cwd: Path
    cache_dir: Path
    state_dir: Path
    options: Options
    connection: Entry | None
    connection_name: str
    connections: Mapping[str, Entry]
    sources: tuple[Entry, ...]
    runtime: Entry
    linking: Entry | None
    sinks: Mapping[str, Entry]
    output: tuple[str, ...]
    extensions: tuple[Entry, ...]
    limits: Limits
    clock: Clock
    answer: AnswerSection
    allow_functions: tuple[str, ...]
    policy: PolicySection
    detection: Detection | None
    document: Document = field(repr=False)
    core: ConfigFile = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    scrub: Callable[[str], str] = field(repr=False)
    settings_hash: str = ""
    warnings: tuple[Problem, ...] = ()
