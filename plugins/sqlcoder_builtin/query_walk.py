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
    if isinstance(node, TableName) or not is_dataclass(node):
        return
    for field in fields(node):
        value = getattr(node, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, tuple):
                for part in item:
                    yield from nodes(part)
            elif is_dataclass(item):
                yield from nodes(item)


def tables_in(query: Query) -> set[str]:
    """Keys of all tables that the query names, without those that only join others."""
    return {node.key for node in nodes(query) if isinstance(node, TableName)}
