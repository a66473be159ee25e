"""A frame in, a query tree out."""

from __future__ import annotations

from typing import TypeGuard

from sqlcoder_builtin.assemble_parts import group_expr, named, time_order
from sqlcoder_builtin.combine import conditions
from sqlcoder_builtin.cue_words import MONEY_CONCEPTS, RATE_WORDS
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Frame, Group, Output, Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.periods_apart import cannot_hold, read_apart
from sqlcoder_builtin.settle import measured_table, settle_groups
from sqlcoder_builtin.shapes import special
from sqlcoder_builtin.stored_values import not_stored
from sqlcoder_builtin.tree import Agg, All_, Col, Compare, Expr, Has, Item, Order, PerGroup, Pred, Query, Raw
from sqlcoder_core.api import TableName, name_words


class NotUnderstood(Exception):
    """Nothing that could be asked was found."""


def assemble(p: Parse) -> Query:
    """The query that the frame amounts to. Raises NotUnderstood when it amounts to none, or to one that no row can satisfy."""
    query = _shaped(p)
    impossible = cannot_hold(p, query) or not_stored(p, query)
    if impossible is not None:
        raise NotUnderstood(impossible)
    return query


def _shaped(p: Parse) -> Query:
    frame = p.frame
    root = root_of(p)
    if root is None:
        raise NotUnderstood("no table")
    _something_asked(p)
    if frame.outer is not None and not frame.groups:
        _group_by_the_other(p)
    settle_groups(p, root)
    where = conditions(p, root)
    shaped = special(p, root, where)
    if shaped is not None:
        return shaped
    if frame.difference_at >= 0 or frame.ratio_at >= 0 or frame.share is not None or frame.growth is not None or frame.running:
        raise NotUnderstood("two things to compare, or a part and a whole, were expected and not found")
    related = sum(isinstance(pred, Has) for pred in where) + sum(at > frame.subject_at >= 0 for at, _ in frame.mentioned)
    apart = read_apart(p, root, where)
    if (frame.both and related < 2 and apart == where) or frame.versus_at >= 0:
        frame.doubts += 0.3
    return plain(p, root, apart)


def _something_asked(p: Parse) -> None:
    """ "what did Ada buy" asks for no column and no row of Ada's. Raises NotUnderstood where only the doer was found."""
    frame = p.frame
    opening, verb = p.chunk(0), p.chunk(1)
    asks = opening is not None and opening.text.lower() in ("what", "which") and verb is not None and verb.text.lower() in _AUXILIARIES
    if asks and frame.subject is None and not (frame.outputs or frame.groups or frame.sorts or frame.star) and frame.conditions:
        raise NotUnderstood("the question does not name the table or column that it asks for")


_AUXILIARIES = frozenset({"did", "does", "do", "has", "have", "had"})


def _group_by_the_other(p: Parse) -> None:
    """ "average number of hosts for parties": per row of the other table named. Raises NotUnderstood when there is none."""
    counted = measured_table(p)
    others = [
        (at, table) for at, table in p.tables_said if counted is not None and table.key != counted.key and p.schema.path(table, counted)
    ]
    if not others or counted is None:
        raise NotUnderstood(f"an {'average' if p.frame.outer == 'avg' else 'extreme'} of what is counted needs to know per what")
    at, table = others[0]
    p.frame.groups.append(Group(p.chunks[at].text, at, table=table))
    p.frame.read(at, p.chunks[at].text, f"counted per {table.name}")
    p.frame.doubts += 0.15


def root_of(p: Parse) -> TableName | None:
    """The table whose rows the answer is about: of the aggregate, of the subject, of what is shown."""
    frame = p.frame
    measured = [output.expr for output in frame.outputs if is_aggregate(output.expr)]
    for expr in measured:
        for table in tables_of((expr,)):
            return table
    for sort in frame.sorts:
        if sort.expr is not None and is_aggregate(sort.expr) and frame.subject is None:
            return tables_of((sort.expr,))[0]
    if frame.subject is not None:
        return frame.subject
    shown = tables_of(output.expr for output in frame.outputs)
    if shown:
        return shown[0]
    for condition in frame.conditions:
        if condition.about is not None:
            return condition.about
    for date in frame.dates:
        if date.column is not None:
            return date.column.table
    return p.subject() or next((group.table or (group.column.table if group.column else None) for group in frame.groups), None)


# ---------------------------------------------------------------- the plain shape


