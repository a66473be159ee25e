"""What kind of query a reading amounts to, and by which rules it was reached."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.query_walk import nodes, tables_in
from sqlcoder_builtin.tree import Agg, Any_, Arith, Col, Has, Over, Query, Raw, RawPred, Scalarq, Span, Trunc, When

LETTERS = "aghowlcnutdp"
"""Aggregates, groups, having, order, where, limit, combined, nested, other rows (has), time, distinct, per group."""


def shaped(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """Its shape as one name, its parts by themselves, and each rule that read something of it."""
    inside = list(nodes(query))
    kinds = {type(node) for node in inside}
    has = (
        any(is_aggregate(item.expr) for item in query.select),
        bool(query.group),
        bool(query.having),
        bool(query.order),
        bool(query.where),
        query.limit is not None,
        query.combine is not None,
        Scalarq in kinds,
        Has in kinds,
        bool(kinds & {When, Trunc, Span}),
        query.distinct,
        query.per_group is not None,
    )
    yield "shape " + "".join(letter for letter, there in zip(LETTERS, has, strict=True) if there), 1.0
    yield "either or", float(Any_ in kinds)
    yield "arithmetic", float(bool(kinds & {Arith, Over}))
    yield "formula of the glossary", float(bool(kinds & {Raw, RawPred}))
    yield "dates", float(bool(kinds & {When, Trunc, Span}))
    yield "second step", float(query.outer is not None)
    yield "aggregates", float(min(3, len({node for node in inside if isinstance(node, Agg)})))
    tables = tables_in(query)
    yield "tables", float(min(4, len(tables)) - 1)
    yield "catalog", min(3.0, len(p.schema.tables) / 10)
    yield "columns", float(min(6, len({node for node in inside if isinstance(node, Col)})))
    yield "having without groups", float(bool(query.having) and not query.group)
    steps = [step for table in tables for step in p.schema.path(query.root, p.schema.tables[table].name) or ()]
    yield "several ways to join", float(sum(len(p.schema.steps_between(step.source, step.target)) > 1 for step in steps))
    yield from _decisions(p)


def _decisions(p: Parse) -> Iterator[tuple[str, float]]:
    """Rules that read something; and what was refused, where this is not the first reading."""
    for name in {name for _, name, end in p.decided if not end}:
        yield f"rule {name}", 1.0
    for _, what, then in p.refused:
        if not what:
            yield "refused words together", 1.0
        elif what == "table":
            yield "refused table", 1.0
        elif then:
            yield "refused column", 1.0
        else:
            yield f"without {what}", 1.0
