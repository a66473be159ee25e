"""A statement and what is wrong with it in, statements that may be right out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from sqlcoder_core.sql.mending.case import Case, case_of
from sqlcoder_core.sql.mending.mended import Mended
from sqlcoder_core.sql.mending.near_names import near_columns, near_tables
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.problem import Problem

Repair: TypeAlias = Callable[[Case], Iterator[Mended]]

REPAIRS: Final[tuple[Repair, ...]] = (near_tables, near_columns)


def mended(sql: str, dialect: str, catalog: Catalog, problems: Sequence[Problem]) -> Iterator[Mended]:
    """Repairs of these problems by rule, most certain first, each a small edit; none where nothing is certain enough.

    The problems are the guard's, the findings' or the engine's (code "database", its words in `message`). Every text is a
    proposal: the guard has to pass it like any other. Raises nothing.
    """
    case = case_of(sql, dialect, catalog, problems)
    seen = {sql.strip(), case.text}
    for repair in REPAIRS:
        for found in repair(case):
            if found.sql not in seen:
                seen.add(found.sql)
                yield found
