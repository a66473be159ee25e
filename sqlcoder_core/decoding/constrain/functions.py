"""Functions that an answer may call, with what they take: a part of what the guard lets through, in its commonest forms."""

from __future__ import annotations

from typing import Final

AGGREGATES: Final = "sum avg min max stddev stddev_samp stddev_pop variance var_samp var_pop"
"""One argument, DISTINCT, FILTER and OVER; `count` is in the grammar itself."""

RANKINGS: Final = "row_number rank dense_rank percent_rank cume_dist"
"""No argument, always with OVER."""

_COMMON: Final = """
    1: abs ceil floor sqrt exp ln sign lower upper length trim
    1-2: round ltrim rtrim
    2: nullif power
    2+: coalesce
    3: replace
"""

_OF_DIALECT: Final = {
    "duckdb": """
        0: now today
        1: ceiling char_length year month day quarter week hour minute second dayofweek dayofyear last_day monthname dayname epoch
        1: reverse initcap isnan to_timestamp date
        1+: concat greatest least
        1-2: log age
        2: mod pow left right strpos contains starts_with date_trunc date_part strftime strptime ifnull string_split
        2: regexp_matches date_add
        2-3: substr substring regexp_extract
        2+: concat_ws
        3: split_part date_diff datediff make_date regexp_replace
        agg: median mode any_value bool_and bool_or approx_count_distinct first last list array_agg
        agg-order: string_agg group_concat
        agg-2: arg_max arg_min max_by min_by corr quantile_cont
        within: percentile_cont percentile_disc
    """,
    "sqlite": """
        1: char_length unicode typeof ceiling
        1-2: log
        1+: date time datetime julianday
        2: ifnull instr mod pow
        2-3: substr substring
        2+: strftime
        3: iif
        agg: total
        agg-order: group_concat
    """,
    "postgres": """
        0: now
        1: ceiling char_length initcap reverse to_timestamp
        1+: concat greatest least
        1-2: trunc log age btrim
        2: mod left right strpos date_trunc date_part to_char to_date to_number string_to_array pow
        2-3: substr substring
        2+: concat_ws
        3: split_part make_date
        3-4: regexp_replace
        agg: bool_and bool_or array_agg any_value
        agg-order: string_agg
        agg-2: corr
        within: percentile_cont percentile_disc
    """,
    "mysql": """
        0: now curdate current_timestamp
        1: ceiling char_length year month day quarter week hour minute second dayofweek dayofmonth dayofyear dayname monthname last_day
        1: reverse date weekday
        1+: concat greatest least
        1-2: log
        2: mod pow left right instr ifnull date_format str_to_date datediff locate find_in_set
        2: truncate
        2-3: substr substring
        2+: concat_ws
        3: if substring_index
        U12: timestampdiff
        i: date_add date_sub
        agg: any_value bit_and bit_or
        agg-order: group_concat
    """,
    "snowflake": """
        0: current_date current_timestamp
        1: ceiling year month day quarter week hour minute second dayofweek dayofyear dayname monthname reverse initcap zeroifnull
        1: nullifzero
        1+: concat greatest least
        1-2: to_date to_timestamp to_char to_varchar to_number trunc last_day
        2: mod pow left right contains startswith date_trunc date_part div0 ifnull nvl
        2-3: substr substring charindex regexp_substr
        2+: concat_ws
        3: iff split_part nvl2
        3-4: regexp_replace
        U12: dateadd datediff
        agg: median mode any_value count_if approx_count_distinct array_agg
        agg-2: corr max_by min_by
        agg-order: listagg
        within-list: listagg
        within: percentile_cont percentile_disc
    """,
    "bigquery": """
        0: current_date current_timestamp current_datetime
        1: ceiling char_length reverse initcap date timestamp
        1+: concat greatest least
        1-2: log trunc last_day
        2: mod pow left right strpos starts_with ends_with safe_divide ifnull format_date parse_date regexp_contains regexp_extract
        2: split format_timestamp
        2-3: substr substring
        3: if regexp_replace
        1U: date_trunc timestamp_trunc datetime_trunc
        11U: date_diff timestamp_diff datetime_diff
        i: date_add date_sub timestamp_add timestamp_sub datetime_add datetime_sub
        agg: any_value countif approx_count_distinct logical_and logical_or
        agg-order: string_agg array_agg
        agg-2: corr
    """,
    "": """
        1: ceiling
        1+: concat greatest least
        2: mod
        2-3: substr substring
    """,
}


def functions(dialect: str) -> dict[str, tuple[str, ...]]:
    """What functions take -> their names. `2-3` are numbers of arguments, `1+` that many or more, `U` a unit of time, `1` an expression,
    `i` an expression and an interval; `agg` aggregates of one argument, `agg-2` of two, `agg-order` with a separator and an order,
    `within` WITHIN GROUP. A dialect without a list of its own gets what nearly all have."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (_COMMON + _OF_DIALECT.get(dialect, _OF_DIALECT[""])).split("\n"):
        takes, _, names = line.strip().partition(":")
        if names:
            found[takes] = (*found.get(takes, ()), *names.split())
    return found
