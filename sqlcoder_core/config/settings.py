"""From what is written for a component to that component's own Settings, with paths made absolute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.hiding import IN_CLEAR, hide_all, with_origins
from sqlcoder_core.config.problems import from_validation, raise_all
from sqlcoder_core.contracts.component import Settings
from sqlcoder_core.host import Host
from sqlcoder_core.host.calls import named
from sqlcoder_core.host.components import Found
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.secret import Secret


def settings_of(found: Found, entry: Entry, host: Host, config_dir: Path) -> Settings:
    """Validated settings. Raises ConfigError with every problem and its line, PluginError when the settings class itself fails."""
    model: type[Settings] = found.cls.Settings
    problems: list[Problem] = []
    with named(found.who, "reading its settings", place=entry.place(("use",)), scrub=host.scrub):
        try:
            settings = model.model_validate(dict(entry.settings), context={"config_dir": str(config_dir)})
        except ValidationError as error:
            problems = from_validation(error, model, entry.place, prefix=entry.label)
    if not problems:
        settings = with_origins(settings, entry.settings)
        problems = _passwords_on_the_command_line(settings, entry)
    raise_all(problems, host.scrub)
    hide_all(host.scrub, dict(settings))
    return _absolute(settings, config_dir)


def _passwords_on_the_command_line(settings: Settings, entry: Entry) -> list[Problem]:
    return [
        Problem(
            code="secret_in_clear",
            message=f"{entry.label}{name} is a secret, which other users of this machine can see on the command line",
            place=entry.place((name,)),
            hint="write '${NAME}' in its place, in single quotes",
            found_by="config",
        )
        for name, value in settings
        if isinstance(value, Secret) and value.reference == IN_CLEAR and entry.place((name,)).startswith("--set")
    ]


def names_in_clear(settings: Settings) -> tuple[str, ...]:
    """Names of the fields whose secret stands in the file itself."""
    return tuple(name for name, value in settings if isinstance(value, Secret) and value.reference == IN_CLEAR)


def _absolute(settings: Settings, config_dir: Path) -> Settings:
    changed = {name: _from(value, config_dir) for name, value in settings if _holds_path(value)}
    return settings.model_copy(update=changed) if changed else settings


def _holds_path(value: Any) -> bool:
    return isinstance(value, Path) or (isinstance(value, tuple | list) and any(isinstance(item, Path) for item in value))


def _from(value: Any, config_dir: Path) -> Any:
    if isinstance(value, Path):
        return config_dir / value.expanduser()
    if isinstance(value, tuple | list):
        return type(value)(_from(item, config_dir) for item in value)
    return value
