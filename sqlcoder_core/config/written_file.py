"""The sqlcoder.yaml that a configuration amounts to, as commented text: what `sqlcoder init` writes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sqlcoder_core.config.checking import checked
from sqlcoder_core.config.configuration import Configuration
from sqlcoder_core.config.describe import simple
from sqlcoder_core.config.entries import Entry, as_written
from sqlcoder_core.config.environment import Expanded
from sqlcoder_core.host import Host
from sqlcoder_core.host.kinds import CONNECTOR, SOURCE, Kind
from sqlcoder_core.values.secret import Secret

_HEAD = """\
# How SQLCoder answers questions here. What is commented out shows the defaults.
# `sqlcoder config check` finds mistakes, `sqlcoder config show` says what is in effect and why.
version: 1
"""
_TAIL = """\

# What turns a question into SQL. `builtin` needs no model and no download; `auto` takes the best model on this machine
# (`sqlcoder models list`) and the runtime that suits it.
runtime: builtin

# Bounds on every query; what they cut off is always said.
# limits:
#   seconds: 30
#   rows: 10000
#   bytes: 32MB
#   memory: 1GB

# answer:
#   candidates: 3        # distinct statements considered for a question
#   repair_rounds: 2     # times a model is asked again about a statement with problems; 0: nothing is repaired
#   min_confidence: 0    # abstain below this, 0 to 1

# time:
#   now: 2026-01-31      # reckon "last month" from here, so that answers repeat; unset: today
#   timezone: Europe/Berlin
#   week_start: monday
#   fiscal_year_start: 1

# Checks of your own, on every statement before it runs.
# extensions:
#   - use: ./my_check.py:NoStar
"""


def file_text(configuration: Configuration, host: Host, folder: Path) -> str:
    """The text of the file for `folder`. Secrets that are not references are left out, with a comment that says so."""
    return _HEAD + "".join(_connection(configuration, host, folder)) + "".join(_sources(configuration, host, folder)) + _TAIL


def _connection(configuration: Configuration, host: Host, folder: Path) -> Iterator[str]:
    entry = configuration.connection
    yield "\n# The database to ask.\n"
    if entry is None:
        yield "# connections:\n#   main: {use: duckdb, path: warehouse.duckdb}\n"
        return
    if configuration.detection is not None:
        yield f"# Taken from {_from_here(entry.origin, folder)}; name one here to ask another:\n"
        yield "# connections:\n#   main: {use: duckdb, path: warehouse.duckdb}\n"
        return
    settings, secrets = _settings(configuration, host, CONNECTOR, entry, folder)
    yield _yaml({"connections": {"main": {"use": entry.use, **settings}}})
    for name in secrets:
        yield f"    # {name}: ${{{name.upper()}}}    # put the secret into the environment\n"


def _sources(configuration: Configuration, host: Host, folder: Path) -> Iterator[str]:
    yield "\n# Where facts about tables come from; for one fact the first source wins, the rest fills gaps.\n"
    entries: list[Any] = []
    for entry in configuration.sources:
        settings, _ = _settings(configuration, host, SOURCE, entry, folder)
        entries.append({"use": entry.use, **settings} if settings else entry.use)
    yield _yaml({"sources": entries})


def _settings(configuration: Configuration, host: Host, kind: Kind, entry: Entry, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """What differs from the defaults, and the names of secrets that cannot be written down."""
    found, right, entry = checked(configuration, host, kind, entry)
    kept: dict[str, Any] = {}
    secrets = []
    for name, value in entry.settings.items():
        field = found.cls.Settings.model_fields.get(name)
        if isinstance(value, Expanded):
            kept[name] = value.reference
        elif isinstance(getattr(right, name, None), Secret):
            secrets.append(name)
        elif field is None or value != field.get_default(call_default_factory=True):
            kept[name] = _relative(simple(as_written(value)), folder)
    return {name: value for name, value in kept.items() if value != "."}, secrets


def _relative(value: Any, folder: Path) -> Any:
    """Files below the folder are named from it, so that the file works in everybody's clone."""
    if isinstance(value, list):
        return [_relative(item, folder) for item in value]
    if isinstance(value, str) and Path(value).is_absolute() and Path(value).is_relative_to(folder):
        return str(Path(value).relative_to(folder))
    return value


def _from_here(origin: str, folder: Path) -> str:
    """A place as everybody who reads the file has it."""
    return origin.replace(f"{folder}{os.sep}", "").replace(str(Path.home()), "~")


class _Indented(yaml.SafeDumper):
    """Lists are indented below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _yaml(data: Mapping[str, Any]) -> str:
    return yaml.dump(dict(data), Dumper=_Indented, sort_keys=False, allow_unicode=True, default_flow_style=False)
