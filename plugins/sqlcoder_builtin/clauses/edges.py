"""The first and the last by a date: "the latest invoice", "the first order", "opened most recently"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.heads import add_output, set_subject
from sqlcoder_builtin.clauses.superlatives import noun_ranked
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col
from sqlcoder_core.api import TableName, name_words


def edge(p: Parse, at: int) -> int | None:
    """ "the first order", "latest invoice", "most recent payment": by date, one row."""
    if not p.is_cue(at, "first", "last"):
        return None
    other = p.past(at + 2, "the")
    if p.is_cue(at + 1, "and") and p.is_cue(other, "first", "last") and p.chunks[at].word != p.chunks[other].word:
        return _both_edges(p, at, other)
    # "our newest 5G tower": the value between is read as usual.
    noun = noun_ranked(p, at)
    table = p.table(noun)
    column = p.column(p.past(at + 1), p.dated)
    if (opened := _done_latest(p, at)) is not None:
        return opened
    if table is None and column is not None and _picks_row(p, at):
        return _by_date(p, at, column)
    if table is None and column is not None and (p.is_dated(column) or "year" in name_words(column.column)) and p.zone == "select":
        end = p.past(at + 1) + 1
        end += p.chunk(end) is not None and p.chunks[end].text.lower() in ("date", "dates")
        add_output(p, Agg("min" if p.chunks[at].word == "first" else "max", column.table, column), at, end)
        return end
    if table is None and (p.chunk(p.past(at + 1)) is None or p.chunks[p.past(at + 1)].kind not in ("name", "number", "unit")):
        return _trailing_edge(p, at)
    dates = (p.schema.dates(table) or _years(p, table)) if table is not None else ()
    if not dates or table is None:
        return None
    named = p.chunk(p.past(at + 1) + 1)
    if named is not None and named.kind == "unit" and named.word == "date" and p.zone == "select":
        end = p.past(at + 1) + 2
        add_output(p, Agg("min" if p.chunks[at].word == "first" else "max", table, Col(table, dates[0])), at, end)
        return end
    if p.chunks[0].text.lower().startswith("when"):
        end = p.past(at + 1) + 1
        set_subject(p, table, end - 1)
        add_output(p, Agg("min" if p.chunks[at].word == "first" else "max", table, Col(table, dates[0])), at, end)
        return end
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.chunks[at].text, at, Col(table, dates[0]), superlative=True, table=table))
    p.frame.read(at, p.chunks[at].text, f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {table.name}.{dates[0]}")
    p.take(at, at + 1)
    return at + 1


def _years(p: Parse, table: TableName) -> tuple[str, ...]:
    """ "the newest book", of which only the year is known."""
    return tuple(column.name for column in p.schema.table(table).columns if p.numbers(table, column) and "year" in name_words(column.name))


def _done_latest(p: Parse, at: int) -> int | None:
    """ "the most recently opened track": the column of that deed, before the table whose row is meant."""
    table, column = p.table(at + 2), p.column(at + 1)
    if table is None or column is None or column.table.key != table.key or not p.chunks[at + 1].text.lower().endswith(("ed", "ilt", "ade")):
        return None
    p.take(at, at + 2)
    set_subject(p, table, at + 2)
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.phrase(at, at + 2), at, column, superlative=True, table=table))
    p.frame.read(at, p.phrase(at, at + 2), f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {describe(column)}")
    return at + 2


def _picks_row(p: Parse, at: int) -> bool:
    """ "the appointment with the most recent start date": which one, not what the date is."""
    before = p.before(at)
    return before is not None and before.is_cue("with", "that", "whose") and (p.frame.subject is not None or bool(p.frame.outputs))


def _by_date(p: Parse, at: int, column: Col) -> int:
    end = p.past(at + 1) + 1
    if (unit := p.chunk(end)) is not None and unit.kind == "unit":
        end += 1
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.phrase(at, end), at, column, superlative=True))
    p.frame.read(at, p.phrase(at, end), f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {describe(column)}")
    p.take(at, end)
    p.zone = "where"
    return end


def _trailing_edge(p: Parse, at: int) -> int | None:
    """ "which was founded the earliest", "left office the latest": by the date named just before."""
    place = at - 1
    while place > 0 and p.chunks[place].kind in ("stop", "verb"):
        place -= 1
    column = p.column(place) if p.table(place) is None else None
    subject = p.frame.subject
    if column is None and subject is not None and p.chunks[at].text.lower().endswith("recently") and (dates := p.schema.dates(subject)):
        column, place = Col(subject, dates[0]), at
    if column is None:
        return None
    found = p.schema.of(column)
    named = {*p.schema.display(column.table), *p.schema.key(column.table)}
    if not (p.dated(column.table, found) or found.kind in ("integer", "number") or (found.kind == "text" and found.name not in named)):
        return None
    p.frame.outputs = [output for output in p.frame.outputs if output.at != place]
    set_subject(p, column.table, place)
    p.frame.sorts.append(Sort(p.chunks[at].word == "last", p.phrase(place, at + 1), at, column, superlative=True))
    p.frame.read(at, p.phrase(place, at + 1), f"{'latest' if p.chunks[at].word == 'last' else 'earliest'} {describe(column)}")
    p.take(place, at + 1)
    return at + 1


def _both_edges(p: Parse, at: int, other: int) -> int | None:
    """ "the first and last order dates", "the first and the last order"."""
    place = p.past(other + 1)
    column = p.column(place, p.dated)
    table = p.table(place)
    if column is None or not p.is_dated(column):
        dates = p.schema.dates(table) if table is not None else ()
        column = Col(table, dates[0]) if table is not None and dates else None
    if column is None:
        return None
    for index in (at, other):
        add_output(p, Agg("min" if p.chunks[index].word == "first" else "max", column.table, column), index, place + 1)
    return place + 1
