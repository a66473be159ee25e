"""Bounds in units that a number column counts: "covers at least 30 days", "lasts more than 90 minutes"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Lit
from sqlcoder_core.api import TableName, name_words, singular

_LASTING = frozenset({"duration", "length", "runtime", "time", "elapsed"})


def lasting_bound(p: Parse, at: int) -> int | None:
    """ "took more than 45 minutes", where a column keeps how long it took: that rather than two of the dates."""
    verb, comparing = p.chunk(at), p.is_cue(at + 1, "gt", "ge", "lt", "le", "eq")
    if verb is None or verb.kind != "verb" or not comparing:
        return None
    return _bound(p, at + 1, _LASTING)


def unit_bound(p: Parse, at: int) -> int | None:
    """A verb, a comparison, a number and a unit, where just one number of the rows asked about is called by the unit."""
    return _bound(p, at)


def _bound(p: Parse, at: int, about: frozenset[str] = frozenset()) -> int | None:
    number, unit, before = p.chunk(at + 1), p.chunk(at + 2), p.chunk(at - 1)
    if not p.is_cue(at, "gt", "ge", "lt", "le", "eq") or number is None or number.number is None or unit is None or unit.kind != "unit":
        return None
    said = before is not None and (before.kind == "verb" or before.is_cue("that", "with", "whose"))
    table = p.frame.subject
    column = _counting(p, table, singular(unit.text.lower())) if said and table is not None else None
    if column is None or number.number.percent or (about and not about & set(name_words(column.column))):
        return None
    return add_condition(p, Compare(OPS[p.chunks[at].word], column, Lit(number.number.value)), at, at + 3)


def _counting(p: Parse, table: TableName, unit: str) -> Col | None:
    found = [
        column.name
        for column in p.schema.table(table).columns
        if p.measures(table, column) and unit in {singular(word) for word in name_words(column.name)}
    ]
    return Col(table, found[0]) if len(found) == 1 else None
