"""`sqlcoder plugins`: what is installed, what is enabled, where it comes from, and what is broken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqlcoder_core.cli.config import Format
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.config.plugins_report import ComponentHelp, SettingHelp
    from sqlcoder_core.config.words import Words
    from sqlcoder_core.host.installed import Installed

plugins_app = typer.Typer(name="plugins", help="List, describe and examine plugins.", no_args_is_help=True, rich_markup_mode=None)

_FORMAT = Annotated[Format, typer.Option("--format", help="How to print it.")]


@plugins_app.command("list")
@shared_options
def list_plugins(format: _FORMAT = Format.TEXT, *, options: Options) -> None:
    """List the installed plugins; none of them is imported."""
    import json

    from sqlcoder_core.cli.columns import print_columns
    from sqlcoder_core.host.installed import installed_plugins

    words = _words_named(options)
    rows = [_row(plugin, words) for plugin in installed_plugins()]
    rows += [_local_row(use) for use in sorted(words.named if words else ()) if use.endswith(".py") or ".py:" in use]
    if format is Format.JSON:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    columns = ("name", "kind", "enabled", "distribution", "version", "location")
    print_columns(([row[column] for column in columns] for row in rows), heading=columns)


def _words_named(options: Options) -> Words | None:
    """The words that the sqlcoder.yaml uses; None where there is none. A file with mistakes in it still names its plugins."""
    import os

    from sqlcoder_core.config.locations import find_file, starting_folder

    start = starting_folder(options.project_dir, Path.cwd())
    file = find_file(options.config, Path.cwd(), os.environ, start=start)
    if file is None:
        return None
    from sqlcoder_core.config.words import words_in

    return words_in(file)


def _row(plugin: Installed, words: Words | None) -> dict[str, str]:
    from sqlcoder_core.host.kinds import kinds_of

    return {
        "name": plugin.word,
        "kind": "unknown" if plugin.hooks is None else ", ".join(kind.name for kind in kinds_of(plugin.hooks)) or "none",
        "enabled": _enabled(plugin, words),
        "distribution": plugin.distribution,
        "version": plugin.version,
        "location": str(plugin.source_file or plugin.location),
    }


def _enabled(plugin: Installed, words: Words | None) -> str:
    """yes: the file names it; default: built in, and taken where it fits; no: it changes nothing."""
    from sqlcoder_core.host.kinds import SOURCE

    if words is not None and plugin.word in words.named:
        return "yes"
    open_to_it = words is None or (words.sources_left_out and SOURCE.is_brought_by(plugin.hooks or ()))
    return "default" if plugin.built_in and open_to_it else "no"


def _local_row(use: str) -> dict[str, str]:
    return {"name": use, "kind": "local file", "enabled": "yes", "distribution": "-", "version": "-", "location": use.partition(":")[0]}


def _words(incomplete: str) -> list[str]:
    from sqlcoder_core.host.installed import installed_plugins

    return [plugin.word for plugin in installed_plugins() if plugin.word.startswith(incomplete)]


@plugins_app.command("show")
@shared_options
def show(
    name: Annotated[str, typer.Argument(help="The plugin's word.", autocompletion=_words)],
    format: _FORMAT = Format.TEXT,
    *,
    options: Options,
) -> None:
    """Print what one plugin brings: its documentation, settings and hooks."""
    import dataclasses
    import json

    from sqlcoder_core.config.plugins_report import components, registration_hooks
    from sqlcoder_core.host import Host

    del options  # a plugin is what it is, whatever the configuration
    host = Host()
    plugin = host.plugin(name)
    brought = components(plugin, host)
    if format is Format.JSON:
        head = {"name": plugin.word, "distribution": plugin.distribution, "version": plugin.version, "location": plugin.location}
        hooks = list(registration_hooks(plugin))
        print(
            json.dumps({**head, "hooks": hooks, "components": [dataclasses.asdict(one) for one in brought]}, indent=2, ensure_ascii=False)
        )
        return
    print(f"{plugin.word}: {plugin.distribution} {plugin.version}, module {plugin.module}")
    print(f"hooks: {', '.join(registration_hooks(plugin)) or 'unknown'}")
    for component in brought:
        _print_component(component)


def _print_component(component: ComponentHelp) -> None:
    import shutil

    width = min(shutil.get_terminal_size().columns, 120)
    print(f"\n{component.kind} {component.name} (under `{component.section}:`)")
    _print_wrapped(component.documentation, width, indent=2)
    if component.suits:
        _print_wrapped(f"suits {component.suits}", width, indent=2)
    if component.hooks:
        print(f"  run hooks: {', '.join(component.hooks)}")
    if not component.settings:
        print("  no settings")
    for setting in component.settings:
        _print_setting(setting, width)


def _print_setting(setting: SettingHelp, width: int) -> None:
    import json

    from sqlcoder_core.values.printable import printable

    default = "required" if setting.required else f"default {json.dumps(setting.default, ensure_ascii=False)}"
    print(printable(f"  {setting.name}: {setting.type}, {default}"))
    _print_wrapped(setting.description, width, indent=6)


def _print_wrapped(text: str, width: int, *, indent: int) -> None:
    import textwrap

    from sqlcoder_core.values.printable import printable

    margin = " " * indent
    for line in text.splitlines():
        for part in textwrap.wrap(printable(line), width=width, initial_indent=margin, subsequent_indent=margin) or [""]:
            print(part)


@plugins_app.command("doctor")
@shared_options
def doctor(format: _FORMAT = Format.TEXT, *, options: Options) -> None:
    """Load every installed plugin by itself and report what is broken."""
    import dataclasses
    import json

    from sqlcoder_core.config.plugins_report import examine
    from sqlcoder_core.host import Host
    from sqlcoder_core.values.printable import printable

    found = list(examine(Host()))
    if format is Format.JSON:
        print(json.dumps({str(plugin): [dataclasses.asdict(one) for one in problems] for plugin, problems in found}, indent=2))
    else:
        for plugin, problems in found:
            if not problems and not options.quiet:
                print(f"ok       {plugin}")
            for one in problems:
                print(printable(f"{one.severity.ljust(7)}  {one.message}" + (f"; {one.hint}" if one.hint else "")))
    if any(one.severity == "error" for _, problems in found for one in problems):
        raise SystemExit(1)
