"""What a plain query groups by, and what it adds up or counts where no aggregate was named."""

from __future__ import annotations

from itertools import pairwise

from sqlcoder_builtin.assemble_parts import group_expr, key_and_name
from sqlcoder_builtin.clauses.money_rows import added
from sqlcoder_builtin.cue_words import MONEY_CONCEPTS, RATE_WORDS
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Frame, Group, Output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Compare, Expr, Item, Order
from sqlcoder_core.api import TableName, name_words


def group_keys(p: Parse, frame: Frame, outputs: list[Output]) -> tuple[list[Expr], list[Item]]:
    """Keys to group by and what of them is shown first."""
    keys: list[Expr] = []
    shown: list[Item] = []
    for group in frame.groups:
        if group.table is not None:
            _table_key(p, group, outputs, keys, shown)
        elif group.column is not None:
            expr = group_expr(group)
            keys.append(expr)
            if all(output.expr != expr for output in outputs):
                shown.append(Item(expr, group.unit.replace(" ", "_") if group.unit else None))
    for output in outputs:
        if keys and not is_aggregate(output.expr) and output.expr not in keys:
            keys.append(output.expr)
    return keys, shown


def group_by_said_values(p: Parse) -> None:
    """ "average fee for members and for guests": values that each have a preposition of their own are groups."""
    frame = p.frame
    special = (
        frame.groups
        or frame.share is not None
        or frame.figures is not None
        or max(frame.versus_at, frame.difference_at, frame.ratio_at) >= 0
    )
    if special or not frame.outputs or not all(is_aggregate(output.expr) for output in frame.outputs):
        return
    for one, other in pairwise(frame.conditions):
        column = getattr(one.pred, "left", None)
        words = [p.chunks[at].text.lower() for at in range(max(0, other.at - 2), other.at)]
        again = len(words) == 2 and words[0] == "and" and words[1] in ("for", "in", "of", "from", "on", "at", "by")
        alike = isinstance(one.pred, Compare) and isinstance(other.pred, Compare) and one.pred.op == other.pred.op == "="
        if again and alike and isinstance(column, Col) and column == getattr(other.pred, "left", None):
            frame.groups.append(Group(one.phrase, one.at, column=column))
            return


def _table_key(p: Parse, group: Group, outputs: list[Output], keys: list[Expr], shown: list[Item]) -> None:
    assert group.table is not None
    table = group.table
    keys += [key for name in p.schema.key(table) if (key := Col(table, name)) not in keys]
    named = [output.expr for output in outputs if isinstance(output.expr, Col) and output.expr.table.key == table.key]
    columns = key_and_name(p, table) if not named else ()
    keys += [column for column in (*columns, *named) if column not in keys]
    shown += [Item(column) for column in columns]


def added_up(p: Parse, outputs: list[Output]) -> None:
    """A number column with groups, or a word for money with no rows to belong to, is meant as a total."""
    frame = p.frame
    ranked = any(sort.expr is not None and is_aggregate(sort.expr) for sort in frame.sorts)
    if frame.groups and not ranks_subject(p):
        _beside_counts(p, outputs)
    if any(is_aggregate(output.expr) for output in outputs) or ranked or frame.having or ranks_subject(p):
        return
    if frame.groups:
        _measure_of_groups(p, outputs)
    elif len(outputs) == 1 and frame.subject is None and set(outputs[0].phrase.lower().split()) & MONEY_CONCEPTS:
        column = outputs[0].expr
        if isinstance(column, Col) and p.is_measure(column) and not frame.sorts:
            outputs[0].expr = Agg("sum", column.table, column)


def _beside_counts(p: Parse, outputs: list[Output]) -> None:
    """ "invoices per month, count and amount": a measure of the rows that are counted is added up beside their number."""
    counted = {output.expr.table.key for output in outputs if isinstance(output.expr, Agg) and output.expr.function == "count"}
    keys = [group.column for group in p.frame.groups if group.column is not None]
    tables = {group.table.key for group in p.frame.groups if group.table is not None and group.column is None}
    for output in outputs:
        expr = output.expr
        if not isinstance(expr, Col) or expr.table.key not in counted - tables or expr in keys or not p.is_measure(expr):
            continue
        rate = RATE_WORDS & set(name_words(expr.column))
        output.expr = Agg("avg" if rate else "sum", expr.table, expr)
        p.frame.notes.append(f"{output.phrase} per group is read as its {'average' if rate else 'sum'}")
        p.frame.doubts += 0.08


def ranks_subject(p: Parse) -> bool:
    """ "for each category, the product with ...": rows of the subject are shown beside the group."""
    subject = p.frame.subject
    ranked = any(sort.superlative for sort in p.frame.sorts)
    return ranked and subject is not None and all(group.table is None or group.table.key != subject.key for group in p.frame.groups)


def _measure_of_groups(p: Parse, outputs: list[Output]) -> None:
    """ "salary by department": numbers shown per group are added up, or averaged where a sum says nothing; else rows are counted."""
    for output in outputs:
        if isinstance(output.expr, Col) and any(group.unit and group.column == output.expr for group in p.frame.groups):
            # "signups per month": the date is when each of them happened.
            output.expr, output.alias = Agg("count", output.expr.table), None
            return
        if isinstance(output.expr, Col) and p.is_measure(output.expr):
            rate = RATE_WORDS & set(name_words(output.expr.column))
            output.expr = Agg("avg" if rate else "sum", output.expr.table, output.expr)
            p.frame.notes.append(f"{output.phrase} per group is read as its {'average' if rate else 'sum'}")
            p.frame.doubts += 0.08
            return
    dated = next((group.column.table for group in p.frame.groups if group.unit and group.column is not None), None)
    table = p.frame.subject or (dated if not outputs else None)
    if table is None or (not outputs and _grouped_by(p, table)):
        table = (_judged(p) if not outputs else None) or table
    if table is not None and not _grouped_by(p, table) and not any(isinstance(output.expr, Col) for output in outputs):
        outputs.append(Output(added(p, table) or Agg("count", table), "number", -1))


def _grouped_by(p: Parse, table: TableName) -> bool:
    """The rows of the table are what is grouped by."""
    return any(group.table is not None and group.table.key == table.key for group in p.frame.groups)


def _judged(p: Parse) -> TableName | None:
    """ "hires per recruiter", "failed inspections per cleaner": the rows that the conditions are about, each of one group."""
    keys = [group.table or (group.column.table if group.column is not None else None) for group in p.frame.groups]
    tables = [condition.about for condition in p.frame.conditions if condition.about is not None]
    return next(
        (
            table
            for table in tables
            if not _grouped_by(p, table) and all(key is not None and (key.key == table.key or p.schema.to_one(table, key)) for key in keys)
        ),
        None,
    )


def implied_keys(p: Parse, outputs: list[Output], sorts: list[Order]) -> list[Expr]:
    """ "customers with the most orders": one row per customer; "name and number of orders": one per name's row."""
    keys: list[Expr] = []
    plain_outputs = [output.expr for output in outputs if not is_aggregate(output.expr)]
    for table in tables_of(plain_outputs):
        named = [expr for expr in plain_outputs if isinstance(expr, Col) and expr.table.key == table.key]
        display = {*p.schema.display(table), *p.schema.key(table)}
        if any(isinstance(expr, Col) and expr.column in display for expr in named):
            keys += [Col(table, name) for name in p.schema.key(table)]
    return list(dict.fromkeys((*keys, *plain_outputs)))
