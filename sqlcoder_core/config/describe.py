"""The effective settings, each with where it came from; what may not be seen is shown as its reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sqlcoder_core.config.checking import checked
from sqlcoder_core.config.configuration import Configuration
from sqlcoder_core.config.entries import Entry, as_written
from sqlcoder_core.config.environment import Expanded, texts
from sqlcoder_core.host import Host
from sqlcoder_core.host.kinds import CONNECTOR, EMBEDDER, EXTENSION, RUNTIME, SINK, SOURCE, Kind
from sqlcoder_core.values.secret import Secret

_SECTIONS = ("limits", "guard", "time", "answer", "policy")
_COLUMN = re.compile(r"(:\d+):\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One effective setting: its dotted key (as `--set` takes it), its value as it may be shown, and its origin."""

    key: str
    value: object
    origin: str


def settings_in_effect(configuration: Configuration, host: Host) -> Iterator[Setting]:
    """All settings in the order of the sample file. Raises ConfigError or PluginError for a component that is not right."""
    yield Setting(key="connection", value=configuration.connection_name or None, origin=_connection_origin(configuration))
    for name, entry in _connections(configuration).items():
        yield from _component(configuration, host, CONNECTOR, entry, f"connections.{name}")
    for index, entry in enumerate(configuration.sources):
        yield from _component(configuration, host, SOURCE, entry, f"sources.{index}")
    yield from _component(configuration, host, RUNTIME, configuration.runtime, "runtime")
    if configuration.linking is not None:
        yield from _component(configuration, host, EMBEDDER, configuration.linking, "linking")
    for name, entry in configuration.sinks.items():
        yield from _component(configuration, host, SINK, entry, f"sinks.{name}")
    yield _plain(configuration, "output", configuration.core, ("output",))
    for index, entry in enumerate(configuration.extensions):
        yield from _component(configuration, host, EXTENSION, entry, f"extensions.{index}")
    for section in _SECTIONS:
        inner: BaseModel = getattr(configuration.core, section)
        for name in type(inner).model_fields:
            yield _plain(configuration, f"{section}.{name}", inner, (section, name))


def _connections(configuration: Configuration) -> Mapping[str, Entry]:
    chosen = {configuration.connection_name: configuration.connection} if configuration.connection else {}
    return {**chosen, **configuration.connections}


def _connection_origin(configuration: Configuration) -> str:
    if configuration.options.database:
        return "--database"
    if "connection" in configuration.document.data:
        return without_column(configuration.document.place(("connection",)))
    return without_column(configuration.connection.origin) if configuration.connection else "default"


def _component(configuration: Configuration, host: Host, kind: Kind, entry: Entry, key: str) -> Iterator[Setting]:
    found, settings, entry = checked(configuration, host, kind, entry)
    yield Setting(key=f"{key}.use", value=entry.use, origin=without_column(entry.place(("use",))))
    for name in found.cls.Settings.model_fields:
        given = name in entry.settings
        origin = without_column(entry.place((name,))) if given else "default"
        yield Setting(key=f"{key}.{name}", value=_shown(entry.settings.get(name), getattr(settings, name)), origin=origin)


def _plain(configuration: Configuration, key: str, holder: BaseModel, steps: tuple[str, ...]) -> Setting:
    raw: Any = configuration.document.data
    for step in steps:
        raw = raw.get(step) if isinstance(raw, Mapping) else None
    origin = without_column(configuration.document.place(steps)) if raw is not None else "default"
    return Setting(key=key, value=_shown(raw, getattr(holder, steps[-1])), origin=origin)


def _shown(raw: object, effective: object) -> object:
    """The effective value, unless the environment has a part in it."""
    return as_written(raw) if any(isinstance(text, Expanded) for text in texts(raw)) else simple(effective)


def simple(value: object) -> object:
    """A value as JSON and YAML take it; a secret is where it comes from."""
    if isinstance(value, Secret):
        return value.reference
    if isinstance(value, BaseModel):
        return {name: simple(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {str(key): simple(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [simple(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, str | Path) else str(getattr(value, "value", value))


def without_column(place: str) -> str:
    """`sqlcoder.yaml:12:3` as `sqlcoder.yaml:12`."""
    return _COLUMN.sub(r"\1", place)
