"""The plain shape: one SELECT with what was asked for, and what people leave out filled in."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import key_and_name, named, time_order
from sqlcoder_builtin.clauses.money_rows import added
from sqlcoder_builtin.cue_words import RATE_WORDS
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Frame, Output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.plain_groups import added_up, group_keys, implied_keys, ranks_subject
from sqlcoder_builtin.plain_orders import limits, orders
from sqlcoder_builtin.related_rows import involved, needed_conditions
from sqlcoder_builtin.tree import Agg, Col, Compare, Expr, Item, Order, Pred, Query
from sqlcoder_core.api import TableName, name_words, singular


def plain(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query:
    """Outputs, groups, orders as they were said, with what people leave out filled in."""
    frame = p.frame
    outputs = list(frame.outputs)
    added_up(p, outputs)
    _over_a_period(p, outputs)
    keys, shown = group_keys(p, frame, outputs)
    sorts = orders(p, root, outputs)
    outputs = _with_names(p, root, outputs, keys)
    counted_sort = any(is_aggregate(order.expr) for order in sorts)
    aggregated = counted_sort or bool(frame.having) or any(is_aggregate(output.expr) for output in outputs)
    if frame.star and counted_sort:
        frame.star = False
        outputs = _all_columns(p, frame.subject or root)
    if not keys and aggregated:
        keys = implied_keys(p, outputs, sorts)
    items = _with_figure(p, _items(frame, shown, outputs), outputs, sorts)
    root = _root_for(p, root, items, sorts, keys)
    where = needed_conditions(where, items, sorts)
    limit, per = limits(p, sorts, keys)
    return Query(
        root=root,
        select=() if frame.star and not aggregated else tuple(items),
        where=(*where, *involved(p, root, (*items, *sorts, *keys), where)),
        group=tuple(dict.fromkeys(keys)) if aggregated else (),
        having=tuple(Compare(op, expr, bound) for expr, op, bound, _ in frame.having),
        order=tuple(sorts) or (time_order(frame.groups) if aggregated else ()),
        limit=limit,
        distinct=not aggregated and _distinct(p, items),
        per_group=per,
    )


def _over_a_period(p: Parse, outputs: list[Output]) -> None:
    """ "deliveries in the last 30 days", "sales last month": a noun and a period, and no word that asks for rows."""
    frame = p.frame
    _measured_over_a_period(p, outputs)
    bare = frame.subject is not None and not (outputs or frame.groups or frame.sorts or frame.having or frame.star or frame.also)
    asked = any(chunk.is_cue("show", "all", "whose", "that", "all info") for chunk in p.chunks) or frame.limit is not None
    if not bare or asked or len(frame.dates) != 1 or frame.subject is None or p.frame.subject_at > 2 or frame.conditions:
        return
    said = p.chunks[frame.subject_at].text.lower().split()
    money = added(p, frame.subject)
    if money is None and {singular(word) for word in said} <= set(name_words(frame.subject.name)):
        return
    outputs.append(Output(money or Agg("count", frame.subject), "number", -1))
    frame.doubts += 0.1


def _measured_over_a_period(p: Parse, outputs: list[Output]) -> None:
    """ "minutes watched yesterday": a lone number column and a period, and no rows that it is asked of."""
    frame = p.frame
    only = outputs[0] if len(outputs) == 1 else None
    said = frame.subject is None and len(frame.dates) == 1 and not (frame.groups or frame.sorts or frame.having or frame.limit)
    if only is None or not said or only.at > 1 or not isinstance(only.expr, Col) or not p.is_measure(only.expr):
        return
    if any(chunk.is_cue("show", "all", "whose", "per", "by") for chunk in p.chunks) or RATE_WORDS & set(name_words(only.expr.column)):
        return
    only.expr = Agg("sum", only.expr.table, only.expr)
    frame.doubts += 0.05


def _with_names(p: Parse, root: TableName, outputs: list[Output], keys: list[Expr]) -> list[Output]:
    """What names the rows asked about, where nothing else was asked of them, or where it was asked "with" something."""
    frame, subject = p.frame, p.frame.subject
    if keys and subject is not None and ranks_subject(p):
        keys += [key for name in (*p.schema.key(subject), *p.schema.display(subject)) if (key := Col(subject, name)) not in keys]
    if not outputs and (not keys or ranks_subject(p)):
        return _display(p, subject or root)
    if subject is not None and _only_when_done(p, outputs):
        return [*_display(p, subject), *outputs]
    if not frame.also or subject is None or (any(is_aggregate(output.expr) for output in outputs) and not _counted_beside(p, outputs)):
        return outputs
    names = [Col(subject, name) for name in p.schema.display(subject)]
    return outputs if any(output.expr in names for output in outputs) else [*_display(p, subject), *outputs]


def _only_when_done(p: Parse, outputs: list[Output]) -> bool:
    """ "the last person we hired": the verb's date only says which one, it is not what is asked for."""
    first = outputs[0] if len(outputs) == 1 else None
    if first is None or not isinstance(first.expr, Col) or not p.is_dated(first.expr):
        return False
    ranked = any(sort.superlative and sort.expr == first.expr for sort in p.frame.sorts)
    return ranked and first.phrase.lower().endswith("ed") and " " not in first.phrase and p.frame.subject == first.expr.table


