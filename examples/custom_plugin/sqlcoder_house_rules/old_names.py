"""Repair `old_names`: names that a table or column had before it was renamed, which models and people go on using."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sqlglot
from pydantic import Field
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.api import Candidate, Extension, Linked, Problem, Settings, hookimpl

_UNKNOWN = frozenset({"table-unknown", "column-unknown"})


class OldNamesSettings(Settings):
    """What was renamed."""

    names: dict[str, str] = Field(default={}, description="Old name of a table or column: its name today.")


class OldNames(Extension):
    """Put today's names of renamed tables and columns in place of their old ones."""

    name = "old_names"
    Settings = OldNamesSettings

    def sqlcoder_repair(self, candidate: Candidate, problems: tuple[Problem, ...], linked: Linked) -> Iterable[Candidate]:
        """The statement with all old names replaced, where it names something that is not there."""
        if any(problem.code in _UNKNOWN for problem in problems):
            yield from self._renamed(candidate)

    def _renamed(self, candidate: Candidate) -> Iterator[Candidate]:
        today = {old.lower(): new for old, new in self.settings.names.items()}
        try:
            tree = sqlglot.parse_one(candidate.sql, dialect=candidate.dialect)
        except SqlglotError:
            return
        found = [node for node in tree.find_all(exp.Identifier) if node.name.lower() in today]
        changes = dict.fromkeys(f"{node.name} is called {today[node.name.lower()]} today" for node in found)
        for node in found:
            node.set("this", today[node.name.lower()])
        if changes:
            # Whatever comes back is checked like any other statement; the last notes say what was changed.
            yield replace(candidate, sql=tree.sql(dialect=candidate.dialect), notes=(*candidate.notes, *changes))


@hookimpl
def sqlcoder_extensions() -> Iterable[type[Extension]]:
    return (OldNames,)
