"""Two figures side by side with what they make, per group where groups were said."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import keys_of, named
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import measure_table
from sqlcoder_builtin.tree import Col, Compare, Expr, Item, Order, Pred, Query
from sqlcoder_core.api import TableName


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """Keys, both figures, and their ratio or difference."""
    found = p.frame.figures
    if found is None:
        return None
    keys, shown = keys_of(p, p.frame.groups)
    for output in p.frame.outputs:
        if isinstance(output.expr, Col) and output.expr not in keys and p.frame.groups and not p.is_measure(output.expr):
            keys.append(output.expr)
            shown.append(Item(output.expr))
    items = named([*shown, Item(found.first), Item(found.second), Item(found.made, found.name)])
    orders = tuple(Order(sort.expr if sort.expr is not None else found.made, sort.descending) for sort in p.frame.sorts)
    limit = p.frame.limit if p.frame.limit is not None else (1 if any(sort.superlative for sort in p.frame.sorts) else None)
    having = tuple(Compare(op, expr, bound) for expr, op, bound, _ in p.frame.having)
    return Query(_base(p, found.first, found.second), items, where, tuple(keys), having=having, order=orders, limit=limit)


def _base(p: Parse, first: Expr, second: Expr) -> TableName:
    """The table whose rows both are over; the first one's where they differ."""
    one, other = measure_table(first), measure_table(second)
    return other if p.schema.to_one(other, one) else one
