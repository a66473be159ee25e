"""Nouns for what is measured, where no column is called so: "in order of size", "their average length", "how much energy"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.concepts import own_column
from sqlcoder_builtin.degrees import columns_said
from sqlcoder_builtin.schema import Schema
from sqlcoder_core.api import Column, Match, TableName

_SCORE = 0.66


def dimensions_named(chunks: Sequence[Chunk], schema: Schema) -> list[Chunk]:
    """The same chunks; unknown words for a dimension name the columns of numbers that hold it, one of each table at most."""
    return [_named(chunk, schema) if chunk.kind == "word" and not chunk.capital else chunk for chunk in chunks]


def _named(chunk: Chunk, schema: Schema) -> Chunk:
    words = columns_said(chunk.text.lower())
    names = tuple(_matches(chunk, words, schema)) if words else ()
    return replace(chunk, kind="name", names=names) if names else chunk


def _matches(chunk: Chunk, words: Sequence[str], schema: Schema) -> Iterator[Match]:
    def number(table: TableName, column: Column) -> bool:
        return schema.is_measure(table, column)

    for table in schema.tables.values():
        column = own_column(schema, words, table.name, number)
        if column is not None:
            how = f'what "{chunk.text}" is of it'
            yield Match(
                start=chunk.start,
                end=chunk.end,
                phrase=chunk.text,
                kind="column",
                score=_SCORE,
                table=table.name,
                column=column.column,
                how=how,
            )
