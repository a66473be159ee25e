"""`sqlcoder demo`: the bundled example, built for today, and three questions on it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.session import Session

QUESTIONS = (
    "Do we get more revenue from customers in New York compared to customers in San Francisco? "
    "Give me the total revenue for each city, and the difference between the two.",
    "Who were our top 5 customers by revenue last month?",
    "What share of our revenue does each product category account for?",
)
_TRY_NEXT = "How many orders did we get per channel in the last 30 days?"


@shared_options
def demo(
    keep: Annotated[Path | None, typer.Option("--keep", help="Build the example in this new folder.", metavar="DIR")] = None,
    *,
    options: Options,
) -> None:
    """Build the bundled example and answer three questions on it.

    It is built in a temporary folder, or where --keep says.
    """
    from datetime import date

    from sqlcoder_core.demo.bundle import copy_shifted

    _refuse_other_projects(options)
    folder = _new_folder(keep)
    copy_shifted(folder, date.today())
    _say(options, f"A shop that sells kitchen goods, as a dbt project on DuckDB: {folder}\n")
    code = _ask_all(folder, options)
    _say(
        options, f"\nThe project stays there. Try next:\n  cd {shlex.quote(str(folder))} && {_this_program()} ask {shlex.quote(_TRY_NEXT)}"
    )
    if code:
        raise SystemExit(code)


def _refuse_other_projects(options: Options) -> None:
    given = {"--config": options.config, "--project-dir": options.project_dir, "--database": options.database, "--target": options.target}
    named = [flag for flag, value in given.items() if value is not None]
    if named:
        raise UsageError(f"the demo brings its own project, so {named[0]} has no meaning here", hint="use `sqlcoder ask` for yours")


def _new_folder(keep: Path | None) -> Path:
    """The folder that was named, when it is free, else a temporary one."""
    import tempfile

    if keep is None:
        return Path(tempfile.mkdtemp(prefix="sqlcoder-demo-"))
    folder = keep.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileError(f"{folder} is not an empty folder", hint="name a new one with --keep")
    return folder


def _this_program() -> str:
    """How to call this very program from another folder: its name, or its path where a shell would not find it."""
    import shutil

    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m sqlcoder_core"
    on_path = shutil.which(started.name)
    same = on_path is not None and os.path.realpath(on_path) == os.path.realpath(started)
    return started.name if same else shlex.quote(str(started.absolute()))


def _ask_all(folder: Path, options: Options) -> int:
    """Answer the questions to stdout; returns the worst exit code."""
    from dataclasses import replace

    from sqlcoder_core.session import Session

    _forget_own_dbt_settings()
    with Session.open(replace(options, project_dir=folder, profiles_dir=folder), cwd=folder) as session:
        return _deliver(session, options)


def _forget_own_dbt_settings() -> None:
    """DBT_PROFILE, DBT_TARGET and the like of somebody's own project name what the example does not have."""
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        del os.environ[name]


def _deliver(session: Session, options: Options) -> int:
    from sqlcoder_core.cli.formats import Format, Outlet, delivery
    from sqlcoder_core.cli.notices import Notices
    from sqlcoder_core.errors import worst_exit_code
    from sqlcoder_core.values.question import Question

    sinks, notices, codes = delivery(Outlet(format=Format.TABLE), session.built, options, several=True), Notices(options, several=True), []
    sinks.open()
    for answer in session.ask_many(Question(id=str(number), text=text) for number, text in enumerate(QUESTIONS, start=1)):
        sinks.write(answer)
        notices.outcome(answer)
        codes.append(answer.exit_code)
    sinks.close()
    return worst_exit_code(codes)


def _say(options: Options, text: str) -> None:
    if not options.quiet:
        print(text, file=sys.stderr, flush=True)
