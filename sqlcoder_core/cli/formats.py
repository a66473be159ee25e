"""Which format answers take, and where they go."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlcoder_core.cli.terminal import wants_colour, width
from sqlcoder_core.errors import PluginError, SqlcoderError, UsageError
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.printable import printable

if TYPE_CHECKING:
    from sqlcoder_core.config.build import Built
    from sqlcoder_core.contracts.sink import Destination, Sink
    from sqlcoder_core.values.answer import Answer


class Format(StrEnum):
    """The formats that come with SQLCoder; other sinks are named by --sink."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    SQL = "sql"
    MARKDOWN = "markdown"


_ENDINGS = {
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".sql": Format.SQL,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TABLE,
}
_ONLY_ROWS = (Format.CSV, Format.PARQUET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """What the flags say of where answers go."""

    format: Format | None = None
    out: Path | None = None
    sinks: tuple[str, ...] = ()
    sql_only: bool = False
    no_run: bool = False

    def __post_init__(self) -> None:
        if self.sql_only and self.format not in (None, Format.SQL):
            raise UsageError(f"--sql-only prints SQL, --format {self.format} something else", hint="leave one of them out")
        if self.no_run and self.format in _ONLY_ROWS:
            raise UsageError(f"--no-run has no rows to write as {self.format}", hint="use --format sql or --format json")
        if self.out is not None and self.format is None and not self.sql_only and self.out.suffix.lower() not in _ENDINGS:
            raise UsageError(f"cannot tell the format of {self.out} from its ending", hint="add --format")

    def chosen(self, *, several: bool) -> Format:
        """The format of what goes to `--out` or to stdout."""
        if self.sql_only:
            return Format.SQL
        if self.format is not None:
            return self.format
        if self.out is not None:
            return _ENDINGS[self.out.suffix.lower()]
        if sys.stdout.isatty():
            return Format.TABLE
        return Format.JSONL if several else Format.SQL if self.no_run else Format.CSV


@dataclass(slots=True)
class Target:
    """One sink and whether its failure ends the run: what the person asked to see does, an extra sink does not."""

    name: str
    sink: Sink
    destination: Destination
    essential: bool
    failed: bool = field(default=False)


class Delivery:
    """Opens the sinks, feeds them, closes them. Sinks that come in addition are left out with a warning when they fail."""

    def __init__(self, targets: list[Target]) -> None:
        self._targets = targets
        self.exit_code = 0

    @property
    def shows_details(self) -> bool:
        """The person sees reading and warnings in the answer itself."""
        return any(target.name == Format.TABLE and target.destination.terminal for target in self._targets)

    def open(self) -> None:
        """Before the first question, so that a place that cannot be written is known at once."""
        for target in self._targets:
            self._call(target, partial(target.sink.open, target.destination))

    def write(self, answer: Answer) -> None:
        """One answer to all sinks."""
        for target in self._targets:
            self._call(target, partial(target.sink.write, answer))

    def close(self) -> None:
        """After the last answer."""
        for target in self._targets:
            self._call(target, target.sink.close)

    def _call(self, target: Target, action: Callable[[], None]) -> None:
        if target.failed:
            return
        try:
            action()
        except (SqlcoderError, BrokenPipeError):
            raise
        except Exception as error:
            told = f"sink {target.name!r} failed: {type(error).__name__}: {error}"
            if target.essential:
                # A full disk behind stdout is told by its errno, further up.
                raise (error if isinstance(error, OSError) else PluginError(told)) from error
            target.failed = True
            self.exit_code = PluginError.exit_code
            print(f"warning: {printable(told)}; it gets no more answers", file=sys.stderr)


def delivery(outlet: Outlet, built: Built, options: Options, *, several: bool) -> Delivery:
    """The sinks that the flags ask for, else those of the configuration, else the default format on stdout."""
    said = outlet.format or outlet.out or outlet.sql_only
    extra = outlet.sinks or (() if said else built.output)
    targets = [_named(text, built, options, several=several) for text in extra]
    takes_stdout = any(target.name in set(Format) and target.destination.argument is None for target in targets)
    if said or not (takes_stdout or (extra is built.output and extra)):
        targets.insert(0, _primary(outlet, built, options, several=several))
    return Delivery(targets)


def _primary(outlet: Outlet, built: Built, options: Options, *, several: bool) -> Target:
    name = outlet.chosen(several=several)
    settings: dict[str, object] = {}
    if outlet.sql_only:
        settings["comments"] = False
    if name is Format.TABLE and options.quiet:
        settings["details"] = False
    return Target(name, built.sink(name, settings=settings), _destination(options, path=outlet.out, several=several), essential=True)


def _named(text: str, built: Built, options: Options, *, several: bool) -> Target:
    name, _, argument = text.partition(":")
    destination = _destination(options, argument=argument or None, several=several)
    return Target(name, built.sink(name, argument or None), destination, essential=name in set(Format))


def _destination(options: Options, *, path: Path | None = None, argument: str | None = None, several: bool) -> Destination:
    from sqlcoder_core.contracts.sink import Destination

    return Destination(
        stream=sys.stdout,
        path=path,
        argument=argument,
        terminal=sys.stdout.isatty() and path is None and argument is None,
        colour=wants_colour(sys.stdout, options),
        width=width(),
        several=several,
    )
