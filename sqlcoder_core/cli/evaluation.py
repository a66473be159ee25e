"""`sqlcoder eval`: how often answers are right, measured on a suite of questions."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.cli.progress import spinner
from sqlcoder_core.cli.terminal import can_move_cursor, prepare_stdout, wants_colour, width
from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.evaluation.records import Judged, Report, Suite
    from sqlcoder_core.evaluation.run import Listener, RunOptions

Format = Literal["table", "json", "markdown", "html"]

eval_app = typer.Typer(
    name="eval", help="Measure how often answers are right, on a suite of questions.", no_args_is_help=True, rich_markup_mode=None
)


@eval_app.command("run")
@shared_options
def run(
    suite: Annotated[
        str,
        typer.Option("--suite", help="sql-eval:PATH, spider:PATH, bird:PATH, or a file or folder of our own.", metavar="SUITE"),
    ],
    *,
    databases: Annotated[
        str | None, typer.Option("--databases", help="Where the suite's databases are; a URL has {db} in it.", metavar="DIR|URL")
    ] = None,
    fuzzed: Annotated[bool, typer.Option("--fuzzed", help="Leave contents aside: compare on fuzzed instances.")] = False,
    instances: Annotated[int, typer.Option("--instances", min=1, max=50, help="Fuzzed instances for each question.", metavar="N")] = 6,
    seed: Annotated[int, typer.Option("--seed", help="What the instances are made from.", metavar="N")] = 0,
    mutants: Annotated[bool, typer.Option("--mutants/--no-mutants", help="Say how many mutants of the gold they tell apart.")] = True,
    category: Annotated[list[str] | None, typer.Option("--category", help="Only these categories; repeated.", metavar="NAME")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only questions with one of these tags.", metavar="NAME")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only these questions.", metavar="ID")] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Only each Nth of what is left.", metavar="N")] = 1,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N of what is left.", metavar="N")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Questions in work at a time.", metavar="N")] = 1,
    model: Annotated[str | None, typer.Option("--model", help="The runtime's model (runtime.model).", metavar="NAME")] = None,
    beams: Annotated[int | None, typer.Option("--beams", min=1, help="Beams, where a model searches.", metavar="N")] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", min=1, help="Statements to choose from.", metavar="N")] = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", min=0, max=1, help="Rather no answer than one below.", metavar="X")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How the report is printed.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it as JSON; can be continued.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write it as one HTML page, too.", metavar="FILE")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write it as Markdown, too.", metavar="FILE")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Forget what an earlier run has found.")] = False,
    options: Options,
) -> None:
    """Ask the questions of a suite and judge the answers.

    With --out, what is found is on disk at once, beside FILE in FILE.journal, and the same command again continues where it
    ended. Wrong answers are no failure of the command: it exits with 0 when all questions were asked.
    """
    from sqlcoder_core.evaluation.run import RunOptions, forget_journal
    from sqlcoder_core.evaluation.selection import Selection
    from sqlcoder_core.evaluation.suites import load_suite

    prepare_stdout()
    if restart and out is None:
        raise UsageError("--restart needs --out", hint="without it, nothing is kept to continue from")
    _refuse_one_file_twice({"--out": out, "--html": html, "--markdown": markdown})
    with spinner("reading the suite", options):
        loaded = load_suite(suite, databases=databases)
    settings = {"runtime.model": model, "answer.candidates": candidates, "answer.min_confidence": min_confidence}
    wanted = RunOptions(
        session=_laid_over(options, settings),
        selection=Selection(categories=tuple(category or ()), tags=tuple(tag or ()), only=tuple(only or ()), every=every, limit=limit),
        workers=workers,
        beams=beams,
        seed=seed,
        instances=instances,
        fuzzed=fuzzed,
        mutants=mutants,
        out=out,
        restart=restart,
    )
    report = _evaluated(loaded, wanted, options)
    _write(report, {"json": out, "html": html, "markdown": markdown}, options)
    sys.stdout.write(_rendered(report, form, options))
    if report.interrupted:
        Notices(options).note(f"stopped after {len(report.judged):,} questions" + ("; the same command continues" if out else ""))
        raise SystemExit(130)
    if out is not None:
        forget_journal(out)


@eval_app.command("compare")
@shared_options
def compare(
    before: Annotated[Path, typer.Argument(help="A report that `eval run --out` wrote.", metavar="A")],
    after: Annotated[Path, typer.Argument(help="Another one, of the same suite.", metavar="B")],
    *,
    form: Annotated[Format, typer.Option("--format", help="How the comparison is printed.")] = "table",
    html: Annotated[Path | None, typer.Option("--html", help="Write it as one HTML page, too.", metavar="FILE")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write it as Markdown, too.", metavar="FILE")] = None,
    options: Options,
) -> None:
    """Say how two runs differ: by how much, how sure that is, and which questions flipped."""
    from sqlcoder_core.evaluation.report import (
        comparison_html,
        comparison_json,
        comparison_markdown,
        read_report,
        render_comparison,
    )

    prepare_stdout()
    colour, unicode = wants_colour(sys.stdout, options), (sys.stdout.encoding or "").lower().startswith("utf")
    reports = read_report(before), read_report(after)
    forms: dict[str, Callable[[], str]] = {
        "table": lambda: render_comparison(*reports, width(), colour=colour, unicode=unicode),
        "json": lambda: comparison_json(*reports),
        "markdown": lambda: comparison_markdown(*reports),
        "html": lambda: comparison_html(*reports),
    }
    for name, path in (("html", html), ("markdown", markdown)):
        if path is not None:
            _write_whole(path, forms[name]())
    sys.stdout.write(_ended(forms[form]()))


@eval_app.command("fuzz")
@shared_options
def fuzz(
    suite: Annotated[str, typer.Option("--suite", help="As for `eval run`; its golds say what instances must hold.", metavar="SUITE")],
    *,
    databases: Annotated[str | None, typer.Option("--databases", help="Where the suite's databases are.", metavar="DIR")] = None,
    instances: Annotated[int, typer.Option("--instances", min=1, max=50, help="Fuzzed instances for each question.", metavar="N")] = 6,
    seed: Annotated[int, typer.Option("--seed", help="What the instances are made from.", metavar="N")] = 0,
    keep: Annotated[Path | None, typer.Option("--keep", help="Leave the instances in this folder.", metavar="DIR")] = None,
    category: Annotated[list[str] | None, typer.Option("--category", help="Only these categories; repeated.", metavar="NAME")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only these questions.", metavar="ID")] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Only each Nth of what is left.", metavar="N")] = 1,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N of what is left.", metavar="N")] = None,
    options: Options,
) -> None:
    """Say how well fuzzed databases tell right answers of a suite from nearly right ones, without asking anybody.

    For each question the instances are built, its gold is run on them, and so are mutants of the gold: the share that some
    instance tells from it is how far a score on such databases can be trusted.
    """
    from sqlcoder_core.evaluation.fuzz import lines_of, survey
    from sqlcoder_core.evaluation.selection import Selection
    from sqlcoder_core.evaluation.suites import load_suite

    prepare_stdout()
    with spinner("reading the suite", options):
        loaded = load_suite(suite, databases=databases)
    selection = Selection(categories=tuple(category or ()), only=tuple(only or ()), every=every, limit=limit)
    chosen = replace(loaded, tasks=selection.of(loaded.tasks))
    with _counting(options) as advance:
        result = survey(chosen, instances=instances, seed=seed, keep=keep, progress=advance)
    for line in lines_of(result):
        print(line)


@contextmanager
def _counting(options: Options) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr."""
    if options.quiet or not can_move_cursor(sys.stderr):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, no_color=options.colour is False), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _laid_over(options: Options, settings: Mapping[str, object]) -> Options:
    """Flags of this command that are settings, as if given by --set."""
    said = tuple(f"{key}={json.dumps(value)}" for key, value in settings.items() if value is not None)
    return replace(options, overrides=(*options.overrides, *said))


