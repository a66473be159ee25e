"""Small pieces that every shape needs: names for outputs, keys of groups."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_builtin.frame import Group
from sqlcoder_builtin.naming import alias_for
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import unit_expr
from sqlcoder_builtin.tree import Col, Expr, Item, Order
from sqlcoder_core.api import TableName


def named(items: Sequence[Item]) -> tuple[Item, ...]:
    """Aliases for what has no name of its own, each once."""
    taken: set[str] = set()
    result = []
    for item in items:
        alias = item.alias or alias_for(item.expr)
        if alias is not None:
            base, number = alias, 2
            while alias in taken:
                alias, number = f"{base}_{number}", number + 1
        elif isinstance(item.expr, Col) and item.expr.column.lower() in taken:
            alias = f"{item.expr.table.name}_{item.expr.column}".lower()
        taken.add(alias or getattr(item.expr, "column", "").lower())
        result.append(Item(item.expr, alias))
    return tuple(result)


def key_and_name(p: Parse, table: TableName) -> tuple[Col, ...]:
    """How a row of a table is told from others, then what it is called: a lone key stands before the name, since names repeat."""
    names, key = p.schema.display(table), p.schema.key(table)
    shown = (*key, *names) if len(key) == 1 and key[0] not in names else names
    return tuple(Col(table, name) for name in shown)


def group_expr(group: Group) -> Expr:
    """The key of a column group, cut to its unit."""
    assert group.column is not None
    return unit_expr(group.unit, group.column) if group.unit else group.column


def time_order(groups: Sequence[Group]) -> tuple[Order, ...]:
    """Months, years and the like in the order of time, which is how they are read when no other order is asked for."""
    return tuple(Order(group_expr(group)) for group in groups if group.unit is not None and group.column is not None)


def keys_of(p: Parse, groups: Sequence[Group]) -> tuple[list[Expr], list[Item]]:
    """What to group by, and what of it is shown."""
    keys: list[Expr] = []
    shown: list[Item] = []
    for group in groups:
        if group.table is not None:
            table = group.table
            columns = key_and_name(p, table)
            keys = list(dict.fromkeys((*keys, *(Col(table, name) for name in p.schema.key(table)), *columns)))
            shown += [Item(column) for column in columns]
        elif group.column is not None and group_expr(group) not in keys:
            keys.append(group_expr(group))
            shown.append(Item(group_expr(group), _unit_alias(group)))
    return keys, shown


def _unit_alias(group: Group) -> str | None:
    if group.unit is None:
        return None
    return group.unit.replace(" ", "_") if not isinstance(group_expr(group), Col) else None
