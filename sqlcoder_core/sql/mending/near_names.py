"""Unknown names of tables and columns: the nearest name that there is, where one is clearly nearest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.engine_words import candidate_bindings
from sqlcoder_core.sql.mending.likeness import clear_nearest, likeness
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.mending.spelled import spelled, spelled_table
from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.finding import span
from sqlcoder_core.sql.spelling import fold

_MOST_SLIPS: Final = 8


def near_tables(case: Case) -> Iterator[Mended]:
    """`FROM costumers` -> `FROM customers`, wherever the wrong name stands."""
    reading = case.reading
    if reading is None or not case.has("table-unknown"):
        return
    edits: list[Edit] = []
    notes: list[str] = []
    for block in reading.blocks:
        for source in block.sources:
            right = _right_table(case, source)
            if right is None:
                continue
            written = source.node.name
            edits.append(Edit(*_name_span(source.node, case.text), right))
            edits += [Edit(*span(column.args["table"], case.text), right) for column in _prefixed(block, source)]
            notes.append(f"{written} -> {right}")
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def near_columns(case: Case) -> Iterator[Mended]:
    """`orders.stat` -> `orders.status`: among the columns of the relations that are named."""
    reading = case.reading
    if reading is None or not case.has("column-unknown"):
        return
    edits: list[Edit] = []
    notes: list[str] = []
    for block, column in unknown_columns(case):
        found = near_column(block, column)
        if found is None:
            continue
        source, name = found
        written = spelled(name, case.dialect)
        if not column.table and len([each for each in block.sources if each.has(name)]) > 1:
            written = f"{spelled(source.node.alias_or_name, case.dialect)}.{written}"
        edits.append(Edit(*span(column.this if column.table else column, case.text), written))
        owner = source.table.name.name if source.table else source.name
        notes.append(f"{owner}.{column.name} -> {owner}.{name}")
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def bound_columns(case: Case) -> Iterator[Mended]:
    """A column that only the engine knows to be missing, as of a view: the nearest of those that it names itself."""
    found = next((names for problem in case.coded("database") if (names := candidate_bindings(problem.message))), None)
    right = clear_nearest(found[0], found[1]) if found else None
    if case.reading is None or found is None or right is None:
        return
    columns = [node for node in case.reading.tree.find_all(exp.Column) if fold(node.name) == fold(found[0])]
    edits = [Edit(*span(node.this, case.text), spelled(right, case.dialect)) for node in columns]
    if edits:
        yield case.with_edits(edits, f"{found[0]} -> {right}")


def unknown_columns(case: Case) -> list[tuple[Block, exp.Column]]:
    """Columns that surely none of the relations in reach has; none at all where they are too many for slips."""
    found = [
        (block, column)
        for block in (case.reading.blocks if case.reading else ())
        for column in block.own(exp.Column)
        if isinstance(column, exp.Column) and isinstance(column.this, exp.Identifier) and _is_unknown(block, column)
    ]
    return found if len({fold(column.name) for _, column in found}) <= _MOST_SLIPS else []


def near_column(block: Block, column: exp.Column) -> tuple[Source, str] | None:
    """The column that was meant and the source that has it; None where several are about as near."""
    sources = [source for source in block.sources if not column.table or source.name == fold(column.table)]
    best: dict[str, tuple[float, Source, str]] = {}
    for source in sources:
        owner = source.table.name.name if source.table else source.name
        for name in _names(source):
            score = likeness(column.name, name, owner)
            if score > best.get(fold(name), (0.0,))[0]:
                best[fold(name)] = (score, source, name)
    ranked = sorted(best.values(), key=lambda each: -each[0])
    if not ranked or ranked[0][0] < 0.74 or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < 0.06):
        return None
    return ranked[0][1], ranked[0][2]


def _names(source: Source) -> list[str]:
    if source.table is not None:
        return [column.name for column in source.table.columns if not column.hidden]
    return list(source.block.outputs or ()) if source.block else []


def _is_unknown(block: Block, column: exp.Column) -> bool:
    if fold(column.name) in block.aliases() and not column.table:
        return False
    level: Block | None = block
    while level is not None:
        sources = [source for source in level.sources if not column.table or source.name == fold(column.table)]
        if column.table and sources:
            return all(source.has(column.name) is False for source in sources)
        if not column.table and any(source.has(column.name) is not False for source in sources):
            return False
        if column.table and any(source.has(column.table) is not False for source in level.sources):
            # The field of a column that is a record.
            return False
        level = level.outer
    return True


def _right_table(case: Case, source: Source) -> str | None:
    node = source.node
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier) or source.table is not None:
        return None
    if source.block is not None or _is_cte(node) or case.catalog.find(node.name, node.db or None):
        return None
    names = list(case.catalog.nearest(node.name, 8))
    right = clear_nearest(node.name, names) or clear_nearest(node.name, [name.rpartition(".")[2] for name in names])
    found = case.catalog.table(right) if right else None
    return spelled_table(found.name, case.dialect, case.catalog.default_schema) if found and not found.hidden else None


def _is_cte(node: exp.Table) -> bool:
    parent: exp.Expr | None = node.parent
    while parent is not None:
        with_ = parent.args.get("with_")
        if with_ and any(fold(cte.alias) == fold(node.name) for cte in with_.expressions):
            return True
        parent = parent.parent
    return False


def _name_span(node: exp.Expr, text: str) -> tuple[int, int]:
    parts = [part for part in (node.args.get("catalog"), node.args.get("db"), node.this) if part]
    return span(parts[0], text)[0], span(parts[-1], text)[1]


def _prefixed(block: Block, source: Source) -> list[exp.Column]:
    """Columns that are written with the wrong table's own name in front."""
    if source.node.alias:
        return []
    return [node for node in block.select.find_all(exp.Column) if fold(node.table) == source.name]
