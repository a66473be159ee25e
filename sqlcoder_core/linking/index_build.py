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
from sqlcoder_core.linking.index_rows import write_rows
from sqlcoder_core.linking.joins import infer_joins
from sqlcoder_core.linking.looks import Looks
from sqlcoder_core.values.catalog import Clash, Exposure, Fact, Instruction, Metric, Table, Term, VerifiedQuestion

__all__ = ["Judge", "Sampler", "SourceFacts", "build_index"]

Sampler: TypeAlias = Callable[[Table, list[Clash], Looks], Table]
"""Gives a table back with what a look at its contents has shown, or an earlier one of the looks; clashes are appended."""
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
    hold_looks: bool = False,
) -> IndexedCatalog:
    """The catalog of these sources, first source first: in the file `path`, replaced in one step, or in memory.

    What an index at `path` already holds is taken over; a table that has not changed is not indexed anew, and with `hold_looks`,
    for databases whose contents have not changed, not looked at anew either.
    Raises FileError when the file cannot be written, and whatever a source raises while it is read.
    """
    fill = partial(
        _fill, sources=sources, default_schema=default_schema, meta=meta or {}, sampler=sampler, judge=judge, hold_looks=hold_looks
    )
    if path is None:
        return fill(index_file.create(None))
    with index_file.replacing(path) as temporary:
        fill(index_file.create_from(path, temporary) if _is_usable(path) else index_file.create(temporary)).close()
    connection = index_file.open_existing(path)
    assert connection is not None, "a file that was just written has the format of its writer"
    return IndexedCatalog(connection)


def _is_usable(path: Path) -> bool:
    """True when there is an index of this format to begin with: most tables of a large project are what they were."""
    connection = index_file.open_existing(path)
    if connection is None:
        return False
    connection.close()
    return True


def _fill(
    connection: sqlite3.Connection,
    *,
    sources: Iterable[SourceFacts],
    default_schema: str | None,
    meta: dict[str, str],
    sampler: Sampler | None,
    judge: Judge | None,
    hold_looks: bool,
) -> IndexedCatalog:
    """The steps of a build, in order."""
    assembly = Assembly(connection, default_schema)
    for source in sources:
        assembly.take(source)
    assembly.settle()
    looks = Looks(connection, hold=hold_looks)
    if sampler:
        assembly.sample(sampler, looks)
    write_rows(connection)
    joins = assembly.joins()
    joins += infer_joins(assembly.shapes(), joins)
    connection.execute("DELETE FROM relationships")
    connection.execute("DELETE FROM facts")
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


def _content_hash(assembly: Assembly, facts: Sequence[Any]) -> str:
    """Of all facts but their origins and counts: what does not change an answer's SQL does not change the hash."""
    digest = hashlib.sha256((assembly.places.default_schema or "").encode())
    for line in assembly.digests():
        digest.update(line)
    for fact in facts:
        digest.update(msgspec.msgpack.encode(replace(fact, origin="")))
    return digest.hexdigest()
