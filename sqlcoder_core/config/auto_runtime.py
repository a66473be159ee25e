"""`runtime: {use: auto}` in, the runtime that suits this machine and the models on it out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.yaml_nodes import Steps
from sqlcoder_core.contracts.runtime import LocalSettings, Runtime
from sqlcoder_core.host import Host
from sqlcoder_core.host.kinds import RUNTIME
from sqlcoder_core.values.problem import Problem

if TYPE_CHECKING:
    from sqlcoder_core.runtime.auto import AutoChoice

WORD = "auto"


def chosen(entry: Entry, host: Host, environ: Mapping[str, str], config_dir: Path) -> tuple[Entry, tuple[Problem, ...]]:
    """The entry itself unless it says `auto`; else the chosen one, with what the person has set laid over, and a note that says why.

    Raises ModelError where a model is named that no runtime here can read.
    """
    if entry.use != WORD:
        return entry, ()
    words = tuple(plugin.word for plugin in host.installed if plugin.hooks and RUNTIME.is_brought_by(plugin.hooks))
    model = entry.settings.get("model")
    named = {"model": model, "folder": config_dir} if isinstance(model, str) else {}
    choice = _for_machine(words, environ, **named)
    given = _heeded(entry.settings, host.component(RUNTIME, choice.word).cls)

    def where(below: Steps, key: bool) -> str:
        said = not below or below[0] == "use" or below[0] in entry.settings
        return entry.place(below, key) if said else "runtime: auto"

    message = f"runtime auto: {choice.word}, since {choice.why}"
    note = Problem(code="auto", message=message, severity="note", found_by="config")
    return replace(entry, use=choice.word, settings={**choice.settings, **given}, where=where), (note,)


def _for_machine(words: tuple[str, ...], environ: Mapping[str, str], **named: Any) -> AutoChoice:
    # Hardware and models are looked at only where somebody asks for it.
    from sqlcoder_core.models.store import store_dir
    from sqlcoder_core.runtime.auto import choose

    return choose(words, store_dir(environ), environ, **named)


def _heeded(settings: Mapping[str, object], cls: Any) -> dict[str, object]:
    """What the person has set; for the embedded default without what only models can be told."""
    if issubclass(cls, Runtime):
        return dict(settings)
    own = cls.Settings.model_fields
    return {name: value for name, value in settings.items() if name in own or name not in LocalSettings.model_fields}
