"""`sqlcoder config`: what is in effect and where it comes from, what is wrong, and the schema for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.config.configuration import Configuration
    from sqlcoder_core.host import Host
    from sqlcoder_core.values.problem import Problem

config_app = typer.Typer(name="config", help="Show, check and describe the configuration.", no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"


_FORMAT = Annotated[Format, typer.Option("--format", help="How to print it.")]


def _load(options: Options) -> tuple[Configuration, Host]:
    import os
    from pathlib import Path

    from sqlcoder_core.config.load import load
    from sqlcoder_core.host import Host

    host = Host()
    return load(options, cwd=Path.cwd(), environ=os.environ, host=host), host


@config_app.command("show")
@shared_options
def show(format: _FORMAT = Format.TEXT, *, options: Options) -> None:
    """Print every setting in effect and where it comes from; secrets as references."""
    import json
    import os
    from pathlib import Path

    from sqlcoder_core.cli.columns import print_columns
    from sqlcoder_core.config.describe import settings_in_effect

    configuration, host = _load(options)
    found = list(settings_in_effect(configuration, host))
    if format is Format.JSON:
        print(json.dumps([{"key": one.key, "value": one.value, "origin": one.origin} for one in found], indent=2, ensure_ascii=False))
        return
    here = f"{Path.cwd()}{os.sep}"
    print_columns([one.key, _plain(one.value), one.origin.replace(here, "")] for one in found)


def _plain(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@config_app.command("check")
@shared_options
def check(format: _FORMAT = Format.TEXT, *, options: Options) -> None:
    """Check the configuration and every component's settings; print all problems at once."""
    from sqlcoder_core.config.checking import component_problems
    from sqlcoder_core.config.problems import from_error, from_failure, in_order
    from sqlcoder_core.errors import ConfigError

    failures: tuple[Problem, ...] = ()
    try:
        configuration, host = _load(options)
        found, broken = component_problems(configuration, host)
        failures = tuple(map(from_failure, broken))
        problems = (*in_order(found), *failures)
        warnings = configuration.warnings
        what = str(configuration.path) if configuration.path else f"the defaults for {configuration.project_dir}"
    except ConfigError as error:
        problems, warnings, what = from_error(error), (), ""
    _print_problems((*problems, *warnings), format)
    if problems:
        raise SystemExit(3 if len(problems) == len(failures) else 2)
    if format is Format.TEXT and not options.quiet:
        print(f"{what}: nothing wrong")


def _print_problems(problems: tuple[Problem, ...], format: Format) -> None:
    import dataclasses
    import json

    from sqlcoder_core.values.printable import printable

    if format is Format.JSON:
        print(json.dumps([dataclasses.asdict(one) for one in problems], indent=2, ensure_ascii=False))
        return
    for one in problems:
        place = f"{one.place}: " if one.place else ""
        kind = f"{one.severity}: " if one.severity != "error" else ""
        print(printable(f"{place}{kind}{one.message}" + (f"; {one.hint}" if one.hint else "")))


@config_app.command("schema")
@shared_options
def schema(
    built_in: Annotated[bool, typer.Option("--built-in", help="Leave out plugins that do not come with SQLCoder.")] = False,
    *,
    options: Options,
) -> None:
    """Print the JSON Schema of sqlcoder.yaml, installed components included, for editors."""
    import sys

    from sqlcoder_core.config.json_schema import schema_text
    from sqlcoder_core.host import Host
    from sqlcoder_core.values.printable import printable

    del options  # the schema is the same everywhere
    text, failures = schema_text(Host(), built_in=built_in)
    print(text, end="")
    for failure in failures:
        print(printable(f"sqlcoder: left out: {failure}"), file=sys.stderr)
