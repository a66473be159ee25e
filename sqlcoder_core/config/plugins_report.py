"""What `plugins show` and `plugins doctor` say: a plugin's components with their settings, and which plugins are broken."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlcoder_core.config.describe import simple
from sqlcoder_core.config.type_names import type_name
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.host import Host
from sqlcoder_core.host.calls import HOOK_NAMES, RUN_HOOKS
from sqlcoder_core.host.installed import Installed
from sqlcoder_core.host.kinds import KINDS, Kind
from sqlcoder_core.values.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingHelp:
    """One field of a component's settings."""

    name: str
    type: str
    default: object
    required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentHelp:
    """One component: what it is, what it can be told, which run hooks it has; `suits` says which models a prompter is for."""

    kind: str
    section: str
    name: str
    documentation: str
    settings: tuple[SettingHelp, ...]
    hooks: tuple[str, ...]
    suits: str = ""


def components(plugin: Installed, host: Host) -> tuple[ComponentHelp, ...]:
    """Everything a plugin brings. Raises PluginError when it fails."""
    return tuple(_component(kind, cls) for kind in KINDS for cls in host.classes(plugin, kind).values())


def registration_hooks(plugin: Installed) -> tuple[str, ...]:
    """The hooks its module implements, as far as its text tells."""
    return tuple(name for name in plugin.hooks or () if name in HOOK_NAMES)


def _component(kind: Kind, cls: Any) -> ComponentHelp:
    own = tuple(name for name in RUN_HOOKS if name in {key for base in cls.__mro__[:-1] if not _is_contract(base) for key in vars(base)})
    return ComponentHelp(
        kind=kind.name,
        section=kind.section,
        name=cls.name,
        documentation=inspect.cleandoc(cls.__doc__ or ""),
        settings=tuple(_setting(name, field) for name, field in cls.Settings.model_fields.items()),
        hooks=own,
        suits=str(getattr(cls, "suits", "")),
    )


def _is_contract(base: type) -> bool:
    return base.__module__.startswith("sqlcoder_core.contracts.")


def _setting(name: str, field: Any) -> SettingHelp:
    required = field.is_required()
    default = None if required else simple(field.get_default(call_default_factory=True))
    return SettingHelp(name=name, type=type_name(field.annotation), default=default, required=required, description=field.description or "")


def examine(host: Host) -> Iterator[tuple[Installed, tuple[Problem, ...]]]:
    """Load every installed plugin by itself; what is wrong with one says nothing of the others."""
    claims = Counter(plugin.word for plugin in host.installed)
    for plugin in host.installed:
        if claims[plugin.word] > 1:
            others = ", ".join(str(one) for one in host.installed if one.word == plugin.word and one is not plugin)
            doubled = Problem(
                code="double", message=f"{plugin}: another distribution has this word: {others}", hint="uninstall one of them"
            )
            yield plugin, (doubled,)
        else:
            yield plugin, tuple(_findings(plugin, host))


def _findings(plugin: Installed, host: Host) -> Iterator[Problem]:
    try:
        brought = components(plugin, host)
    except SqlcoderError as error:
        yield Problem(code="broken", message=error.message, hint=error.hint, found_by="plugins doctor")
        return
    if plugin.word not in {component.name for component in brought}:
        names = ", ".join(component.name for component in brought) or "nothing"
        hint = "entry point and the class's `name` must be one word"
        yield Problem(code="unreachable", message=f"{plugin} brings {names}, which no `use: {plugin.word}` finds", hint=hint)
    for component in brought:
        if not component.documentation:
            yield _untold(plugin, f"{component.kind} {component.name!r} has no docstring")
        for setting in component.settings:
            if not setting.description:
                yield _untold(plugin, f"setting {setting.name!r} of {component.kind} {component.name!r} has no description")


def _untold(plugin: Installed, message: str) -> Problem:
    return Problem(code="undocumented", message=f"{plugin}: {message}", severity="warning", hint="`plugins show` and editors print it")
