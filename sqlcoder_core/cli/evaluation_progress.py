"""A bar on a terminal's stderr while questions are asked, with the share that is right so far."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.cli.terminal import can_move_cursor
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.evaluation.records import Judged
    from sqlcoder_core.evaluation.run import Listener

Advance = Callable[[int, int, str], None]
"""(done, of how many, what to say of it) in."""


@contextmanager
def bar(options: Options) -> Iterator[Advance]:
    """Draws how far it is; nothing where stderr is no terminal, or with -q."""
    if options.quiet or not can_move_cursor(sys.stderr):
        yield lambda done, total, said: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    said = TextColumn("{task.fields[said]}")
    columns = (BarColumn(), MofNCompleteColumn(), said, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, no_color=options.colour is False), transient=True) as progress:
        task = progress.add_task("", total=None, said="")
        yield lambda done, total, said: progress.update(task, completed=done, total=total, said=said)


@contextmanager
def listening(options: Options) -> Iterator[Listener]:
    """What a run tells, shown: a bar, and warnings as lines."""
    from sqlcoder_core.evaluation.run import Listener

    with bar(options) as advance:
        count = _Count(advance)
        yield Listener(begun=count.begun, found=count.found, problem=Notices(options).problem)


class _Count:
    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._total = self._done = self._right = self._scored = 0

    def begun(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        self._advance(done, total, "")

    def found(self, judged: Judged) -> None:
        self._done += 1
        self._right += judged.outcome == "right"
        self._scored += judged.outcome != "unscored"
        self._advance(self._done, self._total, f"{100 * self._right / max(self._scored, 1):.0f} % right")
