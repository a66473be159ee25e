"""Joins without a condition, and joins on columns that do not belong together."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block, Owned, Source
from sqlcoder_core.sql.soundness.finding import finding, span
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.sql.soundness.visible_joins import is_shown, is_visible
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.catalog import Relationship, Table
from sqlcoder_core.values.problem import Problem


def joins(reading: Reading) -> Iterator[Problem]:
    """What is said of each join of each block."""
    for block in reading.blocks:
        if len(block.sources) > 1:
            yield from _cartesian(block, reading)
            yield from _unsupported(block, reading)


def _cartesian(block: Block, reading: Reading) -> Iterator[Problem]:
    """Tables that no condition speaks of together with the others; a CROSS JOIN that says so, and one row beside many, are meant."""
    equal = reading.multiplicity.equalities(block)
    group = {0}
    while found := {end for pair in equal.linked for end in pair if group & set(pair)} - group:
        group |= found
    for number, source in enumerate(block.sources):
        join = source.join
        if number in group or source.table is None or join is None or join.kind == "CROSS" or join.method or join.args.get("using"):
            continue
        others = [block.sources[other] for other in group]
        one_row = any(not key for key in reading.multiplicity.keys(source))
        if one_row or all(other.table is None for other in others) or _is_meant(join, source, reading):
            continue
        beside = max((other for other in others if other.table is not None), key=lambda other: _is_known_beside(source, other, reading))
        names = f"{_table_name(beside.table)} and {source.table.name.name}"
        message = f"nothing joins {names}: every row meets every row"
        yield finding(reading, source.node, "join-cartesian", message, hint=_how_to_join(beside.table, source.table, reading))
        while found := {end for pair in equal.linked for end in pair if (group | {number}) & set(pair)} - group:
            group |= found


def _is_known_beside(source: Source, other: Source, reading: Reading) -> bool:
    return bool(source.table and other.table and reading.multiplicity.between(source.table, other.table))


def _is_meant(join: exp.Join, source: Source, reading: Reading) -> bool:
    """ON TRUE says so; where ON is missing, the parser puts TRUE in as well."""
    _, end = span(source.node, reading.text)
    return isinstance(join.args.get("on"), exp.Boolean) and reading.text[end:].lstrip()[:2].lower() == "on"


def _unsupported(block: Block, reading: Reading) -> Iterator[Problem]:
    for source in block.sources:
        condition = source.join.args.get("on") if source.join else None
        for node in block.own(exp.EQ, under=condition) if isinstance(condition, exp.Expr) else ():
            one, other = (block.owner(side) if isinstance(side, exp.Column) else None for side in (node.this, node.expression))
            if one and other and one.source is not other.source and one.table and other.table and one.fact and other.fact:
                yield from _judged(node, one, other, reading)


def _judged(node: exp.Expr, one: Owned, other: Owned, reading: Reading) -> Iterator[Problem]:
    assert one.table and other.table and one.fact and other.fact
    pair = {_place(one), _place(other)}
    known = reading.multiplicity.relationships
    if any(pair in _pairs(join) for join in known) or one.table is other.table:
        return
    if _targets(one, known) & _targets(other, known):
        return
    written = f"{one.table.name.name}.{one.fact.name} and {other.table.name.name}.{other.fact.name}"
    between = reading.multiplicity.between(one.table, other.table)
    for here, there in ((one, other), (other, one)):
        assert here.fact and there.fact
        declared = [join for join in known if _refers(join, here) and join.certainty >= 1.0 and join.left.key != join.right.key]
        if (
            declared
            and _letters(here.fact.name) != _letters(there.fact.name)
            and all(join.right.key != there.table.name.key for join in declared if there.table)
        ):
            target = declared[0].right
            hint = f"{_place(here)} refers to {target.name}" if is_shown(target, reading.catalog) else None
            yield finding(reading, node, "join-wrong-key", f"{written} are joined, and do not hold the same", hint=hint)
            return
    if between and not _same_words(one, other):
        hint = _how_to_join(one.table, other.table, reading)
        yield finding(reading, node, "join-unsupported", f"no known relationship joins {written}", hint=hint)
    elif between and _both_own_keys(one, other):
        hint = _how_to_join(one.table, other.table, reading)
        yield finding(reading, node, "join-wrong-key", f"{written} are keys of two different things", hint=hint)


def _both_own_keys(one: Owned, other: Owned) -> bool:
    """Two surrogate keys that merely share the name `id`."""
    assert one.table and other.table and one.fact and other.fact
    return all(
        [fold(name) for name in table.primary_key] == [fold(fact.name)] and fold(fact.name) in ("id", "key", "sk")
        for table, fact in ((one.table, one.fact), (other.table, other.fact))
    )


def _same_words(one: Owned, other: Owned) -> bool:
    """Whether one column's name is the other's, or begins or ends with it."""
    assert one.table and other.table and one.fact and other.fact
    first, second = _letters(one.fact.name), _letters(other.fact.name)
    short, long = sorted((first, second), key=len)
    return long.startswith(short) or long.endswith(short)


def _how_to_join(one: Table | None, other: Table, reading: Reading) -> str:
    between = [join for join in reading.multiplicity.between(one, other) if is_visible(join, reading.catalog)] if one else []
    if not between:
        return "add a condition that joins them"
    join = max(between, key=lambda each: each.certainty)
    pairs = zip(join.left_columns, join.right_columns, strict=True)
    return "join on " + " AND ".join(f"{join.left.name}.{left} = {join.right.name}.{right}" for left, right in pairs)


def _targets(owned: Owned, known: tuple[Relationship, ...]) -> set[str]:
    """Places that the column refers to, straight or through others, itself among them."""
    targets, fresh = set(), {_place(owned)}
    while fresh:
        targets |= fresh
        fresh = {there for join in known for here, there in _ends(join) if here in fresh} - targets
    return targets


def _refers(join: Relationship, owned: Owned) -> bool:
    return _place(owned) in {f"{join.left.key}.{fold(column)}" for column in join.left_columns}


def _pairs(join: Relationship) -> list[set[str]]:
    """The pairs of places that the relationship makes equal; one pair of a composite key is as good as the whole."""
    return [set(pair) for pair in _ends(join)]


def _ends(join: Relationship) -> list[tuple[str, str]]:
    pairs = zip(join.left_columns, join.right_columns, strict=True)
    return [(f"{join.left.key}.{fold(left)}", f"{join.right.key}.{fold(right)}") for left, right in pairs]


def _place(owned: Owned) -> str:
    assert owned.table and owned.fact
    return f"{owned.table.name.key}.{fold(owned.fact.name)}"


def _letters(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _table_name(table: Table | None) -> str:
    return table.name.name if table else "the rest"
