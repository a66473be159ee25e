"""Ages that no column keeps: "average age of the members", reckoned from the date of birth."""

from __future__ import annotations

from sqlcoder_builtin.clauses.durations import tables_near
from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by
from sqlcoder_builtin.tree import Age, Agg, Col, Expr, Function

_FUNCTIONS: dict[str, Function] = {"avg": "avg", "median": "median", "high": "max", "low": "min"}
_BORN = ("birth", "born", "dob", "birthday", "birthdate")


def age_asked(p: Parse, at: int) -> int | None:
    """An aggregate of ages, or the age itself as something to show."""
    if p.zone != "select":
        return None
    function = next((function for cue, function in _FUNCTIONS.items() if p.is_cue(at, cue)), None)
    place = p.past(at + 1) if function is not None else at
    chunk = p.chunk(place)
    if chunk is None or chunk.text.lower() not in ("age", "ages") or _kept(p, place):
        return None
    born = _born(p, place)
    if born is None:
        return None
    expr: Expr = Age(born)
    if function is not None:
        expr = Agg(function, born.table, expr)
    end = place + 1
    inside, unit = p.chunk(end), p.chunk(end + 1)
    if inside is not None and unit is not None and inside.text.lower() == "in" and unit.text.lower() == "years":
        end += 2
    add_output(p, expr, at, end)
    return end


def _kept(p: Parse, at: int) -> bool:
    """A column that is called so in what is spoken of."""
    column = p.column(at, p.numbers, floor=0.85)
    return column is not None and p.is_number(column)


def _born(p: Parse, at: int) -> Col | None:
    """Of the things behind "of", else of what is spoken of and what is near."""
    owner = p.owner_after(at)
    first = dated_by(p.schema, _BORN, (owner,)) if owner is not None else None
    return first or (dated_by(p.schema, _BORN, tables_near(p, at)) if owner is None else None)
