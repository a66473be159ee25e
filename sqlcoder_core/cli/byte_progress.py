"""A bar on a terminal's stderr for what counts bytes or parts: fetching, checking, converting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlcoder_core.cli.terminal import can_move_cursor
from sqlcoder_core.values.options import Options

Told: TypeAlias = Callable[[str, int, int | None], None]


@contextmanager
def byte_progress(options: Options) -> Iterator[Told]:
    """A function to be told what is done, how much of it and of how much; silent when stderr is no terminal, or with -q."""
    if options.quiet or not can_move_cursor(sys.stderr):
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, no_color=options.colour is False), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        shown = ""

        def told(what: str, done: int, total: int | None) -> None:
            nonlocal shown
            if what != shown:
                shown = what
                bar.reset(task, total=total, description=what)
            bar.update(task, completed=done, total=total)

        yield told


@contextmanager
def part_progress(options: Options) -> Iterator[Callable[[str, int, int], None]]:
    """The same for what counts parts of a model."""
    if options.quiet or not can_move_cursor(sys.stderr):
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True, no_color=options.colour is False), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, completed=done, total=total, description=what)
