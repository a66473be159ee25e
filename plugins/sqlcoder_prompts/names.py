"""Names of tables and columns as one dialect writes them: quoted where it must be, with a schema where one is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlcoder_core.api import Scalar, TableName
from sqlcoder_prompts.plain import Plain

_LOWER = re.compile(r"[a-z_][a-z0-9_]*\Z")
_UPPER = re.compile(r"[A-Z_][A-Z0-9_]*\Z")
_ANY_CASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_FOLD_LOWER = frozenset({"postgres", "redshift", "materialize", "risingwave"})
_FOLD_UPPER = frozenset({"snowflake", "oracle"})
_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc between both by case cast check collate column constraint create cross current
    current_date current_time current_timestamp current_user default delete desc describe distinct do drop else end except exists
    false fetch for foreign from full grant group groups having in index inner insert intersect interval into is join key lateral
    leading left like limit natural not null of offset on only or order outer over partition primary qualify range references
    right row rows schema select session_user set some table tablesample then time to top trailing true union unique update user
    using values view when where window with
    """.split()  # noqa: SIM905 - words as a text block
)
"""Words that one engine or another does not take for a name."""


class Names:
    """Writes names for the tables that a prompt may show.

    A table is written with its schema when the tables stand in several schemas, or when its own is not the one that an unqualified
    name means; with its database when the tables stand in several databases.
    """

    def __init__(self, dialect: str, default_schema: str | None, tables: Iterable[TableName], plain: Plain) -> None:
        names = tuple(tables)
        self._dialect, self._default, self._plain = dialect, (default_schema or "").lower(), plain
        self._schemas = len({name.schema for name in names}) > 1
        self._databases = len({name.database for name in names}) > 1

    def table(self, name: TableName) -> str:
        """The table as it stands after FROM."""
        databases = self._databases and name.database is not None
        schemas = name.schema is not None and (databases or self._schemas or name.schema.lower() != self._default)
        parts = (name.database if databases else None, name.schema if schemas else None, name.name)
        return ".".join(self.column(part) for part in parts if part)

    def column(self, name: str) -> str:
        """A single name, quoted only where the engine would read it otherwise."""
        if self._ordinary(name):
            return name
        from sqlglot import exp

        return exp.to_identifier(self._plain.line(name), quoted=True).sql(dialect=self._dialect)

    def literal(self, value: Scalar) -> str:
        """A stored value as the dialect writes it."""
        if isinstance(value, bool):
            return str(value).upper()
        if not isinstance(value, str):
            return str(value)
        text = self._plain.line(value)
        if "'" not in text and "\\" not in text:
            return f"'{text}'"
        from sqlglot import exp

        return exp.Literal.string(text).sql(dialect=self._dialect)

    def _ordinary(self, name: str) -> bool:
        if name.lower() in _RESERVED:
            return False
        if self._dialect in _FOLD_LOWER:
            return _LOWER.match(name) is not None
        if self._dialect in _FOLD_UPPER:
            return (_UPPER.match(name) or _LOWER.match(name)) is not None
        return _ANY_CASE.match(name) is not None
