"""Which of two has more: "do we sell more in Paris or in Berlin", "do male or female patients have more appointments"."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import named
from sqlcoder_builtin.clauses.plain_measures import money_metric
from sqlcoder_builtin.concepts import money_measures
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import measure_of, measure_table
from sqlcoder_builtin.tree import Agg, Expr, Has, Item, OneOf, Order, Pred, Query
from sqlcoder_core.api import TableName

_OPENINGS = frozenset("do does did is are was were has have".split())
_SELLING = frozenset("sell sold sells earn earned earns make made makes spend spent".split())


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """One row for each of the two with its measure, the greater first."""
    more_at = next((at for at, chunk in enumerate(p.chunks) if at and chunk.text.lower() in ("more", "fewer", "less")), None)
    pair = next((pred for pred in where if isinstance(pred, OneOf) and len(pred.values) == 2 and not pred.negated), None)
    if more_at is None or pair is None or p.frame.groups or not any(chunk.is_cue("or") for chunk in p.chunks):
        return None
    if p.chunks[0].text.lower().split()[0] not in _OPENINGS or max(p.frame.difference_at, p.frame.ratio_at) >= 0:
        return None
    measure = _measure(p, root, more_at)
    if measure is None:
        p.frame.doubts += 1.0
        return None
    table = measure_table(measure)
    kept = tuple(pred for pred in where if not (isinstance(pred, Has) and pred.table.key == table.key and not pred.where))
    p.frame.read(more_at, p.chunks[more_at].text, "each of the two beside the other")
    order = Order(measure, descending=p.chunks[more_at].text.lower() == "more")
    return Query(table, named([Item(pair.left), Item(measure)]), kept, (pair.left,), order=(order,))


def _measure(p: Parse, root: TableName, more_at: int) -> Expr | None:
    """What there is more of: what was said, money where something is sold, else rows of the table behind "more"."""
    if any(is_aggregate(output.expr) for output in p.frame.outputs):
        return measure_of(p, root)
    behind = p.table(p.past(more_at + 1))
    if behind is not None:
        return Agg("count", behind)
    if not _SELLING & {chunk.text.lower() for chunk in p.chunks[:more_at]}:
        return None
    found = money_measures(p.schema, root)
    return money_metric(p, root) or (Agg("sum", *found[0]) if found else None)
