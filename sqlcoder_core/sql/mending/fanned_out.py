"""Fan-outs: what only filters goes into EXISTS, what is not used at all goes, and keys are counted once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.equalities import conditions
from sqlcoder_core.sql.soundness.fan_out import multiplied_by
from sqlcoder_core.sql.soundness.finding import span
from sqlcoder_core.sql.soundness.multiplicity import is_aggregate
from sqlcoder_core.sql.soundness.reading import Reading, read
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.sql.tree import dialect_of


def keys_counted_once(case: Case) -> Iterator[Mended]:
    """`count(c.id)` -> `count(DISTINCT c.id)`, where the column is a key of the rows that the join multiplies."""
    reading = case.reading
    if reading is None or not case.has("fan-out"):
        return
    edits: list[Edit] = []
    for block in reading.blocks:
        for node in block.own(exp.Count):
            column = node.this
            if not is_aggregate(node) or not isinstance(column, exp.Column) or multiplied_by(node, block, reading) is None:
                continue
            owned = block.owner(column)
            if owned and frozenset({fold(column.name)}) in set(reading.multiplicity.keys(owned.source)):
                start = span(column, reading.text)[0]
                edits.append(Edit(start, start, "DISTINCT "))
    if edits:
        yield case.with_edits(edits, "each key counted once: count(DISTINCT ...)")


def filters_apart(case: Case) -> Iterator[Mended]:
    """A join that only filters becomes EXISTS; an outer join that nothing uses goes."""
    if not case.has("fan-out"):
        return
    # A reading of its own, for the tree is changed.
    reading = read(case.text, case.dialect, case.catalog)
    if reading is None:
        return
    for block in reading.blocks:
        if any(isinstance(node.this, exp.Star) for node in block.own(exp.Count)):
            # COUNT(*) counts what the join gives, which may be meant.
            continue
        source = _multiplier(block, reading)
        if source is not None and (note := _set_apart(block, source)):
            yield Mended(sql=dialect_of(case.dialect).generate(reading.tree), note=note)
            return


def _multiplier(block: Block, reading: Reading) -> Source | None:
    """What multiplies the rows under a sum or average of this block."""
    for node in block.own(exp.Sum, exp.Avg, exp.Count):
        found = multiplied_by(node, block, reading) if is_aggregate(node) and not isinstance(node.this, exp.Star) else None
        if found and found[1].by in block.sources:
            return found[1].by
    return None


def _set_apart(block: Block, source: Source) -> str | None:
    """Takes the source out of FROM, where nothing but conditions speaks of it; the tree is changed. What was done, in words."""
    join = source.join
    if join is None or join.args.get("using") or not isinstance(source.node, exp.Table) or join.args.get("side") in ("RIGHT", "FULL"):
        return None
    mine = [condition for condition in conditions(block) if _speaks_of(condition, source, block)]
    elsewhere = [node for node in columns_of(source, block) if not any(node in _columns(condition) for condition in mine)]
    own = [each for each in conditions_of_join(join) if not _speaks_of(each, source, block)]
    if elsewhere or own or any(star.is_star for star in block.select.expressions) or _is_leaned_on(block, source, mine):
        return None
    outer = join.args.get("side") == "LEFT"
    where = block.select.args.get("where")
    in_where = [each for each in mine if where is not None and _is_within(each, where)]
    block.select.set("joins", [each for each in block.select.args["joins"] if each is not join])
    if outer and not in_where:
        return f"left out {source.node.name}, which nothing uses"
    inner = exp.select("1").from_(source.node.copy()).where(*(each.copy() for each in mine))
    kept = [each for each in _flat(where.this) if not any(each is other for other in mine)] if where is not None else []
    block.select.set("where", exp.Where(this=exp.and_(*kept, exp.Exists(this=inner), copy=False)))
    return f"{source.node.name} only filters: its join -> EXISTS"


def conditions_of_join(join: exp.Join) -> list[exp.Expr]:
    """The parts of a join's condition."""
    on = join.args.get("on")
    return _flat(on) if isinstance(on, exp.Expr) else []


def _is_leaned_on(block: Block, source: Source, mine: list[exp.Expr]) -> bool:
    """Whether another join's condition names it."""
    others = [other.join for other in block.sources if other.join is not None and other is not source]
    return any(_is_within(condition, other) for condition in mine for other in others)


def _flat(node: exp.Expr) -> list[exp.Expr]:
    node = node.unnest()
    return [*_flat(node.this), *_flat(node.expression)] if isinstance(node, exp.And) else [node]


def columns_of(source: Source, block: Block) -> list[exp.Column]:
    """All columns of the SELECT that belong to the source, those in queries inside it too."""
    found = []
    for node in block.select.find_all(exp.Column):
        owned = block.owner(node)
        if owned is not None and owned.source is source:
            found.append(node)
    return found


def _columns(condition: exp.Expr) -> list[exp.Column]:
    return list(condition.find_all(exp.Column))


def _speaks_of(condition: exp.Expr, source: Source, block: Block) -> bool:
    return any((owned := block.owner(node)) is not None and owned.source is source for node in _columns(condition))


def _is_within(node: exp.Expr, outer: exp.Expr) -> bool:
    parent: exp.Expr | None = node
    while parent is not None:
        if parent is outer:
            return True
        parent = parent.parent
    return False
