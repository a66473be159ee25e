"""Columns of a table that is not in FROM: the table is joined, where one way of known joins leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.join_paths import Reach
from sqlcoder_core.sql.mending.likeness import likeness
from sqlcoder_core.sql.mending.near_names import near_column, unknown_columns
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.mending.spelled import spelled, spelled_table
from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import span
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.catalog import Relationship, Table, TableName


class _Wanted(NamedTuple):
    column: exp.Column
    name: str
    table: TableName
    way: tuple[Relationship, ...]


def missing_joins(case: Case) -> Iterator[Mended]:
    """`SELECT customers.name FROM orders` -> `... FROM orders JOIN customers ON ...`."""
    if not case.has("column-unknown"):
        return
    by_block: dict[int, list[_Wanted]] = {}
    blocks = {id(block): block for block, _ in unknown_columns(case)}
    for block, column in unknown_columns(case):
        wanted = _wanted(case, block, column)
        if wanted:
            by_block.setdefault(id(block), []).append(wanted)
    for key, all_wanted in by_block.items():
        yield from _joined(case, blocks[key], all_wanted)


def _wanted(case: Case, block: Block, column: exp.Column) -> _Wanted | None:
    """The column and the way to the one table that has it."""
    starts = [source.table.name for source in block.sources if source.table is not None]
    if not starts or (not column.table and (near := near_column(block, column)) and _is_sure(column, near[1])):
        return None
    if any(source.name == fold(column.table) for source in block.sources) and near_column(block, column) is not None:
        return None
    reach = Reach(case.catalog, starts)
    owners = [
        (table, found.name, reach.way(name))
        for key, name in reach.names.items()
        if key not in {start.key for start in starts}
        and (table := case.catalog.table(name)) is not None
        and not table.hidden
        and (found := _column(table, column)) is not None
    ]
    if len(owners) > 1:
        nearest = min(len(way) if way is not None else 9 for *_, way in owners)
        owners = [owner for owner in owners if owner[2] is not None and len(owner[2]) == nearest]
    if len(owners) != 1 or owners[0][2] is None:
        return None
    return _Wanted(column, owners[0][1], owners[0][0].name, owners[0][2])


def _column(table: Table, column: exp.Column) -> exp.Identifier | None:
    """The table's column of that name, where the query's prefix does not speak against it."""
    found = table.column(column.name)
    if found is None or found.hidden:
        return None
    if column.table and likeness(column.table, table.name.name) < 0.8 and len(column.table) > 3:
        return None
    return exp.to_identifier(found.name)


def _is_sure(column: exp.Column, near: str) -> bool:
    return likeness(column.name, near) >= 0.9


def _joined(case: Case, block: Block, all_wanted: list[_Wanted]) -> Iterator[Mended]:
    # JOIN binds closer than a comma, so that its condition does not see what stands before the comma.
    if any(source.join is not None and not source.join.args.get("on") and not source.join.args.get("using") for source in block.sources):
        return
    names = {source.table.name.key: source.node.alias_or_name for source in block.sources if source.table is not None}
    taken = {source.name for source in block.sources}
    clauses: list[str] = []
    edits: list[Edit] = []
    for wanted in all_wanted:
        for join in wanted.way:
            for table, other in ((join.left, join.right), (join.right, join.left)):
                if table.key not in names and other.key in names:
                    alias = _alias(table, taken)
                    names[table.key] = alias
                    clauses.append(_clause(case, join, table, names))
        written = f"{spelled(names[wanted.table.key], case.dialect)}.{spelled(wanted.name, case.dialect)}"
        edits.append(Edit(*span(wanted.column, case.text), written))
    last_node = block.sources[-1].join or block.sources[-1].node
    end = span(last_node, case.text)[1]
    note = ", ".join(f"joined {clause.removeprefix('JOIN ')}" for clause in clauses)
    yield case.with_edits([*edits, Edit(end, end, "".join(f" {clause}" for clause in clauses))], note)


def _alias(table: TableName, taken: set[str]) -> str:
    alias, number = table.name, 2
    while fold(alias) in taken:
        alias, number = f"{table.name}_{number}", number + 1
    taken.add(fold(alias))
    return alias


def _clause(case: Case, join: Relationship, table: TableName, names: dict[str, str]) -> str:
    written = spelled_table(table, case.dialect, case.catalog.default_schema)
    alias = names[table.key]
    left, right = (spelled(names[side.key], case.dialect) for side in (join.left, join.right))
    pairs = zip(join.left_columns, join.right_columns, strict=True)
    on = " AND ".join(f"{left}.{spelled(one, case.dialect)} = {right}.{spelled(other, case.dialect)}" for one, other in pairs)
    named = written if alias == table.name else f"{written} AS {spelled(alias, case.dialect)}"
    return f"JOIN {named} ON {on}"
