"""Something measured without an aggregate word: a metric, a glossary term, a number column, a word for money, rows of a table."""

from __future__ import annotations

import re

from sqlcoder_builtin.clauses.amount_nouns import amount_named, amount_said, money_columns, owned_amount
from sqlcoder_builtin.clauses.dimension_nouns import dimension_named
from sqlcoder_builtin.clauses.measured import Measured
from sqlcoder_builtin.clauses.terms import other_tables, raw_filter, term_table
from sqlcoder_builtin.concepts import money_measures
from sqlcoder_builtin.cue_words import MONEY_CONCEPTS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Age, Agg, Col, Raw, RawPred
from sqlcoder_core.api import Match, Metric, TableName, Term, name_words


def plain(p: Parse, at: int, prefer: TableName | None = None) -> Measured | None:
    """A metric, a term, a number column, a word for money, or a table (its rows counted)."""
    chunk = p.chunk(at)
    if chunk is None or (chunk.kind == "cue" and not chunk.names):
        return None
    named = named_measure(p, at)
    if named is not None:
        return named
    if chunk.text.lower() in MONEY_CONCEPTS and chunk.score("column") < 0.9 and chunk.score("table") < 0.9:
        metric = money_metric(p, prefer or p.near_table(at) or p.subject())
        if metric is not None:
            return Measured(metric, metric.table, at + 1, True, money=True)
    if chunk.text.lower() in ("age", "ages") and (aged := _age(p, at, prefer)) is not None:
        return aged
    owned = owned_amount(p, at)
    if owned is not None:
        return Measured(owned, owned.table, at + 1, False, money=True, certainty=0.7)
    column = p.column(at, p.measures, prefer)
    if column is not None and amount_said(chunk) is not None and column not in money_columns(p, column.table):
        # "training cost" is no cost centre.
        column = None
    if column is not None and (chunk.score("column") >= 0.65 or chunk.text.lower() not in MONEY_CONCEPTS) and _measurable(p, column):
        table = p.table(at)
        if table is None or chunk.score("column") > chunk.score("table"):
            return Measured(column, column.table, at + 1, False, certainty=chunk.score("column"))
    if chunk.text.lower().split(" ")[-1] in MONEY_CONCEPTS and p.table(at) is None:
        money = money_of(p, at, prefer)
        if money is not None:
            return money
    if column is not None and p.table(at) is None and amount_said(chunk) is None:
        return Measured(column, column.table, at + 1, False, certainty=chunk.score("column"))
    amount = amount_named(p, at, prefer)
    if amount is not None:
        return Measured(amount, amount.table, at + 1, False, money=True, certainty=0.7)
    held = dimension_named(p, at, prefer)
    if held is not None:
        return Measured(held, held.table, at + 1, False, certainty=0.7)
    table = p.table(at)
    return Measured(Agg("count", table), table, at + 1, True, counted=True) if table else None


def _age(p: Parse, at: int, prefer: TableName | None) -> Measured | None:
    """ "average age": years since the date of birth, where no number is called so."""
    about = prefer or p.owner_after(at) or p.near_table(at) or p.subject()
    if about is None or p.concept(("age",), about, p.numbers) is not None:
        return None
    born = p.concept(("birth_date", "date_of_birth", "birthday", "dob"), about, p.dated)
    unit, years = p.chunk(at + 1), p.chunk(at + 2)
    spoken = unit is not None and years is not None and unit.text.lower() == "in" and years.text.lower() == "years"
    return Measured(Age(born), born.table, at + 1 + 2 * spoken, False) if born is not None else None


def _measurable(p: Parse, column: Col) -> bool:
    return p.schema.of(column).kind in ("integer", "number", "date", "timestamp")


def money_of(p: Parse, at: int, prefer: TableName | None) -> Measured | None:
    near = prefer or p.near_table(at) or p.subject()
    metric = money_metric(p, near)
    if metric is not None:
        return Measured(metric, metric.table, at + 1, True, money=True)
    found = [entry for entry in money_measures(p.schema, near) if near is None or _belongs(p, entry[0], near)]
    if not found:
        return None
    table, expr = found[0]
    return Measured(expr, table, at + 1, False, money=True, certainty=0.8)


def _belongs(p: Parse, table: TableName, near: TableName) -> bool:
    """Its rows are of one row of what is spoken of, or the other way round: money of other rows is no money of these."""
    return table.key == near.key or p.schema.to_one(table, near) or p.schema.to_one(near, table)


_MONEY_METRICS = ("revenue", "total revenue", "net revenue", "sales", "total sales", "gross revenue", "sale")


def money_metric(p: Parse, near: TableName | None) -> Raw | None:
    """The catalog's own metric of money taken in, where its rows lead to the table spoken of."""
    for metric in p.schema.linked.metrics:
        names = {" ".join(name_words(name)) for name in (metric.name, metric.label or "")}
        table = metric.table
        if not names & set(_MONEY_METRICS) or not metric.expression or table is None or table.key not in p.schema.tables:
            continue
        if near is None or p.schema.to_one(table, near):
            return Raw(metric.expression, table, True, _raw_filter(metric.filter, table), metric.name)
    return None


def named_measure(p: Parse, at: int) -> Measured | None:
    """A metric or a glossary term stands above guessed columns."""
    chunk = p.chunks[at]
    for kind in ("metric", "term"):
        match = chunk.best(kind)
        if match is None or match.score < 0.85 or chunk.score("table") >= match.score:
            continue
        expr = metric_of(p, match) if kind == "metric" else _term(p, match)
        if expr is not None:
            return Measured(expr, expr.table, at + 1, expr.aggregate)
    return None


def metric_of(p: Parse, match: Match) -> Raw | None:
    metric: Metric | None = next((metric for metric in p.schema.linked.metrics if metric.name == match.name), None)
    if metric is None or metric.expression is None or metric.table is None or metric.table.key not in p.schema.tables:
        return None
    where = _raw_filter(metric.filter, metric.table)
    return Raw(metric.expression, metric.table, True, where, metric.name)


def _term(p: Parse, match: Match) -> Raw | None:
    term: Term | None = next((term for term in p.schema.linked.terms if term.name == match.name), None)
    if term is None or term.expression is None:
        return None
    table = term.table or term_table(p, term.expression)
    if table is None or table.key not in p.schema.tables:
        return None
    aggregate = bool(re.search(r"\b(sum|count|avg|min|max|median)\s*\(", term.expression, re.IGNORECASE))
    where = raw_filter(p, term.filter, table) if aggregate and term.filter else None
    return Raw(term.expression, table, aggregate, where, term.name, other_tables(p, term.expression, table))


def _raw_filter(sql: str | None, table: TableName) -> RawPred | None:
    return RawPred(sql, table) if sql else None
