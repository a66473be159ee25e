"""Every component of a configuration checked without building it: words, settings, plugins that fail."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import Any

from sqlcoder_core.config.configuration import Configuration
from sqlcoder_core.config.entries import Entry, named_within, with_flags
from sqlcoder_core.config.problems import from_error
from sqlcoder_core.config.settings import names_in_clear, settings_of
from sqlcoder_core.contracts.runtime import Runtime
from sqlcoder_core.errors import ConfigError, PluginError
from sqlcoder_core.host import Host
from sqlcoder_core.host.components import Found
from sqlcoder_core.host.kinds import CONNECTOR, EMBEDDER, EXTENSION, PROMPTER, RUNTIME, SINK, SOURCE, Kind
from sqlcoder_core.values.problem import Problem


def entries_of(configuration: Configuration, host: Host) -> Iterator[tuple[Kind, Entry]]:
    """Every component that the configuration names, the connections and sinks that this run does not use included."""
    chosen = [configuration.connection] if configuration.connection else []
    for entry in {id(one): one for one in [*chosen, *configuration.connections.values()]}.values():
        yield CONNECTOR, entry
    for kind, entries in (
        (SOURCE, configuration.sources),
        (RUNTIME, (configuration.runtime,)),
        (EMBEDDER, (configuration.linking,) if configuration.linking else ()),
        (SINK, tuple(configuration.sinks.values())),
        (EXTENSION, configuration.extensions),
    ):
        for entry in entries:
            yield kind, entry
    prompter = prompter_entry(configuration, host)
    if prompter is not None:
        yield PROMPTER, prompter


def prompter_entry(configuration: Configuration, host: Host) -> Entry | None:
    """The prompter that the configuration names for a model runtime; None where it names none, or where the runtime is none or wrong."""
    entry = configuration.runtime
    inner = named_within(entry, "prompt")
    if inner is None:
        return None
    try:
        found = host.component(RUNTIME, entry.use, place=entry.place(("use",)), config_dir=configuration.config_dir)
    except (ConfigError, PluginError):
        return None  # said of the runtime itself
    return inner if issubclass(found.cls, Runtime) else None


def checked(configuration: Configuration, host: Host, kind: Kind, entry: Entry) -> tuple[Found, Any, Entry]:
    """A component's class, its settings, and the entry with flags laid over. Raises ConfigError or PluginError."""
    found = host.component(kind, entry.use, place=entry.place(("use",)), config_dir=configuration.config_dir)
    if kind is SOURCE:
        entry = _with_flags(configuration, found, entry)
    return found, settings_of(found, entry, host, configuration.config_dir), entry


def _with_flags(configuration: Configuration, found: Found, entry: Entry) -> Entry:
    """--target and --profiles-dir reach every source whose settings have a field of that name."""
    options = configuration.options
    profiles = options.profiles_dir and configuration.cwd / options.profiles_dir
    flags: dict[str, tuple[object, str]] = {"target": (options.target, "--target"), "profiles_dir": (profiles, "--profiles-dir")}
    known = found.cls.Settings.model_fields
    said = {name: flag for name, flag in flags.items() if flag[0] is not None and name in known}
    return with_flags(entry, said) if said else entry


def component_problems(configuration: Configuration, host: Host) -> tuple[list[Problem], list[PluginError]]:
    """What is wrong with words and settings of all components, and the plugins that fail."""
    problems: list[Problem] = []
    failures: list[PluginError] = []
    for kind, entry in entries_of(configuration, host):
        try:
            checked(configuration, host, kind, entry)
        except ConfigError as error:
            problems += from_error(error)
        except PluginError as error:
            failures.append(error)
    return problems, failures


def secrets_in_clear(configuration: Configuration, host: Host) -> tuple[Problem, ...]:
    """Warnings for passwords in a file that others can read; of components that are right."""
    if configuration.path is None or not configuration.path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return ()
    return tuple(_in_clear(configuration, host))


def _in_clear(configuration: Configuration, host: Host) -> Iterator[Problem]:
    for kind, entry in entries_of(configuration, host):
        try:
            _, settings, entry = checked(configuration, host, kind, entry)
        except (ConfigError, PluginError):
            continue  # said when it is built
        for name in names_in_clear(settings):
            yield Problem(
                code="secret_in_clear",
                message=f"{entry.label}{name} stands in clear in a file that others can read",
                severity="warning",
                place=entry.place((name,)),
                hint="write ${NAME} and put it into the environment, or `chmod 600` the file",
                found_by="config",
            )
