"""What sets the dialects apart, as far as a read-only SELECT goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlcoder_core.decoding.constrain.words import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a dialect writes what the grammar has. `names` are the characters that open a quoted name, `strings` those of a string.

    `case_matters`: a name that is stored with the letters that unquoted names do not fold to (`upper` or not) needs quotes.
    `intervals` are the ways to write one, `has` the constructs that not all dialects share.
    """

    names: str = '"'
    strings: str = "'"
    backslash: bool = False
    doubled: bool = True
    case_matters: bool = False
    upper: bool = False
    intervals: frozenset[str] = frozenset()
    has: frozenset[str] = frozenset()


_ANSI: Final = "cast_sign date_literal zone filter fetch nulls within parens rollup distinct_from"

DIALECTS: Final[dict[str, Dialect]] = {
    "duckdb": Dialect(
        intervals=words("text text_unit number_unit"),
        has=words(_ANSI + " ilike qualify all_groups distinct_on exclude lateral json try_cast window_exclude loose_units full column_alias"
                  " semi agg_order offset_first similar integer_division"),
    ),
    "sqlite": Dialect(names='"`[', has=words("filter nulls glob json full no_recursive_word distinct_from")),
    "postgres": Dialect(
        case_matters=True,
        intervals=words("text text_unit"),
        has=words(_ANSI + " ilike distinct_on lateral json full column_alias agg_order offset_first similar loose_units alias_needed"),
    ),
    "mysql": Dialect(
        names="`",
        strings="'\"",
        backslash=True,
        intervals=words("number_unit"),
        has=words("date_literal lateral json comma_limit alias_needed with_rollup separator parens regexp"),
    ),
    "snowflake": Dialect(
        backslash=True,
        case_matters=True,
        upper=True,
        intervals=words("text"),
        has=words(_ANSI + " ilike qualify all_groups exclude lateral try_cast full column_alias"),
    ),
    "bigquery": Dialect(
        names="`",
        strings="'\"",
        backslash=True,
        doubled=False,
        intervals=words("number_unit"),
        has=words("date_literal qualify except_columns full set_quantifier safe_cast filterless agg_order parens rollup nulls"
                  " distinct_from loose_units"),
    ),
}  # fmt: skip
"""The dialects that differ from the common subset; all others take `COMMON`."""

COMMON: Final = Dialect(has=words("date_literal nulls parens full"))

_BACKTICKS: Final = Dialect(names="`", strings="'\"", backslash=True, doubled=False, has=COMMON.has)


def dialect_of(name: str) -> Dialect:
    """How the dialect of that name (sqlglot's) writes things; what is close to another one follows it."""
    near = {"redshift": "postgres", "mariadb": "mysql"}
    return DIALECTS.get(near.get(name, name), _BACKTICKS if name in ("spark", "databricks", "hive") else COMMON)
