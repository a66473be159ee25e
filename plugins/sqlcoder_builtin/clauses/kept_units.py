"""Bounds in units that a number column counts: "covers at least 30 days", "draw more than 60 kilowatts", "run longer than 2 hours"."""

from __future__ import annotations

import re

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.cue_words import STOP_WORDS, comparatives
from sqlcoder_builtin.measured_in import Unit, turned, unit_named, unit_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import All_, Col, Compare, Lit, Pred
from sqlcoder_core.api import TableName, name_words, singular, stem

_LASTING = frozenset("duration length runtime running elapsed lasted watched played spent worked".split())
_TAKE = frozenset("lasted lasting last lasts took take takes taking run runs ran running go goes went".split())
_BOUNDS = ("gt", "ge", "lt", "le", "eq", "between")


def lasting_bound(p: Parse, at: int) -> int | None:
    """ "took more than 45 minutes", where a column keeps how long it took: that rather than two of the dates."""
    chunk = p.chunk(at)
    verb = chunk is not None and (chunk.kind in ("verb", "word") or chunk.text.lower() in _TAKE)
    place = at + 1 if verb else at
    end = _bound(p, p.past(place, "for"), lasting=True)
    if end is not None:
        p.take(at, end)
    return end


def unit_bound(p: Parse, at: int) -> int | None:
    """A comparison, a number and a unit, where just one number of the rows spoken of is kept in such a unit, or called by it."""
    return _bound(p, at)


def _bound(p: Parse, at: int, *, lasting: bool = False) -> int | None:
    chunk = p.chunk(at)
    if chunk is None:
        return None
    cue = comparatives()[chunk.text.lower()][1] if chunk.kind == "comparative" else chunk.word if chunk.is_cue(*_BOUNDS) else None
    number_at = p.past(at + 1, "a", "an", "the", "than", "of", "for")
    number = p.chunk(number_at)
    if cue is None or number is None or number.number is None or number.number.percent:
        return None
    values, after = [number.number.value], number_at + 1
    if cue == "between":
        joint, high = p.chunk(after), p.chunk(after + 1)
        if joint is None or not (joint.is_cue("and") or joint.text.lower() in ("to", "-")) or high is None or high.number is None:
            return None
        values, after = [*values, high.number.value], after + 2
    said = _unit(p, after)
    if said is None:
        return None
    unit, end = said
    for table in [table for table in (p.frame.subject, p.spoken_near(at)) if table is not None]:
        column = _kept(p, table, unit, p.phrase(after, end), at, lasting=lasting)
        if column is not None:
            kept = unit_of(p.schema.of(column))
            bounds = [
                turned(value, unit, kept) if unit is not None and kept is not None and kept.kind == unit.kind else value for value in values
            ]
            return add_condition(p, _compared(cue, column, bounds), at - _verb_before(p, at), _past_period(p, column, end))
    return None


def _verb_before(p: Parse, at: int) -> bool:
    """ "machines that draw more than 60 kilowatts": the verb says what the unit says."""
    before, earlier = p.chunk(at - 1), p.chunk(at - 2)
    if before is None or earlier is None or before.kind != "word" or before.capital:
        return False
    return p.table(at - 2) is not None or earlier.is_cue("that", "with", "but", "and")


def _compared(cue: str, column: Col, bounds: list[int | float]) -> Pred:
    if cue == "between":
        return All_((Compare(">=", column, Lit(bounds[0])), Compare("<=", column, Lit(bounds[1]))))
    return Compare(OPS[cue], column, Lit(bounds[0]))


def _unit(p: Parse, at: int) -> tuple[Unit | None, int] | None:
    """A unit of one or two words; None as the unit where a word of time is a column's own word."""
    for end in (at + 2, at + 1):
        if end <= len(p.chunks) and (unit := unit_named(p.phrase(at, end))) is not None:
            return unit, end
    chunk = p.chunk(at)
    return (None, at + 1) if chunk is not None and chunk.kind == "unit" else None


def _past_period(p: Parse, column: Col, end: int) -> int:
    """ "20,000 miles a year", where the column is of a year: said again; "33 cents per kWh" of a rate."""
    joint, what = p.chunk(end), p.chunk(end + 1)
    if joint is None or what is None or joint.text.lower() not in ("a", "an", "per", "each", "every"):
        return end
    word = singular(what.text.lower())
    usual = {"year": {"annual", "yearly", "year"}, "month": {"monthly", "month"}, "day": {"daily", "day"}, "week": {"weekly", "week"}}
    own = set(name_words(column.column))
    return end + 2 if usual.get(word, set()) & own or {"rate", "rt", "price", "unit"} & own or word in own else end


def _kept(p: Parse, table: TableName, unit: Unit | None, said: str, at: int, *, lasting: bool) -> Col | None:
    """The one column of numbers kept in units of that kind; of several, the one that a word before is like."""
    name = stem(singular(said.lower().split()[-1]))
    found = [
        column.name
        for column in p.schema.table(table).columns
        if p.measures(table, column)
        and (
            ((own := unit_of(column)) is not None and unit is not None and own.kind == unit.kind)
            or name in {stem(word) for word in name_words(column.name)}
        )
    ]
    if lasting:
        found = [column for column in found if unit is not None and unit.kind == "time" and _tells_length(p, Col(table, column))]
    if len(found) > 1:
        found = _likest(p, table, found, at)
    return Col(table, found[0]) if len(found) == 1 else None


def _likest(p: Parse, table: TableName, names: list[str], at: int) -> list[str]:
    """Those whose name or description has most of the words said around: "33 cents per kWh" of a price of one kWh."""
    before = {stem(word) for chunk in p.chunks[max(0, at - 3) : at] for word in chunk.text.lower().split()}
    behind = {stem(word) for chunk in p.chunks[at + 3 : at + 6] for word in chunk.text.lower().split()}
    told = {name: {stem(word) for word in (*name_words(name), *_words(p, table, name))} for name in names}
    scores = {name: 2 * len(behind & words) + len(before & words) for name, words in told.items()}
    best = max(scores.values())
    return [name for name in names if scores[name] == best] if best else names


def _words(p: Parse, table: TableName, name: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", (p.schema.column(table, name).description or "").lower()) if word not in STOP_WORDS]


def _tells_length(p: Parse, column: Col) -> bool:
    """A length of time that rows have, not a span that something is due after."""
    unit = unit_of(p.schema.of(column))
    return bool(_LASTING & set(name_words(column.column))) or {"run", "time"} <= set(name_words(column.column)) or unit is not None
