"""Which format answers take, and where they go."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlcoder_core.cli.terminal import wants_colour, width
from sqlcoder_core.errors import UsageError
from sqlcoder_core.steps.deliver import Delivery, Target
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.printable import printable

if TYPE_CHECKING:
    from sqlcoder_core.config.build import Built
    from sqlcoder_core.contracts.sink import Destination


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


def delivery(outlet: Outlet, built: Built, options: Options, *, several: bool) -> Delivery:
    """The sinks that the flags ask for, else those of the configuration, else the default format on stdout."""
    said = outlet.format or outlet.out or outlet.sql_only
    extra = outlet.sinks or (() if said else built.output)
    targets = [_named(text, built, options, several=several) for text in extra]
    takes_stdout = any(target.name in set(Format) and target.destination.argument is None for target in targets)
    if said or not (takes_stdout or (extra is built.output and extra)):
        targets.insert(0, _primary(outlet, built, options, several=several))
    shows_details = any(target.name == Format.TABLE and target.destination.terminal for target in targets)
    return Delivery(targets, _warn, shows_details=shows_details)


def _warn(text: str) -> None:
    print(f"warning: {printable(text)}", file=sys.stderr)


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