def _counted_beside(p: Parse, outputs: list[Output]) -> bool:
    """ "customers with more than 2 orders, with the number of orders": a figure of other rows beside those that were asked for."""
    subject = p.frame.subject
    others = [table for output in outputs for table in tables_of((output.expr,))]
    return (
        subject is not None and not p.frame.groups and all(table.key != subject.key and p.schema.to_one(table, subject) for table in others)
    )


def _all_columns(p: Parse, table: TableName) -> list[Output]:
    return [Output(Col(table, column.name), column.name, -1) for column in p.schema.table(table).columns if not column.hidden]


def _items(frame: Frame, shown: list[Item], outputs: list[Output]) -> list[Item]:
    known = [item.expr for item in shown]
    items = [*shown, *(Item(output.expr, output.alias) for output in outputs if output.expr not in known)]
    if frame.shown_sort is not None and all(item.expr != frame.shown_sort for item in items) and not frame.star:
        items.append(Item(frame.shown_sort))
    return list(named(items))


def _with_figure(p: Parse, items: list[Item], outputs: list[Output], sorts: list[Order]) -> list[Item]:
    """Beside what ranks first the figure it was ranked by, unless columns of its rows were asked for by name."""
    ranked = [sort for sort in p.frame.sorts if sort.superlative]
    if not ranked or p.frame.star or not sorts or not items:
        return items
    figure = sorts[0].expr
    asked = any(output.names is None and not is_aggregate(output.expr) for output in outputs)
    if (isinstance(figure, Col) and asked) or any(item.expr == figure for item in items):
        return items
    return list(named([*items, Item(figure)]))


def _root_for(p: Parse, root: TableName, items: list[Item], sorts: list[Order], keys: list[Expr]) -> TableName:
    """An aggregate's table, so that its rows are not repeated; else as given."""
    for expr in (*(item.expr for item in items), *(order.expr for order in sorts)):
        if is_aggregate(expr):
            tables = tables_of((expr,))
            if tables:
                return tables[0]
    shown = tables_of((*(item.expr for item in items), *(order.expr for order in sorts)))
    if any(root.key == table.key for table in shown) or not shown:
        return next((table for table in shown if all(p.schema.to_one(table, other) for other in shown)), root)
    return next((table for table in shown if all(p.schema.to_one(table, other) for other in shown)), shown[0])


def _display(p: Parse, table: TableName) -> list[Output]:
    """How a table's rows are shown when nothing was asked of them: by name, or whole where they have none."""
    if p.frame.star:
        return []
    if set(p.schema.display(table)) <= set(p.schema.key(table)) and not p.frame.groups and not p.frame.also:
        p.frame.star = True
        return []
    return [Output(column, column.column, -1, names=table) for column in key_and_name(p, table)]


def _distinct(p: Parse, items: list[Item]) -> bool:
    """Asked for, or a list of a category ("list all cities"): values rather than rows."""
    if p.frame.star:
        return False
    return p.frame.distinct or _categories(p, items)


def _categories(p: Parse, items: list[Item]) -> bool:
    """Only columns of text that are no names, and no table asked about: different values are wanted."""
    if p.frame.subject is not None or not items or p.frame.sorts:
        return False
    for item in items:
        if not isinstance(item.expr, Col):
            return False
        column = p.schema.of(item.expr)
        named = {*p.schema.display(item.expr.table), *p.schema.key(item.expr.table)}
        if column.kind not in ("text", "other") or column.name in named or p.schema.is_date(item.expr.table, column):
            return False
    return True
