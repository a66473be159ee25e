"""`sqlcoder trust`: approve a sqlcoder.yaml that brings code or reads the environment."""

from __future__ import annotations

from typing import Annotated

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options


@shared_options
def trust(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts and CI.")] = False,
    *,
    options: Options,
) -> None:
    """Approve a sqlcoder.yaml that runs code or reads variables.

    It is the one found here, with the Python files it brings and the variables it reads; a change to any of them asks again.
    """
    import os
    import sys
    from pathlib import Path

    from sqlcoder_core.config.locations import state_dir
    from sqlcoder_core.config.trust import approve, demands_of
    from sqlcoder_core.errors import UsageError
    from sqlcoder_core.values.printable import printable

    wanted = demands_of(options, Path.cwd(), os.environ)
    if not wanted:
        print(
            printable(f"{wanted.file}: brings no code, reads no variable and writes nothing elsewhere; there is nothing to approve"),
            file=sys.stderr,
        )
        return
    lines = [f"{wanted.file}", *(f"  {one}" for one in wanted.told())]
    print("\n".join(map(printable, lines)), file=sys.stderr)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody is there to be asked", hint="look at the file, then run `sqlcoder trust --yes`")
        typer.confirm("approve it, as it is now?", abort=True, err=True)
    approve(wanted, state_dir(os.environ))
    print("approved; a change to any of these files asks again", file=sys.stderr)
