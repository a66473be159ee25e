"""The engine's second opinion: what it says a query reads must be what the guard let it read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_core.contracts.engine import Engine
from sqlcoder_core.errors import DatabaseError, Refused
from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.checked import CheckedQuery


def hold_relations(engine: Engine, query: CheckedQuery) -> None:
    """Ask the engine what the query reads; raises Refused `engine_relation` when that is more than the query's tables.

    A view's sources and a table's partitions are the engine's own business: they count as read by permission.
    """
    named = engine.second_opinion(query)
    if named is None:
        return
    path = engine.search_path()
    beyond = [relation for relation in named if not _within(relation, query.tables, path)]
    if beyond:
        sources = _sources(engine, query.tables)
        beyond = [relation for relation in beyond if not _within(relation, sources, path)]
    if beyond:
        raise Refused(
            "engine_relation",
            f"the engine says that this query reads {beyond[0]}, which is not among the tables it was checked for",
            hint="rewrite the query with the tables that the catalog lists",
        )


def _sources(engine: Engine, tables: Sequence[TableName]) -> list[TableName]:
    found: list[TableName] = []
    for table in tables:
        try:
            found.extend(engine.sources(table))
        except DatabaseError:  # what cannot be read alone gives no permission
            continue
    return found


def _within(relation: TableName, tables: Sequence[TableName], path: Sequence[str]) -> bool:
    return any(_same(relation, table, path) for table in tables)


def _same(relation: TableName, table: TableName, path: Sequence[str]) -> bool:
    """A relation outside the main database says so, and then the query's table must say the same."""
    if relation.name.lower() != table.name.lower():
        return False
    if relation.database is not None and (table.database or "").lower() != relation.database.lower():
        return False
    if relation.schema is not None and table.schema is None and path:
        return relation.schema.lower() in {schema.lower() for schema in path}
    return relation.schema is None or table.schema is None or relation.schema.lower() == table.schema.lower()
