"""Nouns of a dimension that are no column's name: "average length of calls", "total size per region"."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.degrees import dimension
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName, name_words, singular


def dimension_named(p: Parse, at: int, prefer: TableName | None) -> Col | None:
    """The column that holds what the noun measures, of the first table spoken of that has one; None where two fit equally."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("word", "name") or chunk.score("column") >= 0.6 or chunk.score("table") >= 0.6:
        return None
    words = dimension(singular(chunk.text.lower()))
    for table in dict.fromkeys(_tables(p, at, prefer)) if words else ():
        for word in words:
            wanted = set(word.split("_"))
            own = [column.name for column in p.schema.table(table).columns if wanted <= set(name_words(column.name))]
            kept = [name for name in own if p.schema.is_measure(table, p.schema.column(table, name))]
            if kept:
                return Col(table, kept[0]) if len(kept) == 1 else None
    return None


def _tables(p: Parse, at: int, prefer: TableName | None) -> Iterator[TableName]:
    before = p.table(at - 1) if at else None
    shown = tables_of(output.expr for output in p.frame.outputs)
    for table in (before, p.owner_after(at), prefer, p.frame.subject, *shown, *(table for _, table in p.tables_said)):
        if table is not None:
            yield table
