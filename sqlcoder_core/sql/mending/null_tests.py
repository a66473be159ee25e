"""Comparisons with NULL."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.finding import source_text, span


def null_tests(case: Case) -> Iterator[Mended]:
    """`x = NULL` -> `x IS NULL`."""
    reading = case.reading
    if reading is None or not case.has("null-comparison"):
        return
    edits = [
        Edit(*span(node, reading.text), f"{source_text(node.this, reading.text)} IS {'NOT ' if isinstance(node, exp.NEQ) else ''}NULL")
        for block in reading.blocks
        for node in block.own(exp.EQ, exp.NEQ)
        if isinstance(node, exp.Binary) and isinstance(node.expression, exp.Null)
    ]
    if edits:
        yield case.with_edits(edits, "= NULL -> IS NULL")


def nulls_left_out(case: Case) -> Iterator[Mended]:
    """`NOT IN (SELECT x FROM t)` -> `NOT IN (SELECT x FROM t WHERE x IS NOT NULL)`."""
    reading = case.reading
    if reading is None or not case.has("null-not-in"):
        return
    edits: list[Edit] = []
    for node in reading.tree.find_all(exp.In):
        query = node.args.get("query")
        inner = query.this if isinstance(query, exp.Subquery) else query
        block = next((each for each in reading.blocks if each.select is inner), None)
        if (
            block is None
            or not isinstance(inner, exp.Select)
            or not isinstance(node.parent, exp.Not)
            or inner.args.get("group")
            or inner.args.get("limit")
        ):
            continue
        column = source_text(inner.expressions[0].unalias(), reading.text)
        where = inner.args.get("where")
        last = block.sources[-1].join or block.sources[-1].node
        end = span(where if where is not None else last, reading.text)[1]
        edits.append(Edit(end, end, f" {'AND' if where is not None else 'WHERE'} {column} IS NOT NULL"))
    if edits:
        yield case.with_edits(edits, "left NULL out of NOT IN")