def plain(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query:
    """Outputs, groups, orders as they were said, with what people leave out filled in."""
    frame = p.frame
    outputs = list(frame.outputs)
    _added_up(p, outputs)
    keys, shown = group_keys(p, frame, outputs)
    sorts = orders(p, root, outputs)
    outputs = _with_names(p, root, outputs, keys)
    counted_sort = any(is_aggregate(order.expr) for order in sorts)
    aggregated = counted_sort or bool(frame.having) or any(is_aggregate(output.expr) for output in outputs)
    if frame.star and counted_sort:
        frame.star = False
        outputs = _all_columns(p, frame.subject or root)
    if not keys and aggregated:
        keys = _implied_keys(p, outputs, sorts)
    items = _items(frame, shown, outputs)
    root = _root_for(p, root, items, sorts, keys)
    where = _needed_conditions(where, items, sorts)
    limit, per = _limits(p, sorts, keys)
    return Query(
        root=root,
        select=() if frame.star and not aggregated else tuple(items),
        where=(*where, *_involved(p, root, (*items, *sorts, *keys), where)),
        group=tuple(dict.fromkeys(keys)) if aggregated else (),
        having=tuple(Compare(op, expr, bound) for expr, op, bound, _ in frame.having),
        order=tuple(sorts) or (time_order(frame.groups) if aggregated else ()),
        limit=limit,
        distinct=not aggregated and _distinct(p, items),
        per_group=per,
    )


def _with_names(p: Parse, root: TableName, outputs: list[Output], keys: list[Expr]) -> list[Output]:
    """What names the rows asked about, where nothing else was asked of them, or where it was asked "with" something."""
    frame, subject = p.frame, p.frame.subject
    if keys and subject is not None and _ranks_subject(p):
        keys += [key for name in (*p.schema.key(subject), *p.schema.display(subject)) if (key := Col(subject, name)) not in keys]
    if not outputs and (not keys or _ranks_subject(p)):
        return _display(p, subject or root)
    if not frame.also or subject is None or any(is_aggregate(output.expr) for output in outputs):
        return outputs
    names = [Col(subject, name) for name in p.schema.display(subject)]
    return outputs if any(output.expr in names for output in outputs) else [*_display(p, subject), *outputs]


def _all_columns(p: Parse, table: TableName) -> list[Output]:
    return [Output(Col(table, column.name), column.name, -1) for column in p.schema.table(table).columns if not column.hidden]


def _items(frame: Frame, shown: list[Item], outputs: list[Output]) -> list[Item]:
    known = [item.expr for item in shown]
    items = [*shown, *(Item(output.expr, output.alias) for output in outputs if output.expr not in known)]
    if frame.shown_sort is not None and all(item.expr != frame.shown_sort for item in items) and not frame.star:
        items.append(Item(frame.shown_sort))
    return list(named(items))


def _needed_conditions(where: tuple[Pred, ...], items: list[Item], sorts: list[Order]) -> tuple[Pred, ...]:
    """Without those that a join of a shown table makes true anyway."""
    shown = {table.key for table in tables_of((*(item.expr for item in items), *(order.expr for order in sorts)))}
    return tuple(pred for pred in where if not (_bare(pred) and pred.table.key in shown))


def _bare(pred: Pred) -> TypeGuard[Has]:
    return isinstance(pred, Has) and not pred.where and not pred.negated and pred.count is None


def _involved(p: Parse, root: TableName, parts: tuple[object, ...], where: tuple[Pred, ...]) -> tuple[Pred, ...]:
    """Many-side tables that were named and used nowhere: their rows must exist ("students who play games")."""
    used = {table.key for table in tables_of(parts)} | {table.key for pred in where for table in _deep_tables(pred)} | {root.key}
    found = []
    for at, table in p.frame.mentioned:
        if table.key in used or at <= p.frame.subject_at or p.schema.path(root, table) is None or p.schema.to_one(root, table):
            continue
        if p.chunks[at].score("table") < 0.75 or _says_whose(p, at):
            continue
        used.add(table.key)
        found.append(Has(root, table))
        p.frame.doubts += 0.05
    return tuple(found)


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


def _added_up(p: Parse, outputs: list[Output]) -> None:
    """A number column with groups, or a word for money with no rows to belong to, is meant as a total."""
    frame = p.frame
    ranked = any(sort.expr is not None and is_aggregate(sort.expr) for sort in frame.sorts)
    if any(is_aggregate(output.expr) for output in outputs) or ranked or frame.having or _ranks_subject(p):
        return
    if frame.groups:
        _measure_of_groups(p, outputs)
    elif len(outputs) == 1 and frame.subject is None and set(outputs[0].phrase.lower().split()) & MONEY_CONCEPTS:
        column = outputs[0].expr
        if isinstance(column, Col) and p.is_measure(column) and not frame.sorts:
            outputs[0].expr = Agg("sum", column.table, column)


def _ranks_subject(p: Parse) -> bool:
    """ "for each category, the product with ...": rows of the subject are shown beside the group."""
    subject = p.frame.subject
    ranked = any(sort.superlative for sort in p.frame.sorts)
    return ranked and subject is not None and all(group.table is None or group.table.key != subject.key for group in p.frame.groups)


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
    return [Output(Col(table, name), name, -1, names=table) for name in p.schema.display(table)]


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


def _table_key(p: Parse, group: Group, outputs: list[Output], keys: list[Expr], shown: list[Item]) -> None:
    assert group.table is not None
    table = group.table
    keys += [key for name in p.schema.key(table) if (key := Col(table, name)) not in keys]
    named = [output.expr for output in outputs if isinstance(output.expr, Col) and output.expr.table.key == table.key]
    columns = [Col(table, name) for name in p.schema.display(table)] if not named else []
    keys += [column for column in (*columns, *named) if column not in keys]
    shown += [Item(column) for column in columns]


def orders(p: Parse, root: TableName, outputs: list[Output]) -> list[Order]:
    """Sort keys; one without a measure takes the aggregate shown, else the first column shown."""
    found = []
    for sort in p.frame.sorts:
        expr = sort.expr if sort.expr is not None else _default_sort(p, sort, root, outputs)
        if expr is not None:
            found.append(Order(expr, sort.descending))
    return found


def _default_sort(p: Parse, sort: Sort, root: TableName, outputs: list[Output]) -> Expr | None:
    if sort.table is not None and (dates := p.schema.dates(sort.table)):
        return Col(sort.table, dates[0])
    aggregates = [output.expr for output in outputs if is_aggregate(output.expr)]
    alphabetical = "alphabet" in sort.phrase.lower() or "lexic" in sort.phrase.lower()
    if aggregates and not alphabetical:
        return aggregates[0]
    plain_texts = [output.expr for output in outputs if isinstance(output.expr, Col) and p.schema.of(output.expr).kind == "text"]
    if sort.superlative and p.frame.top and len(plain_texts) == len(outputs) == 1 and isinstance(plain_texts[0], Col):
        table = plain_texts[0].table
        if plain_texts[0].column not in p.schema.display(table):
            # "top 5 reasons": those that occur most.
            return Agg("count", table)
    if outputs:
        numbers = [output.expr for output in outputs if isinstance(output.expr, Col) and p.is_measure(output.expr)]
        return numbers[0] if sort.superlative and numbers else outputs[0].expr
    if sort.superlative:
        return None
    return Col(root, p.schema.display(root)[0])


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
    if (
        table is not None
        and all(group.table is None or group.table.key != table.key for group in p.frame.groups)
        and not any(isinstance(output.expr, Col) for output in outputs)
    ):
        outputs.append(Output(Agg("count", table), "number", -1))


def _implied_keys(p: Parse, outputs: list[Output], sorts: list[Order]) -> list[Expr]:
    """ "customers with the most orders": one row per customer; "name and number of orders": one per name's row."""
    keys: list[Expr] = []
    plain_outputs = [output.expr for output in outputs if not is_aggregate(output.expr)]
    for table in tables_of(plain_outputs):
        named = [expr for expr in plain_outputs if isinstance(expr, Col) and expr.table.key == table.key]
        display = {*p.schema.display(table), *p.schema.key(table)}
        if any(isinstance(expr, Col) and expr.column in display for expr in named):
            keys += [Col(table, name) for name in p.schema.key(table)]
    return list(dict.fromkeys((*keys, *plain_outputs)))


def _limits(p: Parse, sorts: list[Order], keys: list[Expr]) -> tuple[int | None, PerGroup | None]:
    frame = p.frame
    superlative = any(sort.superlative for sort in frame.sorts)
    limit = frame.limit if frame.limit is not None else (1 if superlative and sorts else None)
    partition = _partition(p)
    if superlative and partition and limit is not None:
        return None, PerGroup(partition, limit)
    return limit, None


def _partition(p: Parse) -> tuple[Expr, ...]:
    """Groups of a per-group top: those that are not what is ranked."""
    keys: list[Expr] = []
    for group in p.frame.groups:
        if not group.each:
            continue
        if group.table is not None:
            keys += [Col(group.table, name) for name in p.schema.key(group.table) or p.schema.display(group.table)]
        elif group.column is not None:
            keys.append(group_expr(group))
    return tuple(keys)


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


def metric_route(query: Query) -> bool:
    """True when all that is measured is a metric of the catalog."""
    return any(isinstance(item.expr, Raw) for item in query.select)


def both(preds: tuple[Pred, ...]) -> Pred:
    """All of them."""
    return preds[0] if len(preds) == 1 else All_(preds)
