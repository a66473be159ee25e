"""Which column holds the names of rows: their own, those of what they point to, those of somebody else."""

from __future__ import annotations

from sqlcoder_builtin.clauses.literals import Constant
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName


def name_of(p: Parse, table: TableName) -> Col | None:
    """The column of text that names the table's rows; None where they have numbers only."""
    column = p.schema.column(table, p.schema.display(table)[0])
    return (
        Col(table, column.name)
        if column.kind in ("text", "other") and (column.name not in p.schema.key(table) or len(p.schema.table(table).columns) < 3)
        else None
    )


def name_beyond(p: Parse, near: TableName) -> Col | None:
    """Rows that have no name of their own are spoken of by the name of what they point to: the fees of a campus."""
    others = [
        table.name for table in p.schema.tables.values() if p.schema.distance(near, table.name) == 1 and p.schema.to_one(near, table.name)
    ]
    subject = p.subject()
    named = [column for table in others if (subject is None or table.key != subject.key) and (column := name_of(p, table)) is not None]
    return named[0] if len(named) == 1 else None


def other_name(p: Parse, near: TableName, found: Constant) -> Col | None:
    """ "the institution that Ada Wu belongs to": somebody or something else by name, since the institution's is asked for."""
    people = isinstance(found.value, str) and len(found.value.split()) == 2
    others = sorted((table.name for table in p.schema.tables.values()), key=lambda table: p.schema.distance(near, table))
    close = [table for table in others if 0 < p.schema.distance(near, table) <= 2 and name_of(p, table) is not None]
    named = [table for table in close if people and len(p.schema.display(table)) == 2] or close
    return name_of(p, named[0]) if len(named) == 1 else None


def called_by_kind(p: Parse, at: int, found: Constant) -> Col | None:
    """ "Lake District", "Rockaway Beach", where districts or beaches are rows of a table: one of them by its whole name."""
    if found.quoted or found.hits or found.end - at < 2:
        return None
    last = p.chunks[found.end - 1]
    table = last.best("table") if last.kind == "name" and last.capital else None
    if table is None or table.table is None or table.score < 0.95 or table.table.key not in p.schema.tables:
        return None
    return name_of(p, table.table)
