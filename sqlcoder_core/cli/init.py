"""`sqlcoder init`: write the sqlcoder.yaml that today's defaults amount to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options


@shared_options
def init(
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    to_stdout: Annotated[bool, typer.Option("--print", help="Print it instead of writing it.")] = False,
    *,
    options: Options,
) -> None:
    """Write a commented sqlcoder.yaml for what is found here.

    That is a dbt project, or the database of --database.
    """
    import os
    import sys
    from dataclasses import replace

    from sqlcoder_core.config.initial import initial_text, refuse_existing, write_file
    from sqlcoder_core.config.load import NothingToAsk
    from sqlcoder_core.config.locations import starting_folder
    from sqlcoder_core.values.printable import printable

    try:
        text, folder = initial_text(options, Path.cwd(), os.environ)
    except NothingToAsk:
        if not sys.stdin.isatty():
            raise
        if not (force or to_stdout):
            refuse_existing(starting_folder(options.project_dir, Path.cwd()))
        answer = typer.prompt("No dbt project here. Database (a file, or a URL)", err=True)
        text, folder = initial_text(replace(options, database=answer), Path.cwd(), os.environ)
    if to_stdout:
        print(text, end="")
        return
    file = write_file(text, folder, force=force, environ=os.environ)
    print(printable(f"wrote {file}; `sqlcoder config show` says what is in effect"), file=sys.stderr)
