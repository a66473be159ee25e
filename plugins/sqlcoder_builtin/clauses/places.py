"""Which column a bare constant belongs to: places after "in" and "from", names beside a table, amounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_builtin.cue_words import PLACE_CONCEPTS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName, name_words

_AMOUNTS = (
    "total",
    "amount",
    "price",
    "total amount",
    "value",
    "cost",
    "total price",
    "order total",
    "revenue",
    "balance",
    "salary",
    "fee",
)


def column_for(p: Parse, kind: str, table: TableName) -> Col | None:
    """The table's column for a bare amount or a bare place; None where there is none."""
    if kind == "amount":
        own = {name_words(column.name): column.name for column in p.schema.table(table).columns if p.schema.is_measure(table, column)}
        for words in _AMOUNTS:
            found = own.get(tuple(words.split()))
            if found:
                return Col(table, found)
        return Col(table, next(iter(own.values()))) if len(own) == 1 else None
    return place_column(p, (table,))


def place_column(p: Parse, tables: Sequence[TableName]) -> Col | None:
    """The first column of text about a place, in these tables or to-one from them."""
    for table in tables:
        found = p.concept(PLACE_CONCEPTS, table, p.texts)
        if found is not None:
            return found
    return None
