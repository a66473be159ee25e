"""Which tables a query joins, and which of its conditions become EXISTS so that no row is counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.schema import Schema, Step
from sqlcoder_builtin.tree import All_, Any_, Has, Not, Pred, Query
from sqlcoder_core.api import TableName


class NoWay(Exception):
    """Two tables that the query needs have no joins between them."""

    def __init__(self, left: TableName, right: TableName) -> None:
        super().__init__(f"no way from {left} to {right}")
        self.left = left
        self.right = right


@dataclass(slots=True)
class JoinPlan:
    """FROM `root`, then `steps` in order; `where` with many-side conditions turned into `Has`."""

    root: TableName
    steps: list[Step] = field(default_factory=list)
    where: tuple[Pred, ...] = ()
    keep: bool = False
    """Rows of the root without a partner stay."""

    def joined(self) -> tuple[TableName, ...]:
        """All tables in FROM."""
        return (self.root, *(step.target for step in self.steps))

    def fans_out(self) -> bool:
        """Rows of the root may appear several times."""
        return any(step.many for step in self.steps)


def plan_joins(query: Query, schema: Schema) -> JoinPlan:
    """Joins for everything the query shows, groups and sorts by; conditions on to-one tables join too, others become `Has`."""
    plan = JoinPlan(query.root, keep=query.keep)
    for table in (*tables_of((*query.select, *query.group, *query.having, *query.order)), *query.need):
        _reach(plan, table, schema)
    plan.where = tuple(_placed(plan, pred, schema) for pred in query.where)
    return plan


def _reach(plan: JoinPlan, table: TableName, schema: Schema) -> None:
    """Add the shortest way from what is joined already; to-one ways first."""
    if any(table.key == there.key for there in plan.joined()):
        return
    ways = [path for there in plan.joined() if (path := schema.path(there, table)) is not None]
    if not ways:
        raise NoWay(plan.root, table)
    best = min(ways, key=lambda path: len(path) + 0.5 * sum(step.many for step in path))
    there_already = {there.key for there in plan.joined()}
    plan.steps += [step for step in best if step.target.key not in there_already]


def _placed(plan: JoinPlan, pred: Pred, schema: Schema) -> Pred:
    """The condition as it stands when its tables are joined to-one, else wrapped in `Has`."""
    tables = tables_of((pred,))
    joined = {there.key for there in plan.joined()}
    outside = [table for table in tables if table.key not in joined]
    if not outside:
        return pred
    if all(schema.to_one(plan.root, table) for table in outside):
        for table in outside:
            _reach(plan, table, schema)
        return pred
    return _wrapped(plan, pred, outside, schema)


def _wrapped(plan: JoinPlan, pred: Pred, outside: Sequence[TableName], schema: Schema) -> Pred:
    if len({table.key for table in tables_of((pred,))}) > 1 and isinstance(pred, Any_):
        return Any_(tuple(_placed(plan, part, schema) for part in pred.parts))
    if len({table.key for table in tables_of((pred,))}) > 1 and isinstance(pred, All_):
        return All_(tuple(_placed(plan, part, schema) for part in pred.parts))
    if isinstance(pred, Not):
        return Not(_placed(plan, pred.part, schema))
    if isinstance(pred, (Any_, All_)) and any(isinstance(part, Has) for part in pred.parts):
        return type(pred)(tuple(_placed(plan, part, schema) for part in pred.parts))
    far = max(outside, key=lambda table: schema.distance(plan.root, table))
    if schema.path(plan.root, far) is None:
        raise NoWay(plan.root, far)
    start = min(plan.joined(), key=lambda there: schema.distance(there, far))
    if isinstance(pred, Has):
        return Has(start, pred.of, (pred,))
    return Has(start, far, (pred,))


def merged_has(preds: Sequence[Pred], schema: Schema) -> tuple[Pred, ...]:
    """Several plain `Has` about the same rows become one: "orders over 100 placed in May" is one order.

    Also where one is about what the other's rows point to: "members who borrowed a novel in May" had one loan of both kinds.
    """
    merged: list[Pred] = []
    for pred in sorted(preds, key=lambda pred: _depth(pred, schema)):
        twin = next((at for at, other in enumerate(merged) if _same_rows(other, pred, schema)), None)
        if twin is None:
            merged.append(pred)
            continue
        other = merged[twin]
        assert isinstance(other, Has) and isinstance(pred, Has)
        where = (*other.where, *pred.where)
        if not pred.where and pred.table.key != other.table.key and pred.count is None:
            # Nothing is asked of the farther rows but that they are there.
            where = (*where, Has(other.table, pred.table))
        merged[twin] = Has(other.of, other.table, where, other.negated, other.count or pred.count, other.measure or pred.measure)
    return tuple(merged)


def _depth(pred: Pred, schema: Schema) -> int:
    """Nearer rows first; other conditions before them, in their order."""
    return schema.distance(pred.of, pred.table) if isinstance(pred, Has) else 0


def _same_rows(one: Pred, other: Pred, schema: Schema) -> bool:
    """`other` is about the rows of `one`, or about what each of them points to."""
    if not (isinstance(one, Has) and isinstance(other, Has)):
        return False
    # A negated one takes conditions only from the words that belong to it, which the parser has put there already.
    if one.of != other.of or one.negated or other.negated or (one.count and other.count):
        return False
    if one.table == other.table:
        return True
    path = schema.path(one.of, other.table) or ()
    passes = any(step.target.key == one.table.key for step in path)
    return other.count is None and passes and schema.to_one(one.table, other.table)
