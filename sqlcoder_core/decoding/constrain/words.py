"""Words that cannot be a plain name, and units of time, as the grammar and the scope check read them."""

from __future__ import annotations

from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_RESERVED: Final = words("""
    all alter analyse analyze and any array as asc attach between both by case cast check collate column connect_by_root constraint create
    cross current_catalog current_database current_date current_role current_schema current_time current_timestamp current_user default
    delete desc describe detach distinct drop else end escape except exec execute exists extract false fetch for foreign from full glob
    grant group grouping having ilike in inner insert intersect interval into is isnull join lateral leading left like limit merge minus
    natural not notnull null offset on only or order outer over overlaps partitioned_by placing pragma primary qualify recursive references
    regexp returning revoke right rlike rollback rollup cube select session_user similar some symmetric system_user table tablesample then
    to trailing true truncate try_cast safe_cast uncache union unique update using vacuum values variadic when where window with within xor
    nextval currval
""")
_OF_DIALECT: Final = {
    "postgres": words("localtime localtimestamp user"),
    "duckdb": words("force install localtime localtimestamp map pivot positional summarize unpivot"),
    "sqlite": words("oid rowid _rowid_"),
    "mysql": words("binary charset div distinctrow explain force groups ignore index key keys localtime localtimestamp mod rank "
                   "dense_rank row_number row rows separator straight_join system usage use"),
    "snowflake": words("localtime localtimestamp match_recognize sample top undrop"),
    "bigquery": words("current_datetime hash rows set struct unnest"),
}  # fmt: skip
_NOT_WITHOUT_AS: Final = words("anti asof at filter full lock match match_condition overlaps semi sort start tablesample use when window")

OPERAND_WORDS: Final = words("""
    case cast current_date current_timestamp exists extract false interval not null safe_cast true try_cast
""")
"""Reserved words that an operand may begin with."""

LETTERS: Final = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0130\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0391-\u03a1\u03a3-\u03a9\u03ac-\u03ce"
    "\u0400-\u0481\u048a-\u0523\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u0904-\u0928\u092a-\u0930\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fcb\uac00-\ud7a3"
)
"""Letters of names without quotes, for a class of a regular expression: none that passes for another letter, or is written in two ways."""

UNITS: Final = words("second minute hour day week month quarter year")
"""Units that may stand bare, in EXTRACT, INTERVAL and date functions."""

LOOSE_UNITS: Final = (
    UNITS
    | words("dow doy epoch isodow isoyear microsecond millisecond century decade dayofweek dayofyear isoweek")
    | {f"{unit}s" for unit in UNITS}
)
"""What else may stand where a unit may."""


def reserved(dialect: str) -> frozenset[str]:
    """Words that are never a name without quotes, in lower case: what the engine reserves, or what the guard takes for a statement."""
    return _RESERVED | _OF_DIALECT.get(dialect, _OF_DIALECT["postgres"])


def not_implicit(dialect: str) -> frozenset[str]:
    """Words that are no alias unless AS stands in front."""
    return reserved(dialect) | _NOT_WITHOUT_AS
