"""The flags that all commands share, declared once."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sqlcoder_core.cli.exits import exit_on_error
from sqlcoder_core.values.options import Options

_PANEL = "Common options"


def _option(*names: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=_PANEL, **more)


_SHARED: dict[str, tuple[Any, Any]] = {
    "config": (Path | None, _option("--config", help="The sqlcoder.yaml to use.", metavar="FILE")),
    "project_dir": (Path | None, _option("--project-dir", help="Work as if started here.", metavar="DIR")),
    "profiles_dir": (Path | None, _option("--profiles-dir", help="Where dbt's profiles.yml is.", metavar="DIR")),
    "target": (str | None, _option("--target", help="The dbt target.", metavar="NAME")),
    "database": (str | None, _option("--database", help="A database URL or file, or a connection's name.", metavar="URL")),
    "runtime": (str | None, _option("--runtime", help="What writes the SQL.", metavar="NAME")),
    "overrides": (list[str] | None, _option("--set", help="Any setting, as key=value; may be repeated.", metavar="KEY=VALUE")),
    "quiet": (bool, _option("-q", "--quiet", help="Print the result only.")),
    "verbose": (bool, _option("-v", "--verbose", help="Say more; with an error, the traceback.")),
    "no_color": (bool, _option("--no-color", help="No colours (NO_COLOR does the same).")),
}


def shared_options(body: Callable[..., Any]) -> Callable[..., None]:
    """Give a command the shared flags; its body receives them as the keyword argument `options`.

    An error of ours ends the process with its exit code and one line on stderr.
    """

    @functools.wraps(body)
    def command(**given: Any) -> None:
        flags = {name: given.pop(name) for name in _SHARED}
        options = Options(
            **{name: flags[name] for name in ("config", "project_dir", "profiles_dir", "target", "database", "runtime")},
            overrides=tuple(flags["overrides"] or ()),
            quiet=flags["quiet"],
            verbose=flags["verbose"],
            colour=False if flags["no_color"] else None,
        )
        with exit_on_error(verbose=options.verbose):
            body(options=options, **given)

    own = [part for part in inspect.signature(body).parameters.values() if part.name != "options"]
    hints = typing.get_type_hints(body, include_extras=True)
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False if kind is bool else None, annotation=Annotated[kind, option])
        for name, (kind, option) in _SHARED.items()
    ]
    parameters = [part.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[part.name]) for part in own] + shared
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {part.name: part.annotation for part in parameters}
    del command.__wrapped__
    return command
