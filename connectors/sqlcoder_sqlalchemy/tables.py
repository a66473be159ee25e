"""What SQLAlchemy's inspector says in, tables and relationships out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy
from sqlalchemy import types
from sqlalchemy.engine.reflection import Inspector, ObjectKind

from sqlcoder_core.api import Column, ColumnKind, Relationship, Table, TableName, kind_of

_ORIGIN = "database constraint"
_KINDS: tuple[tuple[type[types.TypeEngine[Any]], ColumnKind], ...] = (
    (types.Boolean, "boolean"),
    (types.Integer, "integer"),
    (types.Numeric, "number"),
    (types.DateTime, "timestamp"),
    (types.Date, "date"),
    (types.Time, "time"),
    (types.JSON, "json"),
    (types.ARRAY, "list"),
    (types.LargeBinary, "other"),
    (types.Interval, "other"),
    (types.Uuid, "text"),
    (types.String, "text"),
)


def describe_schema(inspector: Inspector, schema: str | None) -> Iterator[Table | Relationship]:
    """Tables and views of one schema (None: the connection's own), then their foreign keys."""
    columns = inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY)
    primary = _asked(inspector, "get_multi_pk_constraint", schema)
    unique = _asked(inspector, "get_multi_unique_constraints", schema)
    comments = _asked(inspector, "get_multi_table_comment", schema)
    views = {*inspector.get_view_names(schema=schema)}
    for key in sorted(columns, key=lambda each: each[1]):
        yield Table(
            name=TableName(name=key[1], schema=schema),
            kind="view" if key[1] in views else "table",
            description=(comments.get(key) or {}).get("text"),
            columns=tuple(_column(column, inspector.dialect) for column in columns[key]),
            primary_key=tuple((primary.get(key) or {}).get("constrained_columns") or ()),
            unique_keys=tuple(tuple(one["column_names"]) for one in unique.get(key) or () if all(one["column_names"])),
        )
    for (_, name), keys in sorted(_asked(inspector, "get_multi_foreign_keys", schema).items(), key=lambda item: item[0][1]):
        for one in keys:
            yield Relationship(
                left=TableName(name=name, schema=schema),
                left_columns=tuple(one["constrained_columns"]),
                right=TableName(name=one["referred_table"], schema=one.get("referred_schema") or schema),
                right_columns=tuple(one["referred_columns"]),
                origin=_ORIGIN,
            )


def _asked(inspector: Inspector, method: str, schema: str | None) -> Mapping[Any, Any]:
    try:
        found: Mapping[Any, Any] = getattr(inspector, method)(schema=schema)
    except (NotImplementedError, sqlalchemy.exc.NoSuchTableError):  # the engine has none of these
        return {}
    return found


def _column(info: Mapping[str, Any], dialect: sqlalchemy.Dialect) -> Column:
    text = type_text(info["type"], dialect)
    return Column(
        name=info["name"], type=text, kind=kind_of_type(info["type"], text), nullable=info.get("nullable"), description=info.get("comment")
    )


def type_text(kind: types.TypeEngine[Any], dialect: sqlalchemy.Dialect) -> str | None:
    """As the engine writes it; None for a type that SQLAlchemy does not know."""
    if isinstance(kind, types.NullType):
        return None
    try:
        return kind.compile(dialect=dialect)
    except sqlalchemy.exc.SQLAlchemyError:
        return type(kind).__name__


def kind_of_type(kind: types.TypeEngine[Any], text: str | None) -> ColumnKind:
    """By SQLAlchemy's class where it has one, else by the text; MySQL's TINYINT(1) is how it keeps a boolean."""
    if (text or "").upper().startswith("TINYINT(1)"):
        return "boolean"
    return next((word for of, word in _KINDS if isinstance(kind, of)), kind_of(text))
