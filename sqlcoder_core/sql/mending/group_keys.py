"""Missing group keys, conditions on aggregates in WHERE, and names that a clause does not know."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import source_text, span
from sqlcoder_core.sql.soundness.grouping import canonical, missing_keys
from sqlcoder_core.sql.soundness.multiplicity import group_keys, is_aggregate, is_aggregated
from sqlcoder_core.sql.soundness.placement import is_alias
from sqlcoder_core.sql.soundness.reading import Reading, read
from sqlcoder_core.sql.tree import dialect_of


def missing_group_keys(case: Case) -> Iterator[Mended]:
    """`SELECT a, b, count(*) ... GROUP BY a` -> `GROUP BY a, b`; with no GROUP BY, one is added."""
    reading = case.reading
    if reading is None or not case.has("group-key-missing"):
        return
    edits: list[Edit] = []
    added: list[str] = []
    for block in reading.blocks:
        keys = group_keys(block)
        if not is_aggregated(block) or (keys is None and block.select.args.get("group")):
            continue
        missing = {canonical(column, block): column for column in missing_keys(block, keys or [], reading)}
        written = [source_text(column, reading.text) for column in missing.values()]
        if written:
            added += written
            edits.append(_group_edit(block, written, reading))
    if edits:
        yield case.with_edits(edits, f"grouped by {', '.join(added)} too")


def lost_group_keys(case: Case) -> Iterator[Mended]:
    """`SELECT count(*) ... GROUP BY status` -> `SELECT status, count(*)`."""
    reading = case.reading
    lost = [problem.span for problem in case.coded("group-key-lost") if problem.span]
    if reading is None or not lost or not isinstance(reading.tree, exp.Select) or not reading.tree.expressions:
        return
    start = span(reading.tree.expressions[0], reading.text)[0]
    written = ", ".join(reading.text[slice(*place)] for place in lost)
    yield case.with_edits([Edit(start, start, f"{written}, ")], f"shows {written} too")


def moved_to_having(case: Case) -> Iterator[Mended]:
    """Conditions on aggregates leave WHERE for HAVING; SELECT's names for them become what they stand for."""
    # A reading of its own, for the tree is changed.
    reading = read(case.text, case.dialect, case.catalog) if case.has("aggregate-misplaced") else None
    if reading is None:
        return
    moved: list[str] = []
    for block in reading.blocks:
        where = block.select.args.get("where")
        if where is not None:
            moved += _move(block, where, reading)
    if moved:
        text = dialect_of(case.dialect).generate(reading.tree)
        yield Mended(sql=text, note=f"moved {', '.join(moved)} from WHERE to HAVING")


def written_out(case: Case) -> Iterator[Mended]:
    """Names that SELECT gives, replaced by what they stand for where the engine does not know them yet."""
    reading = case.reading
    if reading is None or not case.has("alias-out-of-reach", "column-unknown"):
        return
    edits: list[Edit] = []
    for block in reading.blocks:
        for clause in block.clause("where", "having"):
            for column in block.own(exp.Column, under=clause):
                meant = block.output(column.name) if isinstance(column, exp.Column) and is_alias(column, block) else None
                if meant is not None and not isinstance(meant, exp.Window):
                    start, end = span(meant, reading.text)
                    written = reading.text[start:end]
                    wrapped = written if isinstance(meant, (exp.Func, exp.Column)) else f"({written})"
                    edits.append(Edit(*span(column, reading.text), wrapped))
    if edits:
        yield case.with_edits(edits, "wrote out the names that SELECT gives")


def _group_edit(block: Block, written: list[str], reading: Reading) -> Edit:
    group = block.select.args.get("group")
    if group is not None:
        end = max(span(key, reading.text)[1] for key in group.expressions)
        return Edit(end, end, "".join(f", {each}" for each in written))
    end = _end_of_rows(block, reading)
    return Edit(end, end, f" GROUP BY {', '.join(written)}")


def _end_of_rows(block: Block, reading: Reading) -> int:
    """Where FROM and WHERE end."""
    where = block.select.args.get("where")
    if where is not None:
        return span(where, reading.text)[1]
    last = block.sources[-1].join or block.sources[-1].node
    return span(last, reading.text)[1]


def _move(block: Block, where: exp.Expr, reading: Reading) -> list[str]:
    """Moves the conjuncts with aggregates; the tree is changed. What they were, in words."""
    moved: list[exp.Expr] = []
    kept: list[exp.Expr] = []
    for part in list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]:
        (moved if _is_late(part, block) else kept).append(part)
    words = [source_text(part, reading.text) for part in moved]
    for part in moved:
        for column in [node for node in part.find_all(exp.Column) if is_alias(node, block)]:
            meant = block.output(column.name)
            if meant is not None:
                column.replace(meant.copy())
    if moved:
        having = block.select.args.get("having")
        parts = [*([having.this] if having else []), *moved]
        block.select.set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)
        block.select.set("having", exp.Having(this=exp.and_(*parts, copy=False)))
    return words


def _is_late(part: exp.Expr, block: Block) -> bool:
    """Whether the condition speaks of an aggregate, itself or by a name that SELECT gives to one."""
    if any(is_aggregate(node) for node in block.own(exp.AggFunc, under=part)):
        return True
    names = [
        block.output(node.name) for node in block.own(exp.Column, under=part) if isinstance(node, exp.Column) and is_alias(node, block)
    ]
    return any(meant is not None and meant.find(exp.AggFunc) for meant in names)
