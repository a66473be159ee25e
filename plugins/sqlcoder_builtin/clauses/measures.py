"""Something measured, with its aggregate word: "the number of orders", "average price", "total revenue"."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlcoder_builtin.clauses.amount_nouns import money_columns
from sqlcoder_builtin.clauses.counts import counted
from sqlcoder_builtin.clauses.done import owed
from sqlcoder_builtin.clauses.durations import duration
from sqlcoder_builtin.clauses.measured import AGGREGATES, MONEY_TABLES, Measured
from sqlcoder_builtin.clauses.places import amount_column, number_column
from sqlcoder_builtin.clauses.plain_measures import money_of, plain
from sqlcoder_builtin.clauses.undone import undone
from sqlcoder_builtin.clauses.values import alone
from sqlcoder_builtin.cue_words import MONEY_CONCEPTS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Function, Raw
from sqlcoder_core.api import TableName, name_words, singular, table_words


def measured(p: Parse, at: int, prefer: TableName | None = None) -> Measured | None:
    """What is measured from `at` on: an aggregate, a count, a metric, or a bare number column or table."""
    start = p.past(at, "the", "a", "an", "of", "their", "its", "his", "her", "its")
    chunk = p.chunk(start)
    if chunk is None:
        return None
    if (lasting := _lasting(p, start)) is not None:
        return lasting
    if chunk.is_cue("count"):
        return counted(p, start + 1)
    if chunk.is_cue(*AGGREGATES):
        found = _aggregate(p, start, AGGREGATES[chunk.word], prefer)
        return found if found is not None or not chunk.is_cue("sum") else plain(p, start, prefer)
    if chunk.kind == "value" and p.table(start + 1) is not None:
        return _valued_rows(p, start)
    return plain(p, start, prefer)


def _lasting(p: Parse, at: int) -> Measured | None:
    """ "length of stay", "days between order and delivery": a number of each row."""
    found = duration(p, at)
    if found is None:
        return None
    if found.guessed:
        p.frame.doubts += 0.05
    return Measured(found.expr, found.table, found.end, False)


def _valued_rows(p: Parse, at: int) -> Measured | None:
    """ "the most cancelled appointments": the value is a condition of its own."""
    inner, zone = plain(p, at + 1), p.zone
    if inner is None or not inner.counted or alone(p, at) is None:
        return None
    p.zone = zone
    return inner


def _aggregate(p: Parse, at: int, function: Function, prefer: TableName | None) -> Measured | None:
    inner_at = p.past(at + 1)
    if (lasting := _lasting(p, inner_at)) is not None:
        return _applied(p, function, lasting)
    if p.is_cue(inner_at, "sum"):
        totalled = _of_totals(p, inner_at, function, prefer)
        if totalled is not None:
            return totalled
        if function != "sum" and not _total_column(p, inner_at):
            inner_at = p.past(inner_at + 1)
    if p.is_cue(inner_at, "count"):
        return _of_counts(p, inner_at, function)
    if p.is_cue(inner_at, "distinct"):
        inner_at = p.past(inner_at + 1)
    if undone(p, inner_at) is not None or owed(p, inner_at) is not None:
        # "total unpaid amount"
        inner_at, p.zone = p.past(inner_at + 1), "select"
    inner_at, prefer = _past_owner(p, inner_at, prefer)
    inner = plain(p, inner_at, prefer)
    if inner is not None and inner.counted:
        own = _better_column(p, inner_at, prefer) or (_called_total(p, at, inner.table) if function == "sum" else None)
        if own is None and function == "sum" and {"amount", "value"} & set(p.chunks[at].text.lower().split()):
            # "total amount of unpaid bills"
            own = amount_column(p, inner.table)
        inner = Measured(own, own.table, inner_at + 1, False) if own is not None else inner
    found = _applied(p, function, inner) if inner else None
    return _in_itself(p, found) if found is not None else None


def _in_itself(p: Parse, found: Measured) -> Measured:
    """ "average length in pages": what it is measured in is the column itself."""
    place, behind = found.end, p.chunk(found.end + 1)
    said = p.chunk(place) is not None and p.chunks[place].text.lower() == "in" and behind is not None and behind.kind == "name"
    if not said or not isinstance(found.expr, Agg) or p.column(place + 1) != found.expr.arg:
        return found
    return replace(found, end=place + 2)


def _of_totals(p: Parse, at: int, function: Function, prefer: TableName | None) -> Measured | None:
    """ "average total of orders" is of the column called so; "average total expenses per employee" of what each adds up to."""
    table = p.table(p.past(at + 1))
    if table is not None and (own := _called_total(p, at, table)) is not None:
        return Measured(Agg(function, own.table, own), own.table, p.past(at + 1) + 1, True)
    inner = plain(p, p.past(at + 1), prefer)
    if function != "avg" or inner is None or not p.is_cue(inner.end, "per") or p.chunks[inner.end].text.lower() != "per":
        return None
    expr = amount_column(p, inner.table) if inner.counted else inner.expr
    if expr is None or (inner.aggregated and not inner.counted):
        return None
    return replace(inner, expr=Agg("sum", inner.table, expr), aggregated=True, counted=False, nested=function)


def _of_counts(p: Parse, at: int, function: Function) -> Measured | None:
    """ "average number of orders" is of what each group counts; numbers that count already are averaged as they are."""
    found = counted(p, at + 1)
    if found is None or function == "sum":
        return found
    kept = not found.counted and isinstance(found.expr, Agg) and found.expr.function == "sum" and not _per_table(p, found.end)
    if kept and isinstance(found.expr, Agg):
        return replace(found, expr=replace(found.expr, function=function))
    return replace(found, nested=function)


def _per_table(p: Parse, at: int) -> bool:
    """ "per customer" stands there."""
    behind = p.chunk(p.past(at + 1))
    whose = behind is not None and (behind.kind == "unit" or p.table(p.past(at + 1)) is not None)
    return whose and p.is_cue(at, "per") and p.chunks[at].text.lower() in ("per", "each", "every")


def _past_owner(p: Parse, at: int, prefer: TableName | None) -> tuple[int, TableName | None]:
    """ "room price": the table before the column says whose it is."""
    owner, following, chunk = p.table(at), p.chunk(at + 1), p.chunk(at)
    if following is None or following.kind != "name" or chunk is None:
        return at, prefer
    if owner is None and chunk.kind == "name" and _modifies(p, at):
        # "funding goal", where "funding" alone would be a text.
        p.take(at, at + 1)
        return at + 1, prefer
    if owner is None and chunk.kind == "word":
        # "downtime cost": a word of the table that has the column.
        told = p.column(at + 1, p.measures)
        if told is not None and p.is_measure(told) and len(chunk.text) > 3 and singular(chunk.text.lower()) in told.table.name.lower():
            p.take(at, at + 1)
            return at + 1, told.table
    if owner is None:
        return at, prefer
    own = p.column(at + 1, p.measures, owner)
    if own is None or own.table.key != owner.key:
        return at, prefer
    p.take(at, at + 1)
    return at + 1, owner


def _modifies(p: Parse, at: int) -> bool:
    """A column that is no number, before one of the same table that is: there is nothing else to aggregate."""
    column, behind = p.column(at), p.column(at + 1, p.measures)
    if column is None or behind is None or p.is_number(column) or p.is_dated(column):
        return False
    return column.table == behind.table and p.is_measure(behind) and p.chunks[at].score("column") < 0.85


def _called_total(p: Parse, at: int, table: TableName) -> Col | None:
    """ "the total of the orders": the table's column of that name."""
    if not p.chunks[at].text.lower().endswith(" of"):
        return None
    word = p.chunks[at].text.lower().split()[0]
    found = next((column for column in p.schema.table(table).columns if name_words(column.name)[-1:] == (word,)), None)
    return Col(table, found.name) if found is not None and p.schema.is_measure(table, found) else None


