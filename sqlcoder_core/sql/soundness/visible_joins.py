"""Known joins that may be named: a hidden table or column is not shown, not even as a hint."""

from __future__ import annotations

from sqlcoder_core.values.catalog import Catalog, Relationship, Table, TableName


def is_visible(join: Relationship, catalog: Catalog) -> bool:
    """Whether both tables and all columns of the join may be shown."""
    return all(_shows(catalog.table(name), columns) for name, columns in ((join.left, join.left_columns), (join.right, join.right_columns)))


def is_shown(name: TableName, catalog: Catalog) -> bool:
    """Whether the table may be named."""
    table = catalog.table(name)
    return table is not None and not table.hidden


def _shows(table: Table | None, columns: tuple[str, ...]) -> bool:
    if table is None or table.hidden:
        return False
    facts = [table.column(name) for name in columns]
    return not any(fact is not None and fact.hidden for fact in facts)
