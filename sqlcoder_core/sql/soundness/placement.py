"""Aggregates and window functions in clauses that the engine reads before it has groups or windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.multiplicity import is_aggregate
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.problem import Problem

_ALIASES_LATE: Final = {
    "WHERE": frozenset({"postgres", "mysql", "mariadb", "tsql", "bigquery", "oracle"}),
    "HAVING": frozenset({"postgres", "tsql", "oracle"}),
}
"""Engines that do not know SELECT's names in a clause."""


def misplaced(reading: Reading) -> Iterator[Problem]:
    """What every engine refuses and the parser lets through."""
    for block in reading.blocks:
        yield from _aggregates(block, reading)
        yield from _windows(block, reading)
        yield from _aliases(block, reading)


def early_clauses(block: Block) -> Iterator[tuple[str, exp.Expr]]:
    """The clauses that are read before rows are grouped, by the word that opens them."""
    yield from (("WHERE", node) for node in block.clause("where"))
    yield from (("GROUP BY", node) for node in block.clause("group"))
    for source in block.sources:
        condition = source.join.args.get("on") if source.join else None
        if isinstance(condition, exp.Expr):
            yield "ON", condition


def _aggregates(block: Block, reading: Reading) -> Iterator[Problem]:
    for word, clause in early_clauses(block):
        for node in block.own(exp.AggFunc, under=clause):
            if is_aggregate(node) and not _is_of_outer_query(node, block):
                hint = "put the condition into HAVING" if word == "WHERE" else "compute it in a subquery"
                message = f"{source_text(node, reading.text)} stands in {word}, which is read before the rows are grouped"
                yield finding(reading, node, "aggregate-misplaced", message, hint=hint, severity="error")
    for node in block.own(exp.AggFunc):
        inner = next((each for each in _below(node, block) if is_aggregate(each)), None) if is_aggregate(node) else None
        if inner is not None:
            message = f"{source_text(inner, reading.text)} is an aggregate inside an aggregate"
            yield finding(reading, node, "aggregate-misplaced", message, hint="compute the inner one in a subquery", severity="error")


def _windows(block: Block, reading: Reading) -> Iterator[Problem]:
    having = (("HAVING", node) for node in block.clause("having"))
    for word, clause in (*early_clauses(block), *having):
        for node in block.own(exp.Window, under=clause):
            message = f"a window function stands in {word}, which is read before windows are computed"
            hint = "compute it in a subquery and filter there, or use QUALIFY where the engine has it"
            yield finding(reading, node, "window-misplaced", message, hint=hint, severity="error")


def _aliases(block: Block, reading: Reading) -> Iterator[Problem]:
    """A name that SELECT gives, used in a clause that is read before: no column, and an aggregate or window at worst."""
    for word, name in (("WHERE", "where"), ("HAVING", "having")):
        for clause in block.clause(name):
            for column in block.own(exp.Column, under=clause):
                if isinstance(column, exp.Column) and is_alias(column, block):
                    yield from _alias(column, word, block, reading)


def is_alias(column: exp.Column, block: Block) -> bool:
    """Whether the bare name can only be the one that a projection has been given."""
    if column.table or fold(column.name) not in block.aliases():
        return False
    return block.owner(column) is None and all(source.has(column.name) is False for source in block.sources)


def _alias(column: exp.Column, word: str, block: Block, reading: Reading) -> Iterator[Problem]:
    meant = block.output(column.name)
    kinds = [node for node in meant.walk() if isinstance(node, (exp.AggFunc, exp.Window))] if meant else []
    if any(isinstance(node, exp.Window) for node in kinds):
        message = f"{column.name} is a window function, and {word} is read before windows are computed"
        yield finding(reading, column, "window-misplaced", message, hint="filter in a query around this one", severity="error")
    elif kinds and word == "WHERE":
        message = f"{column.name} is an aggregate, and WHERE is read before the rows are grouped"
        yield finding(reading, column, "aggregate-misplaced", message, hint="put the condition into HAVING", severity="error")
    elif reading.dialect in _ALIASES_LATE[word] and meant is not None:
        message = f"{column.name} is a name that SELECT gives, and {word} is read before it in {reading.dialect}"
        hint = f"write {source_text(meant, reading.text)} there"
        yield finding(reading, column, "alias-out-of-reach", message, hint=hint, severity="error")


def _below(node: exp.Expr, block: Block) -> Iterator[exp.Expr]:
    for child in node.iter_expressions():
        yield from block.own(exp.AggFunc, under=child)


def _is_of_outer_query(node: exp.Expr, block: Block) -> bool:
    """An aggregate of nothing but an outer query's columns is computed there."""
    columns = list(node.find_all(exp.Column))
    return bool(columns) and block.outer is not None and not any(block.sources_of(column) for column in columns)
