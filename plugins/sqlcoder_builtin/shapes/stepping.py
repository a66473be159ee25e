"""Two steps: "average number of orders per customer" groups first and averages then."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import keys_of
from sqlcoder_builtin.naming import alias_for
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import measure_of, measure_table
from sqlcoder_builtin.tree import Item, Outer, Pred, Query
from sqlcoder_core.api import TableName


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """WITH step AS (measure per group) SELECT the aggregate of it, per the other groups if there are some."""
    frame = p.frame
    if frame.outer is None or not frame.groups:
        return None
    measure = measure_of(p, root)
    inner = next((group for group in reversed(frame.groups) if group.table is not None or group.unit is not None), frame.groups[-1])
    others = [group for group in frame.groups if group is not inner]
    keys, _ = keys_of(p, [inner])
    outer_keys, shown = keys_of(p, others)
    value = alias_for(measure) or "value"
    named_keys = [Item(item.expr, item.alias or getattr(item.expr, "column", None)) for item in shown]
    name = {"avg": "average", "min": "min", "max": "max", "median": "median"}.get(frame.outer, frame.outer)
    outer = Outer(((frame.outer, value, f"{name}_{value}"),), tuple(str(item.alias) for item in named_keys))
    return Query(
        measure_table(measure), (*named_keys, Item(measure, value)), where, tuple(dict.fromkeys((*outer_keys, *keys))), outer=outer
    )
