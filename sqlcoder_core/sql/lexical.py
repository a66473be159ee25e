"""How each dialect quotes, comments and spells operators: the subset that engine and parser read alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_COMMON: Final = "<> <= >= != = < > + - * / % ||"
_POSTGRES: Final = (
    f"{_COMMON} :: : := => ^ ^@ & | # ~ << >> && @ -> ->> #> #>> #- @> <@ ? ?| ?& @? @@ ~* !~ !~* ~~ ~~* !~~ !~~* <-> -|- &< &> |/ ||/"
)
_BEFORE_QUOTE: Final = (
    "date time timestamp timestamptz datetime interval all and any as between by distinct else except glob having ilike in intersect is "
    "like limit not on or select then union values when where"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexical:
    """One dialect's tokens.

    `strings` and `names` are the characters that open a string or a quoted name. `backslash` says that backslashes escape in
    strings, `doubled` that a doubled quote stands for one. `before_quote` are the words that may touch a string's quote.
    """

    operators: frozenset[str]
    strings: str = "'"
    names: str = '"'
    backslash: bool = False
    doubled: bool = True
    hash_comments: bool = False
    before_quote: frozenset[str] = frozenset(_BEFORE_QUOTE.split())


def _ops(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


_POSTGRES_RULES: Final = Lexical(operators=_ops(_POSTGRES))
_MYSQL_RULES: Final = Lexical(
    operators=_ops(_COMMON, "<=> && ^ & | ~ << >> -> ->>"), strings="'\"", names="`", backslash=True, hash_comments=True
)
_ANSI_RULES: Final = Lexical(operators=_ops(_COMMON, ":: -> =>"))
_SPARK_RULES: Final = Lexical(operators=_ops(_COMMON, "<=> == & | ^ ~ -> => :: :"), strings="'\"", names="`", backslash=True, doubled=False)

LEXICAL: Final[dict[str, Lexical]] = {
    "postgres": _POSTGRES_RULES,
    "redshift": _POSTGRES_RULES,
    # Backticks quote names in DuckDB 2.0 and not in sqlglot: a `--` between two of them would hide the rest from the parser.
    "duckdb": Lexical(
        operators=_ops(_COMMON, ":: : := => == ** ^ ^@ // & | # ~ << >> && @ -> ->> @> <@ ~* !~ !~* ~~ ~~* !~~ !~~* ~~~ <-> <=>")
    ),
    "sqlite": Lexical(operators=_ops(_COMMON, "== & | ~ << >> -> ->>"), names='"`['),
    "mysql": _MYSQL_RULES,
    "mariadb": _MYSQL_RULES,
    # `->>` chains statements in Snowflake, so it stays out; `//` opens a comment there.
    "snowflake": Lexical(operators=_ops(_COMMON, ":: : => -> & | ^"), backslash=True),
    "bigquery": Lexical(
        operators=_ops(_COMMON, "& | ^ ~ << >> => ->"),
        strings="'\"",
        names="`",
        backslash=True,
        doubled=False,
        hash_comments=True,
        before_quote=frozenset([*_BEFORE_QUOTE.split(), "r"]),
    ),
    "tsql": Lexical(operators=_ops(_COMMON, "!< !> & | ^ ~"), names='"[', before_quote=frozenset([*_BEFORE_QUOTE.split(), "n"])),
    "oracle": _ANSI_RULES,
    "trino": _ANSI_RULES,
    "presto": _ANSI_RULES,
    "athena": _ANSI_RULES,
    "spark": _SPARK_RULES,
    "databricks": _SPARK_RULES,
}
"""Dialect (sqlglot's name) -> its tokens. A dialect that is not here is refused."""
