"""GROUP BY against what is selected: keys that the result does not show, and bare columns that are not grouped by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.multiplicity import group_keys, is_aggregate, is_aggregated
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.problem import Problem

_ANY_VALUE: Final = frozenset({"sqlite", "mysql", "mariadb"})
"""Engines that take a value of any row of the group; MySQL refuses by default unless a key decides the value."""
_KEY_DECIDES: Final = frozenset({"postgres", "sqlite", "mysql", "mariadb"})
"""Engines that let columns stand which a key among the group keys decides."""


def groupings(reading: Reading) -> Iterator[Problem]:
    """Every grouped SELECT, and those with an aggregate beside a bare column."""
    for block in reading.blocks:
        if is_aggregated(block):
            keys = group_keys(block)
            if keys is not None or not block.select.args.get("group"):
                yield from _missing(block, keys or [], reading)
            if keys and block.select is reading.tree:
                yield from _lost(block, keys, reading)


def missing_keys(block: Block, keys: list[exp.Expr], reading: Reading) -> list[exp.Column]:
    """Columns that stand bare in SELECT, HAVING or ORDER BY, are not grouped by, and are not decided by what is."""
    known = {canonical(key, block) for key in keys}
    decided = _decided(block, keys, reading)
    found: list[exp.Column] = []
    shown = [(node.unalias(), False) for node in block.clause("expressions")]
    for part, later in shown + [(node, True) for node in block.clause("having", "order")]:
        for column in _bare(part, block, known):
            if later and not column.table and fold(column.name) in block.aliases():
                continue
            equal = reading.multiplicity.equalities(block)
            place = equal.place(column)
            if place is not None and reading.dialect in _ANY_VALUE and place[1] in equal.bound(place[0], set()):
                # WHERE holds it to one value, so that any row's is the same.
                continue
            if place is not None and place[0] not in decided:
                found.append(column)
    return found


def _missing(block: Block, keys: list[exp.Expr], reading: Reading) -> Iterator[Problem]:
    if reading.dialect in _ANY_VALUE and _picks_a_row(block):
        return
    seen: set[object] = set()
    for column in missing_keys(block, keys, reading):
        if canonical(column, block) in seen:
            continue
        seen.add(canonical(column, block))
        written = source_text(column, reading.text)
        if reading.dialect in _ANY_VALUE:
            message = f"{written} is not grouped by, so it shows the value of any row of the group"
            yield finding(reading, column, "group-key-missing", message, hint=f"add {written} to GROUP BY, or aggregate it")
        else:
            message = f"{written} is neither grouped by nor aggregated"
            hint = f"add {written} to GROUP BY, or aggregate it"
            yield finding(reading, column, "group-key-missing", message, hint=hint, severity="error")


def _lost(block: Block, keys: list[exp.Expr], reading: Reading) -> Iterator[Problem]:
    """Group keys that tell rows apart and are not shown. One row at most, or the name of what is grouped by, is fine."""
    if block.select.args.get("limit") is not None or block.outputs is None or block.select.args.get("distinct"):
        return
    shown = {canonical(node, block) for node in block.outputs.values()}
    equal = reading.multiplicity.equalities(block)
    bare = [place for node in block.outputs.values() for column in _bare(node, block, set()) if (place := equal.place(column))]
    for key in keys:
        place = equal.place(key)
        if canonical(key, block) in shown or place is None or any((same in bare) for same in equal.equal_to(place)):
            continue
        if _names_its_row(place, bare, block, reading) or equal.bound(place[0], set()):
            # It is the row that the result names, or one that the query asks for.
            continue
        written = source_text(key, reading.text)
        message = f"the rows are grouped by {written}, and the result does not show it: they cannot be told apart"
        yield finding(reading, key, "group-key-lost", message, hint=f"select {written} too")


def _names_its_row(place: tuple[int, str], bare: list[tuple[int, str]], block: Block, reading: Reading) -> bool:
    """Whether the result shows another column of a row that the key stands for: `name` for `id`."""
    decided = reading.multiplicity.reached(block, set(), {place})
    return any(number in decided for number, _ in bare)


def _decided(block: Block, keys: list[exp.Expr], reading: Reading) -> set[int]:
    """Sources of which each group holds one row, on engines that heed it."""
    if reading.dialect not in _KEY_DECIDES:
        return set()
    equal = reading.multiplicity.equalities(block)
    fixed = {place for key in keys if (place := equal.place(key))}
    if reading.dialect == "postgres":
        # PostgreSQL looks for the primary key's own columns among the group keys, and follows no join.
        tables = enumerate(source.table for source in block.sources)
        return {
            number
            for number, table in tables
            if table and table.primary_key and {(number, fold(name)) for name in table.primary_key} <= fixed
        }
    return reading.multiplicity.reached(block, set(), fixed) if fixed else set()


def _bare(node: exp.Expr, block: Block, known: set[object]) -> Iterator[exp.Column]:
    """Columns below the node that are neither in an aggregate nor part of a group key."""
    if (known and canonical(node, block) in known) or isinstance(node, exp.Query):
        return
    if isinstance(node, exp.Column):
        if not isinstance(node.this, exp.Star):
            yield node
        return
    if is_aggregate(node) or (isinstance(node, (exp.Filter, exp.WithinGroup)) and not isinstance(node.parent, exp.Window)):
        return
    if isinstance(node, exp.Anonymous):
        # It may be an aggregate of this engine that the parser has no class for.
        return
    for child in node.iter_expressions():
        yield from _bare(child, block, known)


def canonical(node: exp.Expr, block: Block) -> object:
    """The expression without its spelling: two of them are the same when these are equal."""
    if isinstance(node, exp.Column):
        owned = block.owner(node)
        return (fold(node.name), id(owned.source) if owned else fold(node.table))
    if isinstance(node, exp.Paren):
        return canonical(node.this, block)
    parts = [(name, _canonical_value(value, block)) for name, value in node.args.items() if value]
    return (type(node).__name__, *parts)


def _canonical_value(value: object, block: Block) -> object:
    if isinstance(value, exp.Expr):
        return canonical(value, block)
    if isinstance(value, list):
        return tuple(_canonical_value(each, block) for each in value)
    return fold(value) if isinstance(value, str) else str(value)


def _picks_a_row(block: Block) -> bool:
    """SQLite takes bare columns from the row of a single MIN or MAX."""
    found = [node for part in block.clause("expressions", "having", "order") for node in block.own(exp.AggFunc, under=part)]
    return len([node for node in found if isinstance(node, (exp.Min, exp.Max))]) == 1 and len(found) == 1
