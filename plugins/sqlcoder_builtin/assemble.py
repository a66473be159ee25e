"""A frame in, a query tree out."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.some_of_them import settle_some
from sqlcoder_builtin.combine import conditions
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Condition, Group
from sqlcoder_builtin.inner_rows import give_to_inner
from sqlcoder_builtin.kept_rows import kept
from sqlcoder_builtin.own_conditions import give_back
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.people import is_people
from sqlcoder_builtin.periods_apart import cannot_hold, read_apart
from sqlcoder_builtin.plain_groups import group_by_said_values
from sqlcoder_builtin.plain_shape import plain
from sqlcoder_builtin.settle import measured_table, settle_groups
from sqlcoder_builtin.shapes import sharing, special
from sqlcoder_builtin.stored_values import not_stored
from sqlcoder_builtin.tree import Agg, Col, Compare, Expr, Has, Item, Query, Scalarq
from sqlcoder_core.api import TableName, name_words, table_words


class NotUnderstood(Exception):
    """Nothing that could be asked was found."""


def assemble(p: Parse) -> Query:
    """The query that the frame amounts to. Raises NotUnderstood when it amounts to none, or to one that no row can satisfy."""
    query = replace(_shaped(p), digits=p.frame.digits)
    if p.frame.keep:
        query = kept(query, p.schema, zero=p.frame.keep_zero)
    impossible = cannot_hold(p, query) or not_stored(p, query)
    if impossible is not None:
        raise NotUnderstood(impossible)
    return query


def _shaped(p: Parse) -> Query:
    frame = p.frame
    root = root_of(p)
    if root is None:
        raise NotUnderstood("no table")
    _something_asked(p, root)
    _somebody_asked(p, root)
    if frame.outer is not None and not frame.groups:
        _group_by_the_other(p)
    give_back(p)
    settle_some(p)
    sharing.set_part_apart(p)
    group_by_said_values(p)
    settle_groups(p, root)
    _pick_rows(p)
    give_to_inner(p)
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


def _something_asked(p: Parse, root: TableName) -> None:
    """ "what did Ada buy" asks for no column and no row of Ada's. Raises NotUnderstood where only the doer was found."""
    frame = p.frame
    opening, verb = p.chunk(0), p.chunk(1)
    if opening is not None and opening.text.lower().split()[0] == "who" and not frame.outputs and not frame.groups and not _people(p, root):
        # "who owns the main depot" asks for somebody, not for the depot.
        raise NotUnderstood("somebody is asked for, and nobody was found in what the question names")
    asks = opening is not None and opening.text.lower() in ("what", "which") and verb is not None and verb.text.lower() in _AUXILIARIES
    if asks and frame.subject is None and not (frame.outputs or frame.groups or frame.sorts or frame.star) and frame.conditions:
        raise NotUnderstood("the question does not name the table or column that it asks for")


def _people(p: Parse, root: TableName) -> bool:
    """True where the rows asked about are people, or parties that are spoken of like people."""
    table = p.subject() or root
    return is_people(p.schema, table) or table_words(table.name)[-1] in ("account", "company", "organization", "organisation", "household")


def _somebody_asked(p: Parse, root: TableName) -> None:
    """ "who was charged for it" asks for people: rows that have no name of anybody are hardly meant."""
    named = any("name" in name_words(column) for column in p.schema.display(root))
    if p.chunks[0].text.lower().split()[0] == "who" and not (named or p.frame.outputs or p.frame.groups):
        p.frame.doubts += 0.4


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


def _pick_rows(p: Parse) -> None:
    """ "the average age of students in the dorm with the largest capacity": a rank inside an aggregate picks rows, it sorts none."""
    frame = p.frame
    if frame.groups or frame.limit is not None or not frame.outputs or not all(is_aggregate(output.expr) for output in frame.outputs):
        return
    for sort in [sort for sort in frame.sorts if sort.superlative]:
        column = _ranked_column(sort.expr)
        if column is not None:
            extreme = Query(column.table, (Item(Agg("max" if sort.descending else "min", column.table, column)),))
            frame.conditions.append(Condition(Compare("=", column, Scalarq(extreme)), sort.phrase, sort.at, about=column.table))
            frame.sorts.remove(sort)


def _ranked_column(expr: Expr | None) -> Col | None:
    """The column whose highest or lowest value is meant; None for sums and counts."""
    if isinstance(expr, Agg) and expr.function in ("max", "min") and isinstance(expr.arg, Col):
        return expr.arg
    return expr if isinstance(expr, Col) else None


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
    if frame.figures is not None and (figured := tables_of((frame.figures.first,))):
        return figured[0]
    return p.subject() or next((group.table or (group.column.table if group.column else None) for group in frame.groups), None)
