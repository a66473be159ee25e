"""Prefixes in front of columns: one for an ambiguous column, the right one for a prefix that names no relation."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.mending.spelled import spelled
from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.finding import span
from sqlcoder_core.sql.spelling import fold


def qualified(case: Case) -> Iterator[Mended]:
    """`SELECT id FROM orders o JOIN customers c ...` -> `SELECT o.id`, where the sides hold the same or the rest of the query tells."""
    if case.reading is None or not case.has("column-ambiguous"):
        return
    edits: list[Edit] = []
    notes: list[str] = []
    for block in case.reading.blocks:
        for column in block.own(exp.Column):
            owners = block.sources_of(column) if isinstance(column, exp.Column) and not column.table else []
            if (
                len(owners) < 2
                or not isinstance(column, exp.Column)
                or block.is_shared(column.name)
                or fold(column.name) in block.aliases()
            ):
                continue
            source = _meant(case, block, column, owners)
            if source is not None:
                prefix = spelled(source.node.alias_or_name, case.dialect)
                start, _ = span(column, case.text)
                edits.append(Edit(start, start, f"{prefix}."))
                notes.append(f"{column.name} -> {prefix}.{column.name}")
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def reprefixed(case: Case) -> Iterator[Mended]:
    """`SELECT c.name FROM customers` -> `SELECT customers.name`: a prefix that names nothing, and one relation that has the column."""
    if case.reading is None or not case.has("column-unknown"):
        return
    edits: list[Edit] = []
    notes: list[str] = []
    for block in case.reading.blocks:
        for column in block.own(exp.Column):
            if not isinstance(column, exp.Column) or not column.table or _is_named(block, fold(column.table)):
                continue
            sources = {source.table.name for source in block.sources if source.table is not None}
            if not set(case.catalog.find(column.table)) <= sources:
                # It names a table that is missing here.
                continue
            owners = [source for source in block.sources if source.has(column.name)]
            if len(owners) == 1:
                prefix = spelled(owners[0].node.alias_or_name, case.dialect)
                edits.append(Edit(*span(column.args["table"], case.text), prefix))
                notes.append(f"{column.table}.{column.name} -> {prefix}.{column.name}")
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def wandered(case: Case) -> Iterator[Mended]:
    """`SELECT o.name FROM orders o JOIN customers c ...` -> `SELECT c.name`: the column of another relation of the query."""
    if case.reading is None or not case.has("column-unknown"):
        return
    edits: list[Edit] = []
    notes: list[str] = []
    for block in case.reading.blocks:
        for column in block.own(exp.Column):
            if not isinstance(column, exp.Column) or not column.table:
                continue
            named = [source for source in block.sources if source.name == fold(column.table)]
            owners = [source for source in block.sources if source.has(column.name)]
            if len(named) == 1 and named[0].has(column.name) is False and len(owners) == 1:
                prefix = spelled(owners[0].node.alias_or_name, case.dialect)
                edits.append(Edit(*span(column.args["table"], case.text), prefix))
                notes.append(f"{column.table}.{column.name} -> {prefix}.{column.name}")
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def _meant(case: Case, block: Block, column: exp.Column, owners: list[Source]) -> Source | None:
    """The side to name: where both hold the same, the one that has it as its key; else nobody can tell."""
    assert case.reading is not None
    equal = case.reading.multiplicity.equalities(block)
    places = [(block.sources.index(source), fold(column.name)) for source in owners]
    if not set(places) <= set(equal.equal_to(places[0])):
        return None
    for source in owners:
        if frozenset({fold(column.name)}) in set(case.reading.multiplicity.keys(source)):
            return source
    return owners[0]


def _is_named(block: Block | None, name: str) -> bool:
    while block is not None:
        if any(source.name == name for source in block.sources):
            return True
        block = block.outer
    return False
