"""What "how many" and "number of" count: rows of a table, different values of a column, numbers that count already."""

from __future__ import annotations

from collections.abc import Callable

from sqlcoder_builtin.clauses.attributes import sort_of_thing
from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import deed_date
from sqlcoder_builtin.clauses.done import given, owed
from sqlcoder_builtin.clauses.entities import gender
from sqlcoder_builtin.clauses.flags import is_flag
from sqlcoder_builtin.clauses.going_on import ongoing
from sqlcoder_builtin.clauses.known_kinds import known_kind
from sqlcoder_builtin.clauses.literals import constant, hit_for
from sqlcoder_builtin.clauses.measured import Measured
from sqlcoder_builtin.clauses.plain_measures import metric_of
from sqlcoder_builtin.clauses.undone import undone
from sqlcoder_builtin.clauses.values import alone
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Truth


def counted(p: Parse, at: int) -> Measured | None:
    """What follows "number of": rows of a table, or different values of a column."""
    start = p.past(at)
    distinct = p.is_cue(start, "distinct")
    start = p.past(start + 1) if distinct else start
    while p.is_cue(start, "all", "sum"):
        start = p.past(start + 1)
    for place in range(at, start):
        ongoing(p, place)
    chunk = p.chunk(start)
    if chunk is not None and (flagged := _flagged(p, start)) is not None:
        # "number of refunded tickets"
        add_condition(p, Truth(flagged, True), start, start + 1)
        p.zone = "select"
        start += 1
        chunk = p.chunk(start)
    adjective = chunk is not None and chunk.kind in ("word", "value", "superlative") and p.table(start + 1) is not None
    if chunk is not None and adjective:
        # "how many male students": the adjective is a condition of its own.
        if not _told_by_adjective(p, start):
            return None
        p.zone = "select"
        start += 1
        chunk = p.chunk(start)
    if chunk is not None and chunk.kind == "value" and not adjective and (valued := _rows_with(p, start)) is not None:
        return valued
    named_unit = chunk is not None and chunk.kind == "name" and (tail := p.chunk(start + 1)) is not None and tail.kind == "unit"
    if named_unit and (units := p.column(start + 1, p.measures, p.table(start))) is not None and p.is_measure(units):
        # "leave days": the number column of leave that counts days.
        p.take(start, start + 1)
        return Measured(Agg("sum", units.table, units), units.table, start + 2, True)
    if chunk is None or chunk.kind != "name":
        return None
    table, column = p.table(start), p.column(start)
    if table is not None and not (distinct and column and chunk.score("column") >= chunk.score("table")):
        return Measured(Agg("count", table), table, start + 1, True, counted=True)
    metric = chunk.best("metric")
    if metric is not None and metric.score >= 0.9 and (found := metric_of(p, metric)):
        return Measured(found, found.table, start + 1, True)
    if column is None:
        loose = p.table(start, lenient=True)
        return Measured(Agg("count", loose), loose, start + 1, True, counted=True) if loose else None
    return _counted_column(p, column, start, distinct)


def _flagged(p: Parse, at: int) -> Col | None:
    """A flag of the rows that are named right behind it."""
    table = p.table(at + 1) if p.chunks[at].kind == "name" and p.table(at) is None else None
    column = p.column(at, None, table) if table is not None else None
    if column is None or column.table != table:
        return None
    found = p.schema.of(column)
    return column if is_flag(found.kind, found.values) else None


def _told_by_adjective(p: Parse, at: int) -> bool:
    """The word before the rows that are counted is taken as a condition of theirs."""
    chunk = p.chunks[at]
    if chunk.kind == "value" or (chunk.kind == "word" and chunk.capital):
        ways: tuple[Callable[[Parse, int], int | None], ...] = (*_ADJECTIVES, alone)
    else:
        ways = _ADJECTIVES
    return any(way(p, at) is not None for way in ways)


_ADJECTIVES: tuple[Callable[[Parse, int], int | None], ...] = (gender, undone, owed, given, known_kind, sort_of_thing)


def _rows_with(p: Parse, at: int) -> Measured | None:
    """ "how many no-shows": rows that hold the value."""
    found = constant(p, at)
    hit = hit_for(p, found.hits, at, None) if found is not None and not found.capital else None
    if found is None or hit is None or hit.table is None or alone(p, at) is None:
        return None
    p.zone = "select"
    happened = deed_date(p, str(hit.value))
    if happened is not None and happened.table.key == hit.table.key:
        p.frame.deed_column = happened
    return Measured(Agg("count", hit.table), hit.table, found.end, True, counted=True)


def _counted_column(p: Parse, column: Col, at: int, distinct: bool) -> Measured:
    """A number that counts already is added up; a key counts its rows; other columns count their different values."""
    found = p.schema.of(column)
    if p.schema.is_measure(column.table, found) and not distinct:
        return Measured(Agg("sum", column.table, column), column.table, at + 1, True)
    whole = column.column in p.schema.key(column.table) or column.column in p.schema.display(column.table)
    if whole and not distinct:
        return Measured(Agg("count", column.table), column.table, at + 1, True, counted=True)
    loose = p.table(at, lenient=True)
    if loose is not None and not distinct and p.schema.refers(column.table, column.column):
        return Measured(Agg("count", loose), loose, at + 1, True, counted=True)
    if p.is_dated(column) and not distinct:
        # "patients registered": their rows are counted, the date is what periods are about.
        p.frame.deed_column = column
        return Measured(Agg("count", column.table), column.table, at + 1, True, counted=True)
    return Measured(Agg("count", column.table, column, distinct=True), column.table, at + 1, True)