def _total_column(p: Parse, at: int) -> bool:
    """ "average total of orders": a column that is called "total", with no other number behind it."""
    following = p.column(p.past(at + 1), p.measures)
    return p.column(at, p.measures) is not None and (following is None or not p.is_measure(following))


def _better_column(p: Parse, at: int, prefer: TableName | None) -> Col | None:
    """ "total refunds": a number column about it stands above a table that is only called so by a synonym."""
    chunk = p.chunks[at]
    column = p.column(at, p.measures, prefer, floor=0.6)
    if column is None or chunk.score("table") >= 0.9 or not p.is_measure(column):
        return None
    return column


def _applied(p: Parse, function: Function, inner: Measured) -> Measured | None:
    if isinstance(inner.expr, Raw) and inner.expr.aggregate:
        return replace(inner, expr=_metric_with(inner.expr, function))
    amount = amount_column(p, inner.table) if inner.counted and inner.aggregated else None
    said = p.chunks[inner.end - 1].text.lower() if inner.counted else ""
    per = _per_table(p, inner.end)
    of_money = bool(MONEY_TABLES & set(table_words(inner.table.name)))
    one = function != "sum" and inner.counted and said == singular(said)
    if amount is None and one and inner.aggregated:
        # "average rating", of a table of ratings with one number.
        amount = number_column(p, inner.table)
    if amount is not None and ((said.endswith("ed") or of_money) if function == "sum" else (one or not per)):
        kept = one and amount in money_columns(p, inner.table)
        return Measured(Agg(function, inner.table, amount), inner.table, inner.end, True, money=kept)
    if inner.counted and inner.aggregated:
        money = money_of(p, inner.end - 1, inner.table) if function in ("avg", "sum") and said in MONEY_CONCEPTS else None
        if money is not None:
            return replace(money, expr=Agg(function, money.table, money.expr), aggregated=True)
        return inner if function == "sum" else replace(inner, nested=function)
    return replace(inner, expr=Agg(function, inner.table, inner.expr), aggregated=True)


def _metric_with(metric: Raw, function: Function) -> Raw:
    """The average of a metric that is a sum is the average of what it adds up."""
    lone = re.fullmatch(r"\s*sum\s*\((.*)\)\s*", metric.sql, re.IGNORECASE | re.DOTALL)
    if function in ("avg", "median", "max", "min") and lone and lone.group(1).count("(") == lone.group(1).count(")"):
        return replace(metric, sql=f"{function}({lone.group(1)})")
    return metric