def _evaluated(suite: Suite, wanted: RunOptions, options: Options) -> Report:
    from sqlcoder_core.evaluation.run import evaluate
    from sqlcoder_core.orderly_stop import Stop

    def stopping() -> None:
        print("sqlcoder: stopping after the questions in work; again to stop at once", file=sys.stderr)

    with _listening(options) as listener:
        return evaluate(suite, wanted, stop=Stop(stopping), listener=listener)


@contextmanager
def _listening(options: Options) -> Iterator[Listener]:
    """A bar with the share that is right so far, where stderr is a terminal."""
    from sqlcoder_core.evaluation.run import Listener

    notices = Notices(options)
    if options.quiet or not can_move_cursor(sys.stderr):
        yield Listener(problem=notices.problem)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    right = TextColumn("{task.fields[right]}")
    columns = (BarColumn(), MofNCompleteColumn(), right, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    counted = [0, 0]
    with Progress(*columns, console=Console(stderr=True, no_color=options.colour is False), transient=True) as bar:
        task = bar.add_task("", total=None, right="")

        def begun(total: int, done: int) -> None:
            bar.update(task, total=total, completed=done)

        def found(judged: Judged) -> None:
            counted[0] += judged.outcome == "right"
            counted[1] += judged.outcome != "unscored"
            bar.update(task, advance=1, right=f"{100 * counted[0] / max(counted[1], 1):.0f} % right")

        yield Listener(begun=begun, found=found, problem=notices.problem)


# ------------------------------------------------------------------ reports


def _rendered(report: Report, form: str, options: Options) -> str:
    from sqlcoder_core.evaluation.report import render_html, render_markdown, render_table, report_json

    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    forms: dict[str, Callable[[Report], str]] = {
        "table": lambda one: render_table(one, width(), colour=wants_colour(sys.stdout, options), unicode=unicode),
        "json": report_json,
        "markdown": render_markdown,
        "html": render_html,
    }
    return _ended(forms[form](report))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _write(report: Report, places: dict[str, Path | None], options: Options) -> None:
    for form, path in places.items():
        if path is not None:
            _write_whole(path, _rendered(report, form, options))


def _write_whole(path: Path, text: str) -> None:
    from sqlcoder_core.whole_file import WholeFile

    file = WholeFile(path)
    file.write(text)
    file.commit()


def _refuse_one_file_twice(places: dict[str, Path | None]) -> None:
    seen: dict[str, str] = {}
    for flag, path in places.items():
        if path is not None:
            real = os.path.realpath(path)
            if real in seen:
                raise UsageError(f"{flag} {path} is the file of {seen[real]}", hint="name another one")
            seen[real] = flag
