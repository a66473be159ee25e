"""What a plain query is sorted by, and how many rows it keeps of all or of each group."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import group_expr, time_order
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Output, Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr, Order, PerGroup
from sqlcoder_core.api import TableName

_OF_TIME = frozenset({"chronological", "chronologically", "calendar", "time"})


_BY_AGE = frozenset({"recent", "newest", "latest", "oldest", "earliest", "recently"})


def orders(p: Parse, root: TableName, outputs: list[Output]) -> list[Order]:
    """Sort keys; one without a measure takes the aggregate shown, else the first column shown."""
    found: list[Order] = []
    figures = [expr for expr in (*(output.expr for output in outputs), *(sort.expr for sort in p.frame.sorts)) if isinstance(expr, Agg)]
    for sort in p.frame.sorts:
        if isinstance(sort.expr, Col):
            # "sorted by amount", where amounts are added up.
            sort.expr = next((figure for figure in figures if figure.arg == sort.expr and p.frame.groups), sort.expr)
        expr = sort.expr if sort.expr is not None else _default_sort(p, sort, root, outputs)
        if expr is not None and all(order.expr != expr for order in found):
            found.append(Order(expr, sort.descending))
    return found


def _default_sort(p: Parse, sort: Sort, root: TableName, outputs: list[Output]) -> Expr | None:
    if (sort.by_time or set(sort.phrase.lower().split()) & _OF_TIME) and (times := time_order(p.frame.groups)):
        return times[0].expr
    if sort.table is not None and (dates := p.schema.dates(sort.table)):
        return Col(sort.table, dates[0])
    aggregates = [output.expr for output in outputs if is_aggregate(output.expr)]
    if set(sort.phrase.lower().split()) & _BY_AGE and not aggregates and (dates := p.schema.dates(root)):
        return Col(root, dates[0])
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


def limits(p: Parse, sorts: list[Order], keys: list[Expr]) -> tuple[int | None, PerGroup | None]:
    frame = p.frame
    _each_of_them(p)
    superlative = any(sort.superlative for sort in frame.sorts)
    limit = frame.limit if frame.limit is not None else (1 if superlative and sorts else None)
    partition = _partition(p)
    if superlative and partition and limit is not None:
        shown = [Order(sort.expr, sort.descending) for sort in frame.sorts if not sort.superlative and sort.expr is not None]
        return None, PerGroup(partition, limit, tuple(shown))
    return limit, None


def _each_of_them(p: Parse) -> None:
    """ "longest book per genre": the first of each, though a lone "per" says that of figures."""
    frame = p.frame
    top = frame.top and frame.limit is not None
    ranked = [sort.at for sort in frame.sorts if sort.superlative and (isinstance(sort.expr, Col) or top)]
    if not ranked or frame.subject is None or (not top and any(is_aggregate(output.expr) for output in frame.outputs)):
        return
    for group in frame.groups:
        other = group.table is None or group.table.key != frame.subject.key
        if other and group.unit is None and group.phrase.lower().startswith("per ") and group.at > ranked[0]:
            group.each = True


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
