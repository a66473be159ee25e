"""`runtime: {use: auto}` in, the runtime that suits this machine and the models on it out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.yaml_nodes import Steps
from sqlcoder_core.host import Host
from sqlcoder_core.host.kinds import RUNTIME
from sqlcoder_core.values.problem import Problem

WORD = "auto"


def chosen(entry: Entry, host: Host, environ: Mapping[str, str]) -> tuple[Entry, tuple[Problem, ...]]:
    """The entry itself unless it says `auto`; else the chosen one, with what the person has set laid over, and a note that says why."""
    if entry.use != WORD:
        return entry, ()
    # Hardware and models are looked at only where somebody asks for it.
    from sqlcoder_core.models.store import store_dir
    from sqlcoder_core.runtime.auto import choose

    words = tuple(plugin.word for plugin in host.installed if plugin.hooks and RUNTIME.is_brought_by(plugin.hooks))
    choice = choose(words, store_dir(environ), environ)

    def where(below: Steps, key: bool) -> str:
        said = not below or below[0] == "use" or below[0] in entry.settings
        return entry.place(below, key) if said else "runtime: auto"

    settings = {**choice.settings, **entry.settings}
    message = f"runtime auto: {choice.word}, since {choice.why}"
    note = Problem(code="auto", message=message, severity="note", found_by="config")
    return replace(entry, use=choice.word, settings=settings, where=where), (note,)
