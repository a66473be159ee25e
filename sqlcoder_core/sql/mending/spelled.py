"""Names of the catalog as a query has to write them."""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.tree import dialect_of
from sqlcoder_core.sql.vocabulary import words
from sqlcoder_core.values.catalog import TableName

_PLAIN: Final = {"postgres": re.compile(r"[a-z_][a-z0-9_]*"), "redshift": re.compile(r"[a-z_][a-z0-9_]*")}
_RESERVED: Final = words(
    "all analyze and any array as asc between both case cast check column constraint create cross current_date default desc distinct do "
    "else end except exists false fetch for foreign from full grant group having in inner intersect into is join key lateral leading left "
    "like limit natural not null offset on only or order outer over partition primary references right select session_user some table "
    "then to trailing true union unique unpivot user using values when where window with"
)
"""Words that some engine reads as its own where a name should stand; a few more than needed are quoted."""
_USUAL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def spelled(name: str, dialect: str) -> str:
    """The name, in the dialect's quotes where it needs them."""
    reader = dialect_of(dialect)
    plain = _PLAIN.get(dialect, _USUAL).fullmatch(name)
    return reader.generate(exp.to_identifier(name, quoted=not plain or name.lower() in _RESERVED))


def spelled_table(name: TableName, dialect: str, default_schema: str | None) -> str:
    """The relation's name, with its schema where it is not in the default one."""
    bare = spelled(name.name, dialect)
    if name.schema is None or name.schema == default_schema:
        return bare
    return f"{spelled(name.schema, dialect)}.{bare}"
