"""JSON that came with a download may hold anything; what trips over it is told as the file's fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlcoder_core.errors import ModelError


@contextmanager
def foreign(what: str, place: str) -> Iterator[None]:
    """Errors of wrong types and missing keys while reading `what` become a ModelError that names it."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError, RecursionError, re.error) as error:
        said = f"{what} holds something else than it should ({type(error).__name__}: {error})"
        raise ModelError(said, place=place, hint="fetch the file again") from error
