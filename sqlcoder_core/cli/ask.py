"""`sqlcoder ask`: answer one question, several from a pipe, or talk."""

from __future__ import annotations

from typing import Annotated

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options


@shared_options
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; `-` reads one per line.", metavar="[QUESTION]")] = None,
    *,
    options: Options,
) -> None:
    """Answer a question."""
    print(question, options)
