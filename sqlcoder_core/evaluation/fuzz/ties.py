"""A gold with ORDER BY and LIMIT in, a query out that shows whether rows on both sides of the limit are ordered by equal values.

Which of such rows comes first is the engine's choice: two queries that mean the same may choose differently, and neither would be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from sqlcoder_core.evaluation.cells import comparable
from sqlcoder_core.evaluation.records import Rows
from sqlcoder_core.evaluation.row_order import sort_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class TieProbe:
    """`sql` gives one row more than the gold, `places` are the columns that it is ordered by, `limit` counts the gold's rows."""

    sql: str
    places: tuple[int, ...]
    limit: int

    def shows(self, found: Rows) -> bool:
        """True when the last row inside the limit and the first beyond it are ordered by equal values."""
        if len(found.rows) <= self.limit:
            return False
        inside, beyond = ([comparable(row[place]) for place in self.places] for row in found.rows[self.limit - 1 : self.limit + 1])
        return inside == beyond


def tie_probe(tree: exp.Expr, dialect: str) -> TieProbe | None:
    """None for a query without both, and where what it orders by cannot be told."""
    limit = tree.args.get("limit")
    count = limit.expression if isinstance(limit, exp.Limit) else None
    if not isinstance(count, exp.Literal) or not count.is_int or tree.args.get("order") is None or int(count.this) < 1:
        return None
    longer = tree.copy()
    longer.set("limit", exp.Limit(expression=exp.Literal.number(int(count.this) + 1)))
    keys = sort_keys(longer.sql(dialect=dialect), dialect)
    return TieProbe(sql=keys.probe, places=keys.places, limit=int(count.this)) if keys is not None else None
