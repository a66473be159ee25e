"""`sqlcoder ask`: answer one question, several from a pipe, or talk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqlcoder_core.cli.asking import Asking, opened, tell
from sqlcoder_core.cli.formats import Format, Outlet, delivery
from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.cli.questions import HINT, at_least_one, texts, together, told_apart
from sqlcoder_core.cli.terminal import prepare_stdout
from sqlcoder_core.cli.writing import Writing
from sqlcoder_core.errors import UsageError, worst_exit_code
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.values.answer import Answer


@shared_options
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; `-` reads one per line.", metavar="[QUESTION]")] = None,
    *,
    format: Annotated[Format | None, typer.Option("--format", "-f", help="How answers are printed.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file, whole or not at all.", metavar="FILE")] = None,
    sink: Annotated[
        list[str] | None, typer.Option("--sink", help="Also send answers there; may be repeated.", metavar="NAME[:ARG]")
    ] = None,
    sql_only: Annotated[bool, typer.Option("--sql-only", help="Print the SQL and nothing else; it is not run.")] = False,
    no_run: Annotated[bool, typer.Option("--no-run", help="Check the SQL, do not run it.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say how the question was read and what it took.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows, as LIMIT.", metavar="N")] = None,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds that one query may take.", metavar="S")] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", min=1, help="Statements to choose from.", metavar="N")] = None,
    beams: Annotated[int | None, typer.Option("--beams", min=1, max=32, help="Beams of a model's search.", metavar="N")] = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", min=0, max=1, help="Rather no answer than one below.", metavar="X")
    ] = None,
    instructions: Annotated[str | None, typer.Option("--instructions", help="What to mind when writing SQL.", metavar="TEXT")] = None,
    options: Options,
) -> None:
    """Answer a question: checked, read-only SQL and its rows.

    Without a question on a terminal you can talk; from a pipe or with `-`, each line is a question.
    """
    if timeout is not None and timeout <= 0:
        raise UsageError(f"--timeout {timeout:g} leaves no time", hint="give seconds above 0")
    prepare_stdout()
    no_run = no_run or sql_only
    outlet = Outlet(format=format, out=out, sinks=tuple(sink or ()), sql_only=sql_only, no_run=no_run)
    asking = Asking(
        run=not no_run,
        explain=explain,
        limit=limit,
        seconds=timeout,
        candidates=candidates,
        beams=beams,
        min_confidence=min_confidence,
        instructions=instructions,
    )
    if question is None and sys.stdin.isatty():
        _talk(asking, outlet, options)
        return
    asked, several = at_least_one(texts(question)), False
    if question in (None, "-") and format is not Format.JSONL:
        asked, several = told_apart(asked)
    code = _answer_all(asked, asking, outlet, options, several=several or (question in (None, "-") and format is Format.JSONL))
    if code:
        raise SystemExit(code)


def _answer_all(asked: Iterator[str], asking: Asking, outlet: Outlet, options: Options, *, several: bool) -> int:
    notices = Notices(options, several=several)
    codes = []
    with opened(asking, options, notices) as session:
        sinks = delivery(outlet, session.built, options, several=several)
        sinks.open()
        questions = (asking.question(text, number, session) for number, text in enumerate(asked, 1))
        writing = Writing(options)
        answers = session.ask_many(questions, **asking.keywords(session), listener=writing.listener, together=together())
        while (answer := _next(answers, writing)) is not None:
            sinks.write(answer)
            tell(answer, asking, notices, shows_details=sinks.shows_details)
            codes.append(answer.exit_code)
        sinks.close()
    return worst_exit_code([*codes, sinks.exit_code])


def _next(answers: Iterator[Answer], writing: Writing) -> Answer | None:
    with writing.waiting("answering"):
        return next(answers, None)


def _talk(asking: Asking, outlet: Outlet, options: Options) -> None:
    if not sys.stdout.isatty() or outlet.out is not None:
        raise UsageError("there is no question", hint=HINT)
    from sqlcoder_core.cli.loop import talk

    talk(asking, outlet, options)
