"""Joins without a condition, and joins on columns that do not belong together: the one known relationship is put in."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.mending.spelled import spelled
from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.finding import source_text, span
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.sql.soundness.visible_joins import is_visible
from sqlcoder_core.values.problem import Problem


def conditions_added(case: Case) -> Iterator[Mended]:
    """`FROM customers c, orders o` -> `... WHERE o.customer_id = c.id`, and ON where JOIN stands alone."""
    reading = case.reading
    for problem in case.coded("join-cartesian"):
        block, source = _source_at(problem, reading)
        if reading is None or block is None or source is None:
            continue
        found = [known for other in block.sources if other is not source and (known := known_condition(case, reading, other, source))]
        if len(found) == 1:
            yield case.with_edits([_added(block, source, found[0], reading)], f"joined on {found[0]}")


def conditions_replaced(case: Case) -> Iterator[Mended]:
    """`JOIN orders o ON o.id = c.id` -> `ON o.customer_id = c.id`."""
    reading = case.reading
    if reading is None or not case.has("join-wrong-key", "join-unsupported"):
        return
    places = {problem.span for problem in case.coded("join-wrong-key", "join-unsupported")}
    edits: list[Edit] = []
    notes: list[str] = []
    for block in reading.blocks:
        for node in block.own(exp.EQ):
            place = span(node, reading.text)
            if place not in places or not isinstance(node, exp.EQ):
                continue
            owners = [block.owner(side) for side in (node.this, node.expression) if isinstance(side, exp.Column)]
            sources = [owned.source for owned in owners if owned is not None]
            right = known_condition(case, reading, *sources) if len(sources) == 2 else None
            if right is not None:
                edits.append(Edit(*place, right))
                notes.append(f"{source_text(node, reading.text)} -> {right}")
    if edits:
        yield case.with_edits(edits, ", ".join(notes))


def known_condition(case: Case, reading: Reading, one: Source, other: Source) -> str | None:
    """The condition of the one known relationship of two sources; None where there is none, or more than one."""
    if one.table is None or other.table is None:
        return None
    known = [join for join in reading.multiplicity.between(one.table, other.table) if is_visible(join, case.catalog)]
    if len(known) != 1 or known[0].left.key == known[0].right.key:
        return None
    join = known[0]
    left, right = (one, other) if join.left.key == one.table.name.key else (other, one)
    names = [spelled(source.node.alias_or_name, case.dialect) for source in (left, right)]
    pairs = zip(join.left_columns, join.right_columns, strict=True)
    return " AND ".join(f"{names[0]}.{spelled(a, case.dialect)} = {names[1]}.{spelled(b, case.dialect)}" for a, b in pairs)


def _source_at(problem: Problem, reading: Reading | None) -> tuple[Block | None, Source | None]:
    for block in reading.blocks if reading else ():
        for source in block.sources:
            if reading and span(source.node, reading.text) == problem.span:
                return block, source
    return None, None


def _added(block: Block, source: Source, condition: str, reading: Reading) -> Edit:
    """ON behind a JOIN that has none; else into WHERE, since a comma takes no condition."""
    start, end = span(source.node, reading.text)
    before = reading.text[:start].rstrip()
    if before.lower().endswith("join"):
        return Edit(end, end, f" ON {condition}")
    where = block.select.args.get("where")
    if where is not None:
        behind = span(where, reading.text)[1]
        inner = where.this
        return Edit(behind, behind, f" AND {condition}") if not isinstance(inner, exp.Or) else _bracketed(inner, condition, reading)
    last = span(block.sources[-1].join or block.sources[-1].node, reading.text)[1]
    return Edit(last, last, f" WHERE {condition}")


def _bracketed(inner: exp.Expr, condition: str, reading: Reading) -> Edit:
    start, end = span(inner, reading.text)
    return Edit(start, end, f"({reading.text[start:end]}) AND {condition}")
