"""`sqlcoder eval`: how often answers are right, measured on a suite of questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from sqlcoder_core.cli import evaluation_flags as flag
from sqlcoder_core.cli.evaluation_progress import bar, listening
from sqlcoder_core.cli.evaluation_reports import (
    deliver,
    forms_of_comparison,
    forms_of_report,
    refuse_missing_folders,
    refuse_one_file_twice,
)
from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.cli.progress import spinner
from sqlcoder_core.cli.terminal import prepare_stdout
from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.evaluation.records import Report, Suite
    from sqlcoder_core.evaluation.run import RunOptions

eval_app = typer.Typer(
    name="eval", help="Measure how often answers are right, on a suite of questions.", no_args_is_help=True, rich_markup_mode=None
)


@eval_app.command("run")
@shared_options
def run(
    suite: flag.Suite,
    *,
    databases: flag.Databases = None,
    fuzzed: flag.Fuzzed = False,
    instances: flag.Instances = 6,
    seed: flag.Seed = 0,
    mutants: flag.Mutants = True,
    category: flag.Category = None,
    tag: flag.Tag = None,
    only: flag.Only = None,
    every: flag.Every = 1,
    limit: flag.Limit = None,
    workers: flag.Workers = 1,
    model: flag.Model = None,
    beams: flag.Beams = None,
    candidates: flag.Candidates = None,
    min_confidence: flag.MinConfidence = None,
    timeout: flag.Timeout = None,
    form: flag.Form = "table",
    out: flag.Out = None,
    html: flag.Html = None,
    markdown: flag.Markdown = None,
    restart: flag.Restart = False,
    options: Options,
) -> None:
    """Ask the questions of a suite and judge the answers.

    With --out, what is found is on disk at once, beside FILE in FILE.journal, and the same command again continues where it
    ended. Without --databases, a suite's databases are looked for beside it; a suite of our own without `database:` asks the
    project's, as `sqlcoder ask` does.

    Exit codes: 0 when all questions were asked, however many answers are wrong; 2 for flags, settings or a suite that cannot be used,
    3 for a model or plugin that is missing, 4 for files, 5 when the project's database cannot be reached, 130 after an interrupt.
    """
    from sqlcoder_core.evaluation.run import RunOptions
    from sqlcoder_core.evaluation.selection import Selection

    if restart and out is None:
        raise UsageError("--restart needs --out", hint="without it, nothing is kept to continue from")
    refuse_one_file_twice({"--out": out, "--html": html, "--markdown": markdown})
    refuse_missing_folders((out, html, markdown))
    settings = {"runtime.model": model, "answer.candidates": candidates, "answer.min_confidence": min_confidence, "limits.seconds": timeout}
    selection = Selection(categories=tuple(category or ()), tags=tuple(tag or ()), only=tuple(only or ()), every=every, limit=limit)
    wanted = RunOptions(session=_laid_over(options, settings), selection=selection, workers=workers, beams=beams, out=out, restart=restart)
    wanted = replace(wanted, fuzzed=fuzzed, instances=instances, seed=seed, mutants=mutants)
    report = _evaluated(_loaded(suite, databases, options), wanted, options)
    deliver(forms_of_report(report, options), form, {"json": out, "html": html, "markdown": markdown})
    _end(report, wanted, options)


@eval_app.command("compare")
@shared_options
def compare(
    before: flag.Before,
    after: flag.After,
    *,
    form: flag.Form = "table",
    html: flag.Html = None,
    markdown: flag.Markdown = None,
    options: Options,
) -> None:
    """Say how two runs differ, and how sure that is.

    For each measure the difference with its interval of 95 %, the questions won and lost and the p-value of an exact test of these;
    then every question that flipped. Only questions that both runs have are compared. Exits with 0 whatever the difference.
    """
    prepare_stdout()
    for report in (before, after):
        refuse_one_file_twice({"the report": report, "--html": html, "--markdown": markdown})
    refuse_missing_folders((html, markdown))
    deliver(forms_of_comparison(before, after, options), form, {"html": html, "markdown": markdown})


@eval_app.command("fuzz")
@shared_options
def fuzz(
    suite: flag.Suite,
    *,
    databases: flag.Databases = None,
    instances: flag.Instances = 6,
    seed: flag.Seed = 0,
    keep: flag.Keep = None,
    category: flag.Category = None,
    tag: flag.Tag = None,
    only: flag.Only = None,
    every: flag.Every = 1,
    limit: flag.Limit = None,
    options: Options,
) -> None:
    """Say how well fuzzed databases tell right from nearly right.

    Nobody is asked anything, and no database is opened: a suite's schemas and golds are enough.
    For each question the instances are built, its gold is run on them, and so are mutants of the gold: the share that some
    instance tells from it is how far a score on such databases can be trusted.
    """
    from sqlcoder_core.evaluation.fuzz import lines_of, survey
    from sqlcoder_core.evaluation.selection import Selection

    loaded = _loaded(suite, databases, options)
    selection = Selection(categories=tuple(category or ()), tags=tuple(tag or ()), only=tuple(only or ()), every=every, limit=limit)
    chosen = replace(loaded, tasks=selection.of(loaded.tasks))
    _refuse_nothing_to_fuzz(chosen)
    with bar(options) as advance:
        result = survey(chosen, instances=instances, seed=seed, keep=keep, progress=lambda done, total: advance(done, total, ""))
    for line in lines_of(result):
        print(line)


def _refuse_nothing_to_fuzz(suite: Suite) -> None:
    known = {base.name for base in suite.bases if base.tables}
    if not any(task.gold and task.base in known for task in suite.tasks):
        hint = "give `schema:` in place of `database:`; what has contents is judged on these by `sqlcoder eval run`"
        raise UsageError(f"no question of suite {suite.name} has both SQL and a schema to make databases from", hint=hint)


def _loaded(suite: str, databases: str | None, options: Options) -> Suite:
    from sqlcoder_core.evaluation.suites import load_suite

    prepare_stdout()
    with spinner("reading the suite", options):
        return load_suite(suite, databases=databases)


def _laid_over(options: Options, settings: Mapping[str, object]) -> Options:
    """Flags of this command that are settings, as if given by --set."""
    said = tuple(f"{key}={json.dumps(value)}" for key, value in settings.items() if value is not None)
    return replace(options, overrides=(*options.overrides, *said))


def _evaluated(suite: Suite, wanted: RunOptions, options: Options) -> Report:
    from sqlcoder_core.evaluation.run import evaluate
    from sqlcoder_core.orderly_stop import Stop

    def stopping() -> None:
        print("sqlcoder: stopping after the questions in work; again to stop at once", file=sys.stderr)

    with listening(options) as listener:
        return evaluate(suite, wanted, stop=Stop(stopping), listener=listener)


def _end(report: Report, wanted: RunOptions, options: Options) -> None:
    """A report that is whole needs no journal; one that is not, ends the process as an interrupt does."""
    from sqlcoder_core.evaluation.run import forget_journal

    if report.interrupted:
        Notices(options).note(f"stopped after {len(report.judged):,} questions" + ("; the same command continues" if wanted.out else ""))
        raise SystemExit(130)
    if wanted.out is not None:
        forget_journal(wanted.out)
