"""Repairs by rule of a query's text, most certain first; one file per repair. They are proposed, the guard judges them again.

The rules are loaded with the first repair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.problem import Problem

__all__ = ["Mended", "mended"]


def mended(sql: str, dialect: str, catalog: Catalog, problems: Sequence[Problem]) -> Iterator[Mended]:
    """Repairs of these problems by rule, most certain first, each a small edit; none where nothing is certain enough.

    The problems are the guard's, the findings' or the engine's (code "database", its words in `message`). Every text is a
    proposal: the guard has to pass it like any other. Raises nothing of its own; a catalog on disk may raise FileError.
    """
    from sqlcoder_core.sql.mending.mending import repaired

    yield from repaired(sql, dialect, catalog, problems)
