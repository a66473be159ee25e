"""Reports of `sqlcoder eval` printed and written, each form made when it is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlcoder_core.cli.terminal import wants_colour, width
from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.evaluation.records import Report

Forms = Mapping[str, Callable[[], str]]
"""What makes the text of each form."""


def forms_of_report(report: Report, options: Options) -> Forms:
    """A run's report: `table` for this terminal, `json`, `markdown`, `html`."""
    from sqlcoder_core.evaluation.report import render_html, render_markdown, render_table, report_json

    return {
        "table": lambda: render_table(report, width(), colour=wants_colour(sys.stdout, options), unicode=_shows_unicode()),
        "json": lambda: report_json(report),
        "markdown": lambda: render_markdown(report),
        "html": lambda: render_html(report),
    }


def forms_of_comparison(before: Path, after: Path, options: Options) -> Forms:
    """The same of what changed between two reports."""
    from sqlcoder_core.evaluation.report import (
        comparison_html,
        comparison_json,
        comparison_markdown,
        read_report,
        render_comparison,
    )

    reports = read_report(before), read_report(after)
    return {
        "table": lambda: render_comparison(*reports, width(), colour=wants_colour(sys.stdout, options), unicode=_shows_unicode()),
        "json": lambda: comparison_json(*reports),
        "markdown": lambda: comparison_markdown(*reports),
        "html": lambda: comparison_html(*reports),
    }


def deliver(forms: Forms, printed: str, places: Mapping[str, Path | None]) -> None:
    """Write the files by form, then print one form."""
    from sqlcoder_core.whole_file import WholeFile

    for form, path in places.items():
        if path is not None:
            file = WholeFile(path)
            file.write(_ended(forms[form]()))
            file.commit()
    sys.stdout.write(_ended(forms[printed]()))


def refuse_one_file_twice(places: Mapping[str, Path | None]) -> None:
    """Raise UsageError where two flags name one file."""
    seen: dict[str, str] = {}
    for flag, path in places.items():
        if path is not None:
            real = os.path.realpath(path)
            if real in seen:
                raise UsageError(f"{flag} {path} is the file of {seen[real]}", hint="name another one")
            seen[real] = flag


def refuse_missing_folders(paths: Iterable[Path | None]) -> None:
    """Raise FileError where a file cannot be written at the end, before any question is asked."""
    for path in paths:
        if path is not None and path.is_dir():
            raise FileError(f"cannot write {path}: is a directory", hint="name a file, not a folder")
        if path is not None and not path.parent.is_dir():
            raise FileError(f"cannot write {path}: there is no folder {path.parent}", hint="create it first")


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _shows_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")
