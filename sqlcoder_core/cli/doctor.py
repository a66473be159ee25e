"""`sqlcoder doctor`: what is wrong here, and how to mend it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from rich.text import Text

    from sqlcoder_core.health import Section
    from sqlcoder_core.values.problem import Problem


class DoctorFormat(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


@shared_options
def doctor(
    format: Annotated[DoctorFormat, typer.Option("--format", help="How to print the findings.")] = DoctorFormat.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    *,
    options: Options,
) -> None:
    """Check configuration, connection, artifacts, catalog and machine."""
    from sqlcoder_core.health import examine

    sections = []
    for section in examine(options):
        sections.append(section)
        if format is DoctorFormat.TEXT:
            _print_section(section, options)
    if format is DoctorFormat.JSON:
        _print_json(sections)
    bad = {"error", "warning"} if strict else {"error"}
    if any(finding.severity in bad for section in sections for finding in section.findings):
        raise SystemExit(1)


def _print_section(section: Section, options: Options) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(no_color=options.colour is False, highlight=False)
    rows = Table.grid(padding=(0, 2))
    for finding in section.findings:
        if not (options.quiet and finding.severity == "note"):
            rows.add_row("", _mark(finding), _told(finding))
    if rows.row_count:
        console.print(Text(section.name, style="bold"))
        console.print(rows)


def _mark(finding: Problem) -> Text:
    from rich.text import Text

    word, style = {"error": ("error", "bold red"), "warning": ("warning", "yellow"), "note": ("ok", "green")}[finding.severity]
    return Text(word.ljust(len("warning")), style=style)


def _told(finding: Problem) -> Text:
    from rich.text import Text

    from sqlcoder_core.values.printable import printable

    place = f" ({finding.place})" if finding.place else ""
    text = Text.assemble(printable(finding.message), (printable(place), "dim"))
    if finding.hint:
        text.append(f"\n→ {printable(finding.hint)}", style="cyan")
    return text


def _print_json(sections: list[Section]) -> None:
    import dataclasses
    import json

    print(json.dumps({section.name: [dataclasses.asdict(finding) for finding in section.findings] for section in sections}, indent=2))
