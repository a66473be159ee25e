"""The host: from a word after `use:` to a checked class, from an extension object to its run hooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlcoder_core.contracts.component import Settings
from sqlcoder_core.contracts.extension import Extension
from sqlcoder_core.errors import ConfigError, PluginError
from sqlcoder_core.host.calls import HookCalls, named
from sqlcoder_core.host.installed import Installed, installed_plugins
from sqlcoder_core.host.kinds import KINDS, Kind
from sqlcoder_core.host.local import class_in, is_local, load_module, local_use
from sqlcoder_core.host.nearest import did_you_mean, nearest
from sqlcoder_core.host.scrub import Scrubber
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.connection import Detection
from sqlcoder_core.values.problem import Problem

_DETECT = "sqlcoder_detect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A component's class and who brought it ("plugin 'dbt' (sqlcoder-core 0.1.0)")."""

    cls: Any
    who: str


class Host:
    """Loads what is named, and only that.

    `scrub` takes secrets out of what a failing plugin says; whoever reads one hides it there (`host.scrub.hide`).
    """

    def __init__(self, installed: Sequence[Installed] | None = None) -> None:
        self.installed = installed_plugins() if installed is None else tuple(installed)
        self.scrub = Scrubber()
        self._calls = HookCalls(self.scrub)
        self._modules: dict[str, object] = {}
        self._classes: dict[tuple[str, str], dict[str, Any]] = {}
        self._extensions: dict[int, tuple[Extension, str, str]] = {}

    # ------------------------------------------------------------------ words to classes

    def component(self, kind: Kind, use: str, *, place: str = "", config_dir: Path | None = None) -> Found:
        """The class that `use` names: an installed word, or `./file.py:Class` counted from `config_dir`.

        Raises ConfigError (with the nearest right word) when there is no such component, PluginError when its plugin fails.
        """
        if is_local(use):
            return self._local(kind, use, place, config_dir or Path.cwd())
        plugin = self.plugin(use, kind=kind, place=place)
        classes = self.classes(plugin, kind, place=place)
        if use not in classes:
            raise self._wrong_kind(plugin, kind, use, place)
        return Found(cls=classes[use], who=str(plugin))

    def plugin(self, word: str, *, kind: Kind | None = None, place: str = "") -> Installed:
        """The one installed plugin of that word. Raises ConfigError for none, PluginError for two."""
        claimed = [plugin for plugin in self.installed if plugin.word == word]
        if len(claimed) > 1:
            both = " and ".join(f"{plugin.distribution} {plugin.version}" for plugin in claimed)
            raise PluginError(f"two distributions bring a plugin {word!r}: {both}", place=place, hint="uninstall one of them")
        if not claimed:
            what = f"no {kind} {word!r} is installed" if kind else f"no plugin {word!r} is installed"
            raise ConfigError(what, place=place, hint=self._words_hint(word, kind))
        return claimed[0]

    def classes(self, plugin: Installed, kind: Kind, *, place: str = "") -> dict[str, Any]:
        """All classes of one kind that a plugin brings, by name, checked against the contract. Loads the plugin."""
        key = (plugin.word, kind.name)
        if key not in self._classes:
            module = self._load(plugin, place)
            brought = [
                _checked(thing, kind, str(plugin), place, hook)
                for hook in kind.hooks
                for thing in self._calls.call(module, hook, {}, str(plugin), doing=f"listing its {kind}s", place=place)
            ]
            self._classes[key] = _by_name(brought, kind, str(plugin), place)
        return self._classes[key]

    def _load(self, plugin: Installed, place: str) -> object:
        if plugin.word not in self._modules:
            with named(str(plugin), "being imported", place=place, scrub=self.scrub, ours=False):
                module = plugin.entry_point.load()
            if module not in self._modules.values():  # several words may name one module
                self._calls.register(module, str(plugin), place=place, run_hooks=False)
            self._modules[plugin.word] = module
        return self._modules[plugin.word]

    def _local(self, kind: Kind, use: str, place: str, config_dir: Path) -> Found:
        wanted = local_use(use, config_dir, place)
        who = f"plugin {use!r}"
        with named(who, "being imported", place=place, scrub=self.scrub, ours=False):
            module = load_module(wanted.file)
        return Found(cls=_checked(class_in(module, wanted, place), kind, who, place), who=who)

    def _words_hint(self, word: str, kind: Kind | None) -> str:
        # Words are offered by what their text says they bring, so that a wrong word imports nothing.
        fitting = [plugin.word for plugin in self.installed if kind is None or kind.is_brought_by(plugin.hooks)]
        near = nearest(word, fitting)
        return f"did you mean {near!r}?" if near else did_you_mean(word, fitting, listed=20) or "run `sqlcoder plugins list`"

    def _wrong_kind(self, plugin: Installed, kind: Kind, use: str, place: str) -> ConfigError | PluginError:
        brought = {other: self.classes(plugin, other, place=place) for other in KINDS}
        for other, classes in brought.items():
            if use in classes:
                hint = f"it belongs under `{other.section}:`"
                fitting = [one.word for one in self.installed if one.hooks and kind.is_brought_by(one.hooks)]
                if fitting:
                    hint += f"; {kind}s: {', '.join(fitting)}"
                return ConfigError(f"{use!r} is {other.with_article}, not {kind.with_article}", place=place, hint=hint)
        names = [name for classes in brought.values() for name in classes]
        has = f"but {', '.join(map(repr, names))}" if names else "and no other component"
        return PluginError(
            f"{plugin} brings no component named {use!r}, {has}",
            place=place,
            hint="the entry point's name and the class's `name` must be the same word",
        )

    # ------------------------------------------------------------------ building and running

    def build(self, found: Found, *arguments: object, place: str = "") -> Any:
        """An object of the class; an extension's run hooks are registered. Errors of the tree pass, anything else is a PluginError."""
        with named(found.who, "being built", place=place, scrub=self.scrub):
            built = found.cls(*arguments)
        if isinstance(built, Extension):
            self._calls.register(built, found.who, place=place, run_hooks=True)
            self._extensions[id(built)] = (built, found.who, place)
        return built

    def run_hook(self, hook: str, extensions: Iterable[Extension], **arguments: object) -> list[tuple[Any, ...]]:
        """Call a run hook on each extension, in order: one tuple for each of the Problems, marked with who found them, or Candidates.

        Raises PluginError that names extension and hook. The configuration names every extension, so a failing one stops the
        run: a check that is skipped would fail open.
        """
        return [self._run(hook, one, arguments) for one in extensions]

    def _run(self, hook: str, extension: Extension, arguments: dict[str, object]) -> tuple[Any, ...]:
        _, who, place = self._extensions[id(extension)]
        wanted = Candidate if hook == "sqlcoder_repair" else Problem
        found = self._calls.call(extension, hook, arguments, who, place=place, ours=False)
        for one in found:
            if not isinstance(one, wanted):
                hint = f"return {wanted.__name__}s (from sqlcoder_core.api), or nothing"
                raise PluginError(f"{who} answered hook {hook} with {type(one).__name__}", place=place, hint=hint)
        return tuple(_marked(one, extension.name) for one in found)

    def detect(self, directory: Path, options: dict[str, str], *, words: Iterable[str] | None = None) -> tuple[Detection, ...]:
        """What the plugins (those named by `words`, else all built-in ones) recognise in a directory, most certain first."""
        wanted = None if words is None else set(words)
        asked = [plugin for plugin in self.installed if (plugin.built_in if wanted is None else plugin.word in wanted)]
        found: list[Detection] = []
        for plugin in asked:
            if (plugin.hooks is not None and _DETECT not in plugin.hooks) or not plugin.is_there:
                continue  # its text shows that it detects nothing: not worth an import; nobody named it, so it may be missing
            module = self._load(plugin, "")
            asking: dict[str, object] = {"directory": directory, "options": options}
            found += self._calls.call(module, _DETECT, asking, str(plugin), doing=f"looking at {directory}")
        return tuple(sorted(found, key=lambda one: -one.certainty))


