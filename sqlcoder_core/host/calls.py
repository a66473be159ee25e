"""Calls into plugins, one plugin at a time: whatever goes wrong comes back as one PluginError that names it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pluggy

from sqlcoder_core.errors import PluginError, SqlcoderError
from sqlcoder_core.hookspecs import PROJECT, Hooks
from sqlcoder_core.host.nearest import did_you_mean

HOOK_NAMES = tuple(name for name in vars(Hooks) if name.startswith("sqlcoder_"))
RUN_HOOKS = ("sqlcoder_check", "sqlcoder_repair", "sqlcoder_doctor")
_REMEDY = "repair or upgrade it, or take it out of the configuration; -v shows the traceback"


@contextmanager
def named(who: str, doing: str, *, place: str = "", scrub: Callable[[str], str] = str, ours: bool = True) -> Iterator[None]:
    """Anything raised inside becomes a PluginError: who, doing what, what went wrong.

    With `ours`, errors of the tree (a ConfigError for a missing file) pass as they are; without, only PluginErrors do.
    """
    try:
        yield
    except PluginError:
        raise
    except (Exception, SystemExit) as error:  # a plugin may raise anything, and sys.exit() in one must not end the program unnamed
        if ours and isinstance(error, SqlcoderError):
            raise
        told = describe(error)
        clean = scrub(told)
        # A traceback would print the text of the cause, so a cause that holds a secret is left out.
        raise PluginError(f"{who} failed while {doing}: {clean}", place=place, hint=_REMEDY) from error if clean == told else None


def describe(error: BaseException) -> str:
    """An exception in one line: its class and its text."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class _ByPrefix(pluggy.PluginManager):
    """A routine whose name starts with `sqlcoder_` is a hook, marked or not: a forgotten marker must not switch a check off."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        marked = super().parse_hookimpl_opts(plugin, name)
        if marked is not None or not name.startswith("sqlcoder_"):
            return marked
        if not inspect.isroutine(inspect.getattr_static(plugin, name, None)) or _inherited(plugin, name):
            return None
        return {
            "wrapper": False,
            "hookwrapper": False,
            "optionalhook": False,
            "tryfirst": False,
            "trylast": False,
            "specname": None,
        }


def _inherited(plugin: object, name: str) -> bool:
    """The do-nothing methods of `Extension` are its interface, not a plugin's code."""
    owner = next((cls for cls in type(plugin).__mro__ if name in vars(cls)), None)
    return owner is not None and owner.__module__.startswith("sqlcoder_core.contracts.")


class HookCalls:
    """pluggy behind one rule: plugins are registered, checked and called one at a time, under their own name."""

    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._manager = _ByPrefix(PROJECT)
        self._manager.add_hookspecs(Hooks)
        self._scrub = scrub

    def register(self, plugin: object, who: str, *, place: str = "", run_hooks: bool) -> None:
        """Register a module (`run_hooks` False) or an extension object (True).

        Raises PluginError for a hook that is unknown or that stands where it would never be called.
        """
        with named(who, "registering its hooks", place=place, scrub=self._scrub):
            self._manager.register(plugin, name=f"{who} #{id(plugin)}")
        self._check_pending(plugin, who, place)
        misplaced = [name for name in self._hooks_of(plugin) if (name in RUN_HOOKS) != run_hooks]
        if misplaced:
            where = "an Extension class, not in the module" if not run_hooks else "the plugin's module, not in an Extension class"
            raise PluginError(f"{who} has hook {misplaced[0]!r} in the wrong place", place=place, hint=f"it belongs in {where}")

    def call(
        self, plugin: object, hook: str, arguments: Mapping[str, object], who: str, *, doing: str = "", place: str = "", ours: bool = True
    ) -> tuple[Any, ...]:
        """What this one plugin answers, read to its end; () when it does not implement the hook."""
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        with named(who, doing or f"running hook {hook}", place=place, scrub=self._scrub, ours=ours):
            answers = self._manager.subset_hook_caller(hook, others)(**arguments)
            return tuple(item for answer in answers for item in _items(answer, hook))

    def _hooks_of(self, plugin: object) -> list[str]:
        return [caller.name for caller in self._manager.get_hookcallers(plugin) or ()]

    def _check_pending(self, plugin: object, who: str, place: str) -> None:
        unknown = [name for name in self._hooks_of(plugin) if name not in HOOK_NAMES]
        if unknown:
            self._manager.unregister(plugin)
            hint = did_you_mean(unknown[0], HOOK_NAMES)
            raise PluginError(f"{who} implements unknown hook {unknown[0]!r}", place=place, hint=hint)


def _items(answer: object, hook: str) -> Iterable[Any]:
    if isinstance(answer, Iterable) and not isinstance(answer, str | bytes):
        return answer
    raise TypeError(f"{hook} must return a list or yield, not {type(answer).__name__}")
