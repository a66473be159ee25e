"""A query's text and the catalog in, what it gets wrong out: all checks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, TypeAlias

from sqlcoder_core.sql.soundness.dialect_functions import dialect_functions
from sqlcoder_core.sql.soundness.division import divisions
from sqlcoder_core.sql.soundness.fan_out import fan_outs
from sqlcoder_core.sql.soundness.grouping import groupings
from sqlcoder_core.sql.soundness.join_conditions import joins
from sqlcoder_core.sql.soundness.literals import unknown_literals
from sqlcoder_core.sql.soundness.nulls import null_comparisons
from sqlcoder_core.sql.soundness.periods import periods_cut
from sqlcoder_core.sql.soundness.placement import misplaced
from sqlcoder_core.sql.soundness.reading import STUMBLES, Reading, read
from sqlcoder_core.sql.soundness.type_mismatch import type_mismatches
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.problem import Problem

Check: TypeAlias = Callable[[Reading], Iterable[Problem]]

CHECKS: Final[tuple[Check, ...]] = (
    dialect_functions,
    misplaced,
    type_mismatches,
    null_comparisons,
    periods_cut,
    groupings,
    fan_outs,
    joins,
    unknown_literals,
    divisions,
)
_MOST: Final = 20
"""Findings of one check: whoever reads them has got the point by then."""
_LONGEST: Final = 20_000
"""Characters of a query that is looked at; what is longer was put together by a program."""
_ORDER: Final = {"error": 0, "warning": 1, "note": 2}


def judged(text: str, dialect: str, catalog: Catalog) -> tuple[Problem, ...]:
    """What is wrong with the text, errors first, then by place."""
    reading = read(text, dialect, catalog) if len(text) <= _LONGEST else None
    if reading is None:
        return ()
    found = dict.fromkeys(problem for check in CHECKS for problem in _found(check, reading))
    return tuple(sorted(found, key=lambda problem: (_ORDER[problem.severity], problem.span or (0, 0))))


def _found(check: Check, reading: Reading) -> list[Problem]:
    try:
        return list(islice(check(reading), _MOST))
    except STUMBLES:
        # A finding is a courtesy: the guard has judged the query, and the other checks still speak.
        return []
