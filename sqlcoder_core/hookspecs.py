"""Every hook, in the order they run.

Registration hooks return classes and are called once, when the configuration names the plugin. Run hooks are methods of
extension objects (see `contracts/extension.py`) and are listed here with the same signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from sqlcoder_core.contracts.connector import Connector
    from sqlcoder_core.contracts.embedder import Embedder
    from sqlcoder_core.contracts.extension import Extension
    from sqlcoder_core.contracts.prompter import Prompter
    from sqlcoder_core.contracts.proposer import Proposer
    from sqlcoder_core.contracts.runtime import Runtime
    from sqlcoder_core.contracts.sink import Sink
    from sqlcoder_core.contracts.source import MetadataSource
    from sqlcoder_core.values.candidate import Candidate
    from sqlcoder_core.values.connection import Detection
    from sqlcoder_core.values.linked import Linked
    from sqlcoder_core.values.problem import Problem

PROJECT = "sqlcoder"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hooks of SQLCoder, first those that bring components, then those that take part in a run."""

    # ---- where are we: asked of the built-in plugins when there is no sqlcoder.yaml, and by `sqlcoder init`

    @hookspec
    def sqlcoder_detect(self, directory: Path, options: dict[str, str]) -> Iterable[Detection]:
        """What this plugin recognises in `directory` (or a parent of it); `options` are --target, --profiles-dir and the like."""
        return ()

    # ---- what there is: each returns classes, whose `name` is the word after `use:`

    @hookspec
    def sqlcoder_metadata_sources(self) -> Iterable[type[MetadataSource]]:
        """Sources of facts about tables."""
        return ()

    @hookspec
    def sqlcoder_connectors(self) -> Iterable[type[Connector]]:
        """Database engines."""
        return ()

    @hookspec
    def sqlcoder_proposers(self) -> Iterable[type[Proposer]]:
        """What turns a question into SQL by itself: a word after `runtime: {use: ...}`."""
        return ()

    @hookspec
    def sqlcoder_runtimes(self) -> Iterable[type[Runtime]]:
        """What loads a model, or asks a server for one: a word after `runtime: {use: ...}` too; core makes a proposer of it."""
        return ()

    @hookspec
    def sqlcoder_prompters(self) -> Iterable[type[Prompter]]:
        """What a model is given to read: the word after `runtime: {prompt: ...}`."""
        return ()

    @hookspec
    def sqlcoder_embedders(self) -> Iterable[type[Embedder]]:
        """What finds tables by meaning in large catalogs: the word after `linking:`."""
        return ()

    @hookspec
    def sqlcoder_sinks(self) -> Iterable[type[Sink]]:
        """Where answers go."""
        return ()

    @hookspec
    def sqlcoder_extensions(self) -> Iterable[type[Extension]]:
        """Classes whose objects take part in a run through the hooks below."""
        return ()

    # ---- a run, in order

    @hookspec
    def sqlcoder_check(self, candidate: Candidate, linked: Linked) -> Iterable[Problem]:
        """Problems of one candidate, after core's own checks; they add, they never remove."""
        return ()

    @hookspec
    def sqlcoder_repair(self, candidate: Candidate, problems: tuple[Problem, ...], linked: Linked) -> Iterable[Candidate]:
        """Statements in place of one that has these problems, after core's own repairs and before a model is asked again; best first.

        A statement is changed with `dataclasses.replace(candidate, sql=..., notes=(*candidate.notes, "what was changed"))`. What comes back
        is checked like any other, and kept only where it is better.
        """
        return ()

    @hookspec
    def sqlcoder_doctor(self) -> Iterable[Problem]:
        """Findings for `sqlcoder doctor`."""
        return ()
