"""Facts of all sources in, an index out: merged table by table as they stream in, so that no catalog is ever held as objects."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from sqlcoder_core.linking import index_file
from sqlcoder_core.linking.assembly import Assembly, SourceFacts
from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.joins import infer_joins
from sqlcoder_core.linking.value_text import normalise
from sqlcoder_core.values.catalog import Clash, Column, Exposure, Fact, Instruction, Metric, Table, Term, VerifiedQuestion

__all__ = ["Judge", "Sampler", "SourceFacts", "build_index"]

Sampler: TypeAlias = Callable[[Table, list[Clash]], Table]
"""Gives a table back with what a look at its contents has shown; clashes are appended."""
Judge: TypeAlias = Callable[[IndexedCatalog, Fact], Clash | None]
"""Says what is wrong with a term, metric or verified question against the tables; a fact with an error is left out."""

_KINDS = (Metric, Term, VerifiedQuestion, Instruction, Exposure)


def build_index(
    path: Path | None,
    sources: Iterable[SourceFacts],
    *,
    default_schema: str | None = None,
    meta: dict[str, str] | None = None,
    sampler: Sampler | None = None,
    judge: Judge | None = None,
) -> IndexedCatalog:
    """The catalog of these sources, first source first: in the file `path`, replaced in one step, or in memory.

    Raises FileError when the file cannot be written, and whatever a source raises while it is read.
    """
    fill = partial(_fill, sources=sources, default_schema=default_schema, meta=meta or {}, sampler=sampler, judge=judge)
    if path is None:
        return fill(index_file.create(None))
    with index_file.replacing(path) as temporary:
        fill(index_file.create(temporary)).close()
    connection = index_file.open_existing(path)
    assert connection is not None, "a file that was just written has the format of its writer"
    return IndexedCatalog(connection)


def _fill(
    connection: sqlite3.Connection,
    *,
    sources: Iterable[SourceFacts],
    default_schema: str | None,
    meta: dict[str, str],
    sampler: Sampler | None,
    judge: Judge | None,
) -> IndexedCatalog:
    """The steps of a build, in order."""
    assembly = Assembly(connection, default_schema)
    for source in sources:
        assembly.take(source)
    assembly.settle()
    if sampler:
        assembly.sample(sampler)
    assembly.write_words()
    _write_values(assembly)
    joins = assembly.joins()
    joins += infer_joins(assembly.shapes(), joins)
    for join in joins:
        connection.execute("INSERT INTO relationships VALUES (?, ?, ?)", (join.left.key, join.right.key, msgspec.msgpack.encode(join)))
    catalog = IndexedCatalog(connection, {**meta, "default_schema": default_schema or ""})
    kept = _judged(assembly, catalog, judge)
    _write_facts(assembly, [*kept, *dict.fromkeys(assembly.clashes)])
    catalog.meta["content_hash"] = catalog.content_hash = _content_hash(assembly, [*joins, *kept])
    index_file.finish(connection, catalog.meta)
    return catalog


def _judged(assembly: Assembly, catalog: IndexedCatalog, judge: Judge | None) -> list[Fact]:
    """Metrics, terms and the like that hold against the tables; what is wrong with the others goes to the clashes."""
    kept: list[Fact] = []
    for fact in assembly.other_facts(_KINDS):
        clash = judge(catalog, fact) if judge else None
        if clash:
            assembly.clashes.append(clash)
        if clash is None or clash.severity != "error":
            kept.append(fact)
    return kept


def _write_facts(assembly: Assembly, facts: Iterable[Fact]) -> None:
    rows = [(type(fact).__name__, msgspec.msgpack.encode(fact)) for fact in facts]
    assembly.connection.executemany("INSERT INTO facts VALUES (?, ?)", rows)


def _write_values(assembly: Assembly) -> None:
    """Stored text by its normal form: what a question's words are looked up in."""
    terms: dict[str, int] = {}
    for place, table in assembly.tables_with_values():
        rows: list[tuple[int, int, str, str]] = []
        for column in table.columns:
            rows.extend((terms.setdefault(normal, len(terms) + 1), place, column.name, value) for normal, value in _texts(column))
        assembly.connection.executemany("INSERT INTO value_places VALUES (?, ?, ?, ?)", rows)
    rows_of_terms = [(number, normal, normal[::-1]) for normal, number in terms.items()]
    assembly.connection.executemany("INSERT INTO value_terms VALUES (?, ?, ?)", rows_of_terms)
    assembly.connection.executemany("INSERT INTO value_words (rowid, normal) VALUES (?, ?)", [row[:2] for row in rows_of_terms])


def _texts(column: Column) -> list[tuple[str, str]]:
    if column.hidden:
        return []
    return [(normal, value) for value in column.values if isinstance(value, str) and (normal := normalise(value))]


def _content_hash(assembly: Assembly, facts: Sequence[Any]) -> str:
    """Of all facts but their origins and counts: what does not change an answer's SQL does not change the hash."""
    digest = hashlib.sha256((assembly.places.default_schema or "").encode())
    for line in assembly.digests():
        digest.update(line)
    for fact in facts:
        digest.update(msgspec.msgpack.encode(replace(fact, origin="")))
    return digest.hexdigest()
