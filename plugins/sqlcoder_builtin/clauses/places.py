"""Which column a bare constant belongs to: places after "in" and "from", names beside a table, amounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_builtin.cue_words import PLACE_CONCEPTS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName, name_words, table_words

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


def amount_column(p: Parse, table: TableName) -> Col | None:
    """The table's own column of an amount; None where it has none that is called so."""
    own = {name_words(column.name): column.name for column in p.schema.table(table).columns if p.schema.is_measure(table, column)}
    found = next((own[tuple(words.split())] for words in _AMOUNTS if tuple(words.split()) in own), None)
    partly = next((name for words, name in own.items() if {"amount", "total", "price", "value", "cost"} & set(words)), None)
    name = found or partly
    return Col(table, name) if name else None


def number_column(p: Parse, table: TableName) -> Col | None:
    """The table's column for a bare number: its amount, else its only measure."""
    amount = amount_column(p, table)
    own = [column.name for column in p.schema.table(table).columns if p.schema.is_measure(table, column)]
    return amount or (Col(table, own[0]) if len(own) == 1 else None)


def place_column(p: Parse, tables: Sequence[TableName]) -> Col | None:
    """The first column of text about a place, in these tables or to-one from them."""
    for table in tables:
        found = p.concept(PLACE_CONCEPTS, table, p.texts)
        if found is not None:
            return found
    return None


def kept_count(p: Parse, subject: TableName, counted: TableName) -> Col | None:
    """ "the party with the most hosts": a column of the party that keeps their number."""
    words = table_words(counted.name)
    forms = {("number", "of", *words), ("total", *words), (*words, "count"), ("number", *words), ("count", "of", *words)}
    found = (column for column in p.schema.table(subject).columns if name_words(column.name) in forms and p.numbers(subject, column))
    return next((Col(subject, column.name) for column in found), None)
