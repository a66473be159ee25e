"""Averages and ages as what is asked for: "how many lines does an order have on average", "how old is the youngest patient"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Group
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Age, Agg, Col, Expr


def on_average(p: Parse, at: int) -> int | None:
    """ "how many lines does an order have on average": the count per the other table named, then its average."""
    if not p.is_cue(at, "on average"):
        return None
    chunk = p.chunks[at]
    aggregated = [output for output in p.frame.outputs if is_aggregate(output.expr)]
    if not aggregated:
        for output in p.frame.outputs:
            if isinstance(output.expr, Col) and p.is_measure(output.expr):
                output.expr = Agg("avg", output.expr.table, output.expr)
                chunk.used = True
                return at + 1
        return _average_later(p, at)
    output = aggregated[-1]
    if isinstance(output.expr, Agg) and output.expr.function in ("count", "sum"):
        table = next(
            (table for place, table in p.tables_said if table.key != output.expr.table.key and p.schema.to_one(output.expr.table, table)),
            None,
        )
        if table is None and not p.frame.groups:
            return None
        chunk.used = True
        p.frame.outer = "avg"
        if not p.frame.groups and table is not None:
            p.frame.groups.append(Group(chunk.text, at, table=table, each=True))
        p.frame.read(at, chunk.text, f"average of {describe(output.expr)}" + (f" per {table.name}" if table else ""))
        return at + 1
    chunk.used = isinstance(output.expr, Agg) and output.expr.function == "avg"
    return at + 1


def _average_later(p: Parse, at: int) -> int | None:
    """The measure stands behind "on average"."""
    found = measured(p, at + 1)
    if found is not None and not found.aggregated:
        p.chunks[at].used = True
        add_output(p, Agg("avg", found.table, found.expr), at, found.end)
        return found.end
    return at + 1


def how_old(p: Parse, at: int) -> int | None:
    """ "how old is the youngest patient": the age, or the years since the date of birth."""
    if not p.is_cue(at, "how old"):
        return None
    following = p.table(p.past(at + 1))
    table = following or next((table for place, table in p.tables_said if place > at), None) or p.subject()
    if table is None:
        return None
    age = p.concept(("age",), table, p.numbers)
    born = p.concept(("birth_date", "date_of_birth", "birthday"), table, p.dated) if age is None else None
    expr: Expr | None = age or (Age(born) if born is not None else None)
    if expr is None:
        return None
    add_output(p, expr, at, at + 1)
    return at + 1
