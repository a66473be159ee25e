"""Two steps: "average number of orders per customer" groups first and averages then."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import keys_of
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Group
from sqlcoder_builtin.naming import alias_for
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import measure_of, measure_table
from sqlcoder_builtin.tree import Item, Outer, Pred, Query
from sqlcoder_core.api import TableName


def _inner(p: Parse) -> Group:
    """ "per day" right behind what is averaged, else the last group that is of rows or of time."""
    groups = [group for group in p.frame.groups if group.table is not None or group.unit is not None]
    figure = next((output.at for output in p.frame.outputs if is_aggregate(output.expr)), -1)
    behind = [group for group in groups if group.at > figure >= 0 and group.unit is not None and group.phrase.lower().startswith("per ")]
    return behind[0] if behind else groups[-1] if groups else p.frame.groups[-1]


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """WITH step AS (measure per group) SELECT the aggregate of it, per the other groups if there are some."""
    frame = p.frame
    if frame.outer is None or not frame.groups:
        return None
    measure = measure_of(p, root)
    inner = _inner(p)
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
