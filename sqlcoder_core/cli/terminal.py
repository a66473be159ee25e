"""What the terminal can show."""

from __future__ import annotations

import os
import shutil
import sys
from io import TextIOWrapper
from typing import IO

from sqlcoder_core.values.options import Options


def wants_colour(stream: IO[str], options: Options) -> bool:
    """Colours are understood and nobody said no: `--no-color`, NO_COLOR, TERM=dumb, a pipe."""
    if options.colour is False or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return options.colour is True or stream.isatty()


def width() -> int:
    """Columns of the terminal; COLUMNS wins."""
    return shutil.get_terminal_size().columns


def can_move_cursor(stream: IO[str]) -> bool:
    """A spinner or a bar can be drawn and wiped away there."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def prepare_stdout() -> None:
    """Pipes and files get UTF-8 on every system; a terminal that cannot show a letter gets its escape instead of a traceback."""
    if isinstance(sys.stdout, TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="backslashreplace")
        else:
            sys.stdout.reconfigure(encoding="utf-8", errors="strict")
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
