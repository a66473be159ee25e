"""Questions from the argument or from stdin."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from sqlcoder_core.errors import UsageError

HINT = 'ask one, as in: sqlcoder ask "how many customers are there"'


def texts(argument: str | None) -> Iterator[str]:
    """The questions, as they come: the argument itself, or the lines of stdin for `-` or none. Raises UsageError for an empty argument."""
    if argument is not None and argument != "-":
        if not argument.strip():
            raise UsageError("the question is empty", hint=HINT)
        return iter((argument,))
    return (line.strip() for line in _lines() if line.strip())


def at_least_one(questions: Iterator[str]) -> Iterator[str]:
    """The same questions. Raises UsageError when there are none."""
    first = next(questions, None)
    if first is None:
        raise UsageError("there is no question on stdin", hint=HINT)
    return chain((first,), questions)


def told_apart(questions: Iterable[str]) -> tuple[Iterator[str], bool]:
    """The same questions, and whether there are several: waits until the second comes or stdin ends."""
    rest = iter(questions)
    first = list(islice(rest, 2))
    return chain(first, rest), len(first) > 1


def together() -> int | None:
    """How many questions may be waited for: 1 where somebody may be waiting for each answer before asking on, None for a file."""
    try:
        return None if stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode) else 1
    except (AttributeError, OSError, ValueError):  # closed, or no file of the system's
        return 1


def _lines() -> Iterator[str]:
    """Lines of stdin as they arrive. Raises UsageError for what is not UTF-8."""
    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UsageError("this is not UTF-8 text", place=f"<stdin>:{number}:{error.start + 1}") from None