def _marked(found: Any, extension: str) -> Any:
    return replace(found, found_by=extension) if isinstance(found, Problem) and found.found_by == "core" else found


def _by_name(brought: Iterable[Any], kind: Kind, who: str, place: str) -> dict[str, Any]:
    classes: dict[str, Any] = {}
    for cls in brought:
        if cls.name in classes:
            both = f"{classes[cls.name].__qualname__} and {cls.__qualname__}"
            raise PluginError(
                f"{who} brings two {kind}s named {cls.name!r}: {both}", place=place, hint="give each class a `name` of its own"
            )
        classes[cls.name] = cls
    return classes


def _checked(thing: object, kind: Kind, who: str, place: str, hook: str | None = None) -> Any:
    contracts = kind.contract_classes(hook)
    shown = thing.__qualname__ if isinstance(thing, type) else repr(thing)
    if not (isinstance(thing, type) and issubclass(thing, contracts)):
        hint = f"derive it from sqlcoder_core.api.{' or '.join(contract.__name__ for contract in contracts)}"
        raise PluginError(f"{who}: {shown} is not {kind.with_article} class", place=place, hint=hint)
    name = getattr(thing, "name", None)
    if not (isinstance(name, str) and name):
        hint = 'add `name = "..."`, the word that stands after `use:`'
        raise PluginError(f"{who}: class {shown} has no `name`", place=place, hint=hint)
    settings = getattr(thing, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, Settings)):
        hint = "derive it from sqlcoder_core.api.Settings"
        raise PluginError(f"{who}: {shown}.Settings is not a settings class", place=place, hint=hint)
    return thing
