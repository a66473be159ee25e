"""Conditions that related rows are there: those that a join makes true anyway, and those that were only implied."""

from __future__ import annotations

from typing import TypeGuard

from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Has, Item, Order, Pred
from sqlcoder_core.api import TableName


def needed_conditions(where: tuple[Pred, ...], items: list[Item], sorts: list[Order]) -> tuple[Pred, ...]:
    """Without those that a join of a shown table makes true anyway."""
    shown = {table.key for table in tables_of((*(item.expr for item in items), *(order.expr for order in sorts)))}
    return tuple(pred for pred in where if not (_bare(pred) and pred.table.key in shown))


def _bare(pred: Pred) -> TypeGuard[Has]:
    return isinstance(pred, Has) and not pred.where and not pred.negated and pred.count is None


def involved(p: Parse, root: TableName, parts: tuple[object, ...], where: tuple[Pred, ...]) -> tuple[Pred, ...]:
    """Many-side tables that were named and used nowhere: their rows must exist ("students who play games")."""
    used = {table.key for table in tables_of(parts)} | {table.key for pred in where for table in _deep_tables(pred)} | {root.key}
    found = []
    for at, table in p.frame.mentioned:
        if table.key in used or at <= p.frame.subject_at or p.schema.path(root, table) is None or p.schema.to_one(root, table):
            continue
        if p.chunks[at].score("table") < 0.75 or _says_whose(p, at) or _missing_too(p, table, where):
            continue
        used.add(table.key)
        found.append(Has(root, table))
        p.frame.doubts += 0.05
    return tuple(found)


def _missing_too(p: Parse, table: TableName, where: tuple[Pred, ...]) -> bool:
    """ "people not employed by any company": what the rows that are missing would point to."""
    absent = [pred for pred in where if isinstance(pred, Has) and pred.negated]
    return any(p.schema.to_one(pred.table, table) for pred in absent)


def _says_whose(p: Parse, at: int) -> bool:
    """ "heads of the departments": a table that only says what the subject belongs to."""
    before = p.before_any(at)
    return before is not None and before.kind == "stop" and before.word == "of"


def _deep_tables(pred: Pred) -> tuple[TableName, ...]:
    inner = [pred] if isinstance(pred, Has) else [part for part in getattr(pred, "parts", ()) if isinstance(part, Has)]
    return (
        *tables_of((pred,)),
        *(has.table for has in inner),
        *(table for has in inner for part in has.where for table in _deep_tables(part)),
    )
