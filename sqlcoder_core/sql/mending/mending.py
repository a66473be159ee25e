"""A statement and what is wrong with it in, statements that may be right out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from sqlcoder_core.sql.mending.case import Case, case_of
from sqlcoder_core.sql.mending.divisions import no_zero_divisors, whole_fractions
from sqlcoder_core.sql.mending.fanned_out import filters_apart, keys_counted_once
from sqlcoder_core.sql.mending.group_keys import lost_group_keys, missing_group_keys, moved_to_having, written_out
from sqlcoder_core.sql.mending.kinds_brought_together import kinds_brought_together
from sqlcoder_core.sql.mending.known_joins import conditions_added, conditions_replaced
from sqlcoder_core.sql.mending.missing_joins import missing_joins
from sqlcoder_core.sql.mending.near_names import bound_columns, near_columns, near_tables
from sqlcoder_core.sql.mending.null_tests import null_tests, nulls_left_out
from sqlcoder_core.sql.mending.preaggregated import preaggregated
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.mending.qualification import qualified, reprefixed, wandered
from sqlcoder_core.sql.mending.quotes import name_quotes, text_quotes
from sqlcoder_core.sql.mending.stored_values import stored_values
from sqlcoder_core.sql.mending.translation import translated
from sqlcoder_core.sql.mending.whole_days import whole_days
from sqlcoder_core.sql.soundness.reading import STUMBLES
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.problem import Problem

Repair: TypeAlias = Callable[[Case], Iterator[Mended]]

REPAIRS: Final[tuple[Repair, ...]] = (
    name_quotes,
    near_tables,
    reprefixed,
    wandered,
    qualified,
    text_quotes,
    written_out,
    missing_joins,
    near_columns,
    bound_columns,
    conditions_added,
    conditions_replaced,
    moved_to_having,
    missing_group_keys,
    null_tests,
    stored_values,
    kinds_brought_together,
    whole_days,
    whole_fractions,
    keys_counted_once,
    filters_apart,
    preaggregated,
    translated,
    lost_group_keys,
    nulls_left_out,
    no_zero_divisors,
)
"""Most certain first."""

_GUESSES: Final = frozenset(
    (
        conditions_added,
        conditions_replaced,
        missing_group_keys,
        lost_group_keys,
        keys_counted_once,
        filters_apart,
        preaggregated,
        whole_days,
    )
)
"""They make another query of one that runs: rows, groups or columns become others."""

_LONGEST: Final = 20_000
"""Characters of a statement that is mended; what is longer was put together by a program."""


def repaired(sql: str, dialect: str, catalog: Catalog, problems: Sequence[Problem]) -> Iterator[Mended]:
    """All repairs' proposals in order, none twice."""
    if len(sql) > _LONGEST:
        return
    case = case_of(sql, dialect, catalog, problems)
    seen = {sql.strip(), case.text}
    for repair in REPAIRS:
        for found in _proposed(repair, case):
            if found.sql not in seen:
                seen.add(found.sql)
                yield found


def _proposed(repair: Repair, case: Case) -> Iterator[Mended]:
    try:
        yield from repair(case) if repair not in _GUESSES else (replace(found, certain=False) for found in repair(case))
    except STUMBLES:
        # A repair is a courtesy: on a query that it cannot take apart, the others still get their turn.
        return
