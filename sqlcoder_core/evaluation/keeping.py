"""What a run has found so far, kept in a journal, so that the same command continues after anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.evaluation.examining import Finding
from sqlcoder_core.evaluation.records import Judged, MutantKill, Task
from sqlcoder_core.journal import Journal
from sqlcoder_core.values.answer_json import json_text

_RESTART = "start over with --restart, or choose another --out"


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line: the settings of the run, or a question's finding under the hash of the question."""

    settings: dict[str, str] | None = None
    task: str = ""
    judged: Judged | None = None
    kill: MutantKill | None = None


class Kept:
    """Findings by question, those of an earlier run of the same command among them.

    Without a path they are in memory only. A question counts as done when its text, its gold and the run's settings are the same.
    Raises FileError when another process holds the journal or a line of it is damaged, UsageError when it has other settings.
    """

    def __init__(self, out: Path | None, *, restart: bool = False) -> None:
        self._journal = Journal(out.with_name(out.name + ".journal")) if out is not None else None
        self._found: dict[str, Finding] = {}
        self._settings: Mapping[str, str] | None = None
        try:
            if self._journal is not None and restart:
                self._journal.clear()
            self._read()
        except BaseException:  # an interrupt too must give up the lock; it is raised on
            self.close()
            raise

    @property
    def torn(self) -> bool:
        """An unfinished last line was cut off."""
        return self._journal is not None and self._journal.torn

    def begin(self, settings: Mapping[str, str]) -> None:
        """Hold the settings of this run against those of the journal, and write them down where there are none."""
        if self._settings is None:
            self._append(_Line(settings=dict(settings)))
            self._settings = settings
            return
        known = self._settings
        changed = [name for name in {**known, **settings} if known.get(name) != settings.get(name)]
        if changed and self._journal is not None:
            told = ", ".join(f"{name} was {known.get(name, 'unset')}, is {settings.get(name, 'unset')}" for name in changed)
            raise UsageError(f"{self._journal.path} was written with other settings: {told}", hint=_RESTART)

    def add(self, task: Task, finding: Finding) -> None:
        """Keep one; it is safe when this returns."""
        key = task_hash(task)
        self._append(_Line(task=key, judged=finding.judged, kill=finding.kill))
        self._found[key] = finding

    def of(self, task: Task) -> Finding | None:
        """What was found of this very question."""
        return self._found.get(task_hash(task))

    def pending(self, tasks: Sequence[Task]) -> tuple[Task, ...]:
        """Those of which nothing is known yet, or whose gold could not be run then."""
        return tuple(task for task in tasks if not self._is_settled(task))

    def _is_settled(self, task: Task) -> bool:
        found = self.of(task)
        return found is not None and found.judged is not None and found.judged.outcome != "unscored"

    def close(self) -> None:
        """Give the journal back."""
        if self._journal is not None:
            self._journal.close()

    def _append(self, line: _Line) -> None:
        if self._journal is not None:
            self._journal.append(json_text(msgspec.json.decode(msgspec.json.encode(line))))

    def _read(self) -> None:
        for _, text in self._journal.lines() if self._journal is not None else ():
            try:
                line = msgspec.json.decode(text, type=_Line)
            except msgspec.MsgspecError:
                assert self._journal is not None
                raise FileError(f"{self._journal.path} was not written by this version of sqlcoder eval", hint=_RESTART) from None
            if line.settings is not None:
                self._settings = line.settings
            elif line.judged is not None:
                self._found[line.task] = Finding(judged=line.judged, kill=line.kill)


def task_hash(task: Task) -> str:
    """sha256 over everything that may change what is found of a question."""
    expected = [[list(one.columns), [[repr(cell) for cell in row] for row in one.rows]] for one in task.expected]
    facts = [task.id, task.question, task.base, task.category, task.tags, task.gold, expected, task.ordered, task.instructions]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
