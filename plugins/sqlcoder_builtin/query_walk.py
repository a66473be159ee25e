"""Walking whole query trees, the inside of related rows and of queries in parentheses too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from sqlcoder_builtin.tree import Query
from sqlcoder_core.api import TableName


def nodes(node: Any) -> Iterator[Any]:
    """The node and everything inside it."""
    yield node
    for name in inner_names(type(node)):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, tuple):
                for part in item:
                    yield from nodes(part)
            elif is_node(type(item)):
                yield from nodes(item)


_INNER: dict[type, tuple[str, ...] | None] = {}
"""Fields by class; None for what is no part of a query tree. `fields` costs more than the walk."""


def is_node(kind: type) -> bool:
    """True for classes of the query tree, and names of tables."""
    return _fields(kind) is not None


def inner_names(kind: type) -> tuple[str, ...]:
    """The fields of a class of the query tree; none for anything else, nor for a table's name."""
    return (_fields(kind) or ()) if kind is not TableName else ()


def _fields(kind: type) -> tuple[str, ...] | None:
    if kind not in _INNER:
        _INNER[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
    return _INNER[kind]


def tables_in(query: Query) -> set[str]:
    """Keys of all tables that the query names, without those that only join others."""
    return {node.key for node in nodes(query) if isinstance(node, TableName)}
