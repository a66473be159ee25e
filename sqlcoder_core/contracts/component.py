"""What every configurable component has: a name, declared settings, and the context it is built in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from sqlcoder_core.values.question import Clock


class Settings(BaseModel):
    """Base of a component's settings: unknown keys are refused, every field carries a description.

    Passwords and tokens are fields of type `SecretText`, files of type `Path` or `LocalPath` (both from `sqlcoder_core.api`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a component works. Relative paths in its settings count from `config_dir`; `cache_dir` is private to the user."""

    project_dir: Path
    config_dir: Path
    cache_dir: Path
    clock: Clock = field(default_factory=Clock)
    environment: dict[str, str] = field(default_factory=dict, repr=False)


class Component:
    """Base of sources, proposers, sinks and extensions. The host builds one as `cls(settings, context)`.

    `name` is the word after `use:`; the first line of the class docstring is what `plugins show` prints.
    """

    name: ClassVar[str]
    Settings: ClassVar[type[Settings]] = Settings

    def __init__(self, settings: Any, context: Context) -> None:
        self.settings = settings
        self.context = context
