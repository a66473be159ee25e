"""When most is done: "on which day do people borrow the most", "in which month were the fewest calls made"."""

from __future__ import annotations

from sqlcoder_builtin.deed_columns import dated_deed
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Group, Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col

_MOST = frozenset({"most", "the most", "fewest", "least", "the fewest", "the least"})


def most_done_when(p: Parse, at: int) -> int | None:
    """The unit of time asked for, by how many rows of the thing, or of what the verb does, lie in it."""
    chunk, asked = p.chunk(at), _asked(p)
    if chunk is None or asked is None or chunk.text.lower() not in _MOST or p.frame.outputs or p.frame.sorts:
        return None
    column, verb_at = _deed(p, asked.at, at)
    place = p.past(at + 1)
    table = p.table(place) or (column.table if column is not None else None)
    if table is None or (column is not None and p.schema.distance(table, column.table) > 1):
        return None
    end = place + 1 if p.table(place) is not None else at + 1
    # Who does it is not what is asked for: "people", "customers".
    p.frame.subject = None
    if column is not None and asked.column is None and asked.unit is not None:
        asked.column = column
    expr = Agg("count", table)
    p.frame.sorts.append(Sort("most" in chunk.text.lower(), p.phrase(at, end), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at, end), f"by {describe(expr)}")
    p.take(at, max(end, verb_at + 1))
    if verb_at >= 0:
        p.take(verb_at, verb_at + 1)
    return max(end, verb_at + 1)


def _asked(p: Parse) -> Group | None:
    """The unit that "which" or "what" asks for."""
    group = p.frame.groups[-1] if p.frame.groups else None
    before = p.chunk(group.at - 1) if group is not None and group.unit is not None else None
    return group if before is not None and before.text.lower().split()[-1] in ("which", "what") else None


def _deed(p: Parse, start: int, at: int) -> tuple[Col | None, int]:
    """The verb between the unit and "most" or behind it, and the date on which that is done."""
    for place in (*range(at - 1, start, -1), *range(at + 1, min(at + 5, len(p.chunks)))):
        chunk = p.chunks[place]
        if chunk.kind in ("mark", "date"):
            break
        if chunk.kind in ("word", "verb", "name", "value") and p.table(place) is None and (found := dated_deed(p, chunk.text)) is not None:
            return found, place
    return None, -1
