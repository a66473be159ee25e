"""Aggregates that count a row several times, because a join gives it several partners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.grouping import canonical
from sqlcoder_core.sql.soundness.multiplicity import Multiplied, group_keys, is_aggregate
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.problem import Problem, Severity

_COUNTING: Final = (exp.Sum, exp.Avg, exp.Count)


def fan_outs(reading: Reading) -> Iterator[Problem]:
    """SUM, AVG and COUNT over the one-side after joining its many-side, proved from keys and relationships.

    MIN and MAX, DISTINCT, EXISTS and IN do not care. COUNT of a row that the groups stand for counts its partners, which is meant; so
    does a count of the joined rows that meet a condition, as in `count(CASE WHEN c.country = 'Norway' THEN 1 END)`.
    """
    for block in reading.blocks:
        for node in block.own(*_COUNTING):
            if not is_aggregate(node) or isinstance(node.this, (exp.Distinct, exp.Star)) or _counts_rows(node):
                continue
            found = multiplied_by(node, block, reading)
            if found:
                yield _problem(node, found, reading)


def _counts_rows(node: exp.Expr) -> bool:
    """Whether it counts the rows that meet a condition: nothing of any row is added up."""
    asked = node.this.unnest()
    if isinstance(asked, (exp.Case, exp.If)):
        parts = [*asked.args.get("ifs", ()), asked] if isinstance(asked, exp.Case) else [asked]
        given = [part.args.get(name) for part in parts for name in ("true", "false", "default")]
        return isinstance(node, exp.Count) or all(one is None or isinstance(one, (exp.Literal, exp.Null, exp.Boolean)) for one in given)
    return isinstance(asked, exp.Predicate)


def multiplied_by(node: exp.Expr, block: Block, reading: Reading) -> tuple[Source, Multiplied] | None:
    """The source whose rows the aggregate counts several times, and what multiplies them."""
    roots = roots_of(node, block)
    if not roots:
        return None
    found = reading.multiplicity.multiplied(block, roots)
    if found is None:
        return _inside(node, block, reading, roots)
    if not isinstance(node, exp.Sum) and (_is_group_key(node, block) or _stands_for_its_group(block, roots, reading)):
        return None
    return block.sources[min(roots)], found


def roots_of(node: exp.Expr, block: Block) -> set[int]:
    """Numbers of the sources that the aggregate's columns come from; empty where one of them is unknown."""
    roots: set[int] = set()
    for column in node.find_all(exp.Column):
        place = reading_place(block, column)
        if place is None:
            return set()
        roots.add(place)
    return roots


def reading_place(block: Block, column: exp.Column) -> int | None:
    """The number of the source of this block that has the column."""
    owned = block.owner(column)
    return next((number for number, source in enumerate(block.sources) if owned and source is owned.source), None)


def _inside(node: exp.Expr, block: Block, reading: Reading, roots: set[int]) -> tuple[Source, Multiplied] | None:
    """The same within a subquery or CTE whose rows are aggregated here as they come."""
    source = block.sources[min(roots)]
    inner = source.block
    if inner is None or len(roots) > 1 or inner.select.args.get("distinct") or inner.select.args.get("group"):
        return None
    columns = [inner.output(column.name) for column in node.find_all(exp.Column)]
    if not all(isinstance(column, exp.Column) for column in columns):
        return None
    within = {reading_place(inner, column) for column in columns if isinstance(column, exp.Column)}
    places = {place for place in within if place is not None}
    found = reading.multiplicity.multiplied(inner, places) if places and len(places) == len(within) else None
    return (inner.sources[min(places)], found) if found else None


def _is_group_key(node: exp.Expr, block: Block) -> bool:
    """COUNT(x) with GROUP BY x counts the rows of the group."""
    keys = group_keys(block) or () if isinstance(node.this, exp.Column) else ()
    return any(isinstance(key, exp.Column) and canonical(key, block) == canonical(node.this, block) for key in keys)


def _stands_for_its_group(block: Block, roots: set[int], reading: Reading) -> bool:
    """Whether each group holds one row of the roots, so that counting it counts its partners and averaging it changes nothing."""
    keys = group_keys(block)
    if not keys:
        return False
    equal = reading.multiplicity.equalities(block)
    fixed = {place for key in keys if (place := equal.place(key))}
    return roots <= reading.multiplicity.reached(block, set(), fixed)


def _problem(node: exp.Expr, found: tuple[Source, Multiplied], reading: Reading) -> Problem:
    source, multiplied = found
    counted, by = _name(source), _name(multiplied.by)
    written = source_text(node, reading.text)
    where = f"{by}.{', '.join(multiplied.columns)}" if multiplied.columns else by
    if multiplied.at_root:
        message = f"{written} takes a row of {counted} once for each of its {by}: the join on {where} multiplies it"
        hint = f"aggregate {by} in a subquery before joining it, or use EXISTS if {by} only filters"
        # An average over what a bridge leads to is often meant to be weighted: grades of a student, looked up in a table of grades.
        severity: Severity = "note" if isinstance(node, exp.Avg) and multiplied.bridge else "warning"
        return finding(reading, node, "fan-out", message, hint=hint, severity=severity)
    message = f"{written} takes a row of {counted} once for each row of {by} beside it: both hang on {_name(multiplied.beside)}"
    hint = f"aggregate {counted} and {by} in subqueries of their own, then join these"
    return finding(reading, node, "fan-out-chasm", message, hint=hint)


def _name(source: Source) -> str:
    return source.table.name.name if source.table is not None else source.name
