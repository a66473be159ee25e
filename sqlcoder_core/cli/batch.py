"""`sqlcoder batch`: answer a file of questions, resumable."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.cli.terminal import can_move_cursor, prepare_stdout
from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.batch.asking import Outcome
    from sqlcoder_core.batch.items import Item
    from sqlcoder_core.batch.keeping import Output
    from sqlcoder_core.batch.run import Summary
    from sqlcoder_core.batch.wishes import Wishes
    from sqlcoder_core.session import Session

Told = Callable[["Outcome"], None]


@shared_options
def batch(
    file: Annotated[Path, typer.Argument(help="JSON lines, CSV, or one question per line; `-` is stdin.", metavar="FILE")],
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write answers here; can be continued.", metavar="FILE")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Questions in work at a time.", metavar="N")] = 1,
    restart: Annotated[bool, typer.Option("--restart", help="Forget what an earlier run has answered.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Ask what failed again.")] = False,
    shard: Annotated[str | None, typer.Option("--shard", help="Only every Nth question, from the Ith on.", metavar="I/N")] = None,
    fsync: Annotated[str, typer.Option("--fsync", help="Make every Nth answer durable with those before.", metavar="every:N")] = "every:1",
    no_run: Annotated[bool, typer.Option("--no-run", help="Check the SQL, do not run it.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows, as LIMIT.", metavar="N")] = None,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds that one query may take.", metavar="S")] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", min=1, help="Statements to choose from.", metavar="N")] = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", min=0, max=1, help="Rather no answer than one below.", metavar="X")
    ] = None,
    options: Options,
) -> None:
    """Answer a file of questions, one JSON object per line.

    With --out, every answer is on disk as soon as it is there, and the same command again continues where it ended. Models
    get a few questions together.
    """
    from sqlcoder_core.batch.items import read_items
    from sqlcoder_core.batch.wishes import Wishes

    if out is None and (restart or retry_failed):
        raise UsageError(f"{'--restart' if restart else '--retry-failed'} needs --out", hint="without it, nothing is kept to continue from")
    if timeout is not None and timeout <= 0:
        raise UsageError(f"--timeout {timeout:g} leaves no time", hint="give seconds above 0")
    if out is not None and os.path.realpath(out) == os.path.realpath(file):
        raise UsageError(f"--out {out} is the file of questions", hint="write the answers to another file")
    fsync_every, part = _fsync_every(fsync), _shard(shard)
    prepare_stdout()
    items = read_items(Path("/dev/stdin") if str(file) == "-" else file)
    wishes = Wishes(run=not no_run, candidates=candidates, min_confidence=min_confidence, seconds=timeout, limit=limit)
    run = _Run(items=items, shard=items[part], wishes=wishes, workers=workers, options=options)
    code = run.to_stream() if out is None else run.to_file(out, restart=restart, retry_failed=retry_failed, fsync_every=fsync_every)
    if code:
        raise SystemExit(code)


class _Run:
    def __init__(self, *, items: Sequence[Item], shard: Sequence[Item], wishes: Wishes, workers: int, options: Options) -> None:
        self._items = items
        self._shard = shard
        self._wishes = wishes
        self._workers = workers
        self._options = options
        self._notices = Notices(options)

    def to_stream(self) -> int:
        from sqlcoder_core.batch.keeping import StreamOutput

        output = StreamOutput(sys.stdout, self._shard)
        summary = self._asked(self._shard, output)
        self._notices.note(_counts(summary))
        return summary.exit_code

    def to_file(self, out: Path, *, restart: bool, retry_failed: bool, fsync_every: int) -> int:
        from sqlcoder_core.batch.keeping import FileOutput

        output = FileOutput(out, self._items, restart=restart, fsync_every=fsync_every)
        try:
            if output.torn:
                self._notices.note(f"{out}.journal: an unfinished last line was removed; its question is asked again")
            pending = output.pending(self._shard, self._open, self._wishes, retry_failed=retry_failed)
            summary = self._asked(pending, output)
        finally:
            output.close()
        done = f"{len(self._shard) - len(pending)} were done before; " if len(pending) < len(self._shard) else ""
        self._notices.note(f"{done}{_counts(summary)}; {out}")
        return summary.exit_code

    def _asked(self, pending: Sequence[Item], output: Output) -> Summary:
        from sqlcoder_core.batch.run import run_batch
        from sqlcoder_core.orderly_stop import Stop

        stop = Stop(self._stopping)
        with _progress(len(pending), self._options) as advance:
            return run_batch(pending, output, self._open, self._wishes, workers=self._workers, stop=stop, told=self._tell(advance))

    def _open(self, database: str) -> Session:
        from sqlcoder_core.session import Session

        return Session.open(replace(self._options, database=database) if database else self._options)

    def _stopping(self) -> None:
        print("sqlcoder: stopping after the questions in work; again to stop at once", file=sys.stderr)

    def _tell(self, advance: Callable[[], None]) -> Told:
        def told(outcome: Outcome) -> None:
            if outcome.item.error is not None:
                self._notices.problem(outcome.item.error)
            advance()

        return told


@contextmanager
def _progress(total: int, options: Options) -> Iterator[Callable[[], None]]:
    if options.quiet or not can_move_cursor(sys.stderr) or not total:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, no_color=options.colour is False), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _counts(summary: Summary) -> str:
    total = sum(summary.statuses.values())
    known = ", ".join(
        f"{summary.statuses[name]:,} {name}" for name in ("answered", "abstained", "refused", "failed") if summary.statuses[name]
    )
    rate = f", {summary.asked / summary.seconds:,.1f} a second" if summary.asked and summary.seconds else ""
    text = f"{total:,} question{'' if total == 1 else 's'}: {known or 'none asked'}"
    return f"{text}; {summary.asked:,} asked in {summary.seconds:,.1f} s{rate}" + ("; stopped" if summary.interrupted else "")


def _fsync_every(text: str) -> int:
    match = re.fullmatch(r"every:([1-9]\d*)", text)
    if match is None:
        raise UsageError(f"--fsync {text} is not understood", hint="write every:N, as in --fsync every:100")
    return int(match[1])


def _shard(text: str | None) -> slice:
    if text is None:
        return slice(None)
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError(f"--shard {text} is not understood", hint="write I/N with I from 1 to N, as in --shard 1/4")
    return slice(int(match[1]) - 1, None, int(match[2]))
