"""Walking expressions and predicates of the query tree: which tables they touch, which aggregates they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlcoder_builtin.query_walk import inner_names, is_node
from sqlcoder_builtin.tree import Agg, Col, Has, Over, Raw, RawPred, Scalarq
from sqlcoder_core.api import TableName


def parts(node: Any) -> Iterator[Any]:
    """The node and everything inside it, not entering queries of their own (`Scalarq`, the inside of `Has`)."""
    yield node
    if isinstance(node, (Scalarq, Has)):
        return
    for name in inner_names(type(node)):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if is_node(type(item)) and not isinstance(item, TableName):
                yield from parts(item)


def tables_of(nodes: Iterable[Any]) -> tuple[TableName, ...]:
    """The tables whose columns or rows these parts need in FROM, each once, in order."""
    found: dict[str, TableName] = {}
    for node in nodes:
        for part in parts(node):
            name = _table(part)
            if name is not None:
                found.setdefault(name.key, name)
            for other in part.also if isinstance(part, (Raw, RawPred)) else ():
                found.setdefault(other.key, other)
    return tuple(found.values())


def _table(part: Any) -> TableName | None:
    if isinstance(part, (Col, Raw, RawPred)):
        return part.table
    if isinstance(part, Has):
        return part.of
    return part.table if isinstance(part, Agg) else None


def aggregates_of(nodes: Iterable[Any]) -> tuple[Agg | Raw, ...]:
    """All aggregates inside, each once."""
    found: dict[Agg | Raw, None] = {}
    for node in nodes:
        for part in parts(node):
            if isinstance(part, Agg) or (isinstance(part, Raw) and part.aggregate):
                found.setdefault(part, None)
    return tuple(found)


def is_aggregate(node: Any) -> bool:
    """True when the expression needs grouping."""
    return any(isinstance(part, (Agg, Over)) or (isinstance(part, Raw) and part.aggregate) for part in parts(node))
