"""Something measured: "the number of orders", "average price", "total revenue", a metric, a number column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sqlcoder_builtin.clauses.deeds import deed_date
from sqlcoder_builtin.clauses.done import given, owed
from sqlcoder_builtin.clauses.durations import duration
from sqlcoder_builtin.clauses.entities import gender
from sqlcoder_builtin.clauses.going_on import ongoing
from sqlcoder_builtin.clauses.literals import constant, hit_for
from sqlcoder_builtin.clauses.places import amount_column
from sqlcoder_builtin.clauses.terms import other_tables, raw_filter, term_table
from sqlcoder_builtin.clauses.undone import undone
from sqlcoder_builtin.clauses.values import alone
from sqlcoder_builtin.concepts import money_measures
from sqlcoder_builtin.cue_words import MONEY_CONCEPTS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Age, Agg, Col, Expr, Function, Raw, RawPred
from sqlcoder_core.api import Match, Metric, TableName, Term, name_words, table_words

MONEY_TABLES = frozenset("expense payment refund sale donation cost deposit withdrawal fee charge fine tax spending payroll salary".split())
"""Tables of money: their total is that of their amounts, not the number of their rows."""

EXTREMES = ("maximum", "max", "minimum", "min", "maximal", "minimal")
"""Said of a value rather than of a row that has it, unless "with" stands before."""

AGGREGATES: dict[str, Function] = {"sum": "sum", "avg": "avg", "median": "median", "high": "max", "low": "min", "how much": "sum"}


@dataclass(frozen=True, slots=True)
class Measured:
    """`expr` over rows of `table`, said by the chunks up to `end`. `aggregated` says that it is one value per group already."""

    expr: Expr
    table: TableName
    end: int
    aggregated: bool
    counted: bool = False
    nested: Function | None = None
    money: bool = False
    certainty: float = 1.0


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
    return _applied(p, function, inner) if inner else None


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
    owner, following = p.table(at), p.chunk(at + 1)
    if owner is None or following is None or following.kind != "name":
        return at, prefer
    own = p.column(at + 1, p.measures, owner)
    if own is None or own.table.key != owner.key:
        return at, prefer
    p.take(at, at + 1)
    return at + 1, owner


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
    if amount is not None and ((said.endswith("ed") or of_money) if function == "sum" else not per):
        return Measured(Agg(function, inner.table, amount), inner.table, inner.end, True)
    if inner.counted and inner.aggregated:
        money = _money(p, inner.end - 1, inner.table) if function in ("avg", "sum") and said in MONEY_CONCEPTS else None
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
    adjective = chunk is not None and chunk.kind in ("word", "value", "superlative") and p.table(start + 1) is not None
    if chunk is not None and adjective:
        # "how many male students": the adjective is a condition of its own.
        said = chunk.kind == "value" or (chunk.kind == "word" and chunk.capital)
        if (
            gender(p, start) is None
            and undone(p, start) is None
            and owed(p, start) is None
            and given(p, start) is None
            and (not said or alone(p, start) is None)
        ):
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
    if metric is not None and metric.score >= 0.9 and (found := _metric(p, metric)):
        return Measured(found, found.table, start + 1, True)
    if column is None:
        loose = p.table(start, lenient=True)
        return Measured(Agg("count", loose), loose, start + 1, True, counted=True) if loose else None
    return _counted_column(p, column, start, distinct)


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


def plain(p: Parse, at: int, prefer: TableName | None = None) -> Measured | None:
    """A metric, a term, a number column, a word for money, or a table (its rows counted)."""
    chunk = p.chunk(at)
    if chunk is None or (chunk.kind == "cue" and not chunk.names):
        return None
    named = _named_measure(p, at)
    if named is not None:
        return named
    if chunk.text.lower() in MONEY_CONCEPTS and chunk.score("column") < 0.9 and chunk.score("table") < 0.9:
        metric = money_metric(p, prefer or p.near_table(at) or p.subject())
        if metric is not None:
            return Measured(metric, metric.table, at + 1, True, money=True)
    if chunk.text.lower() in ("age", "ages") and (aged := _age(p, at, prefer)) is not None:
        return aged
    column = p.column(at, p.measures, prefer)
    if column is not None and (chunk.score("column") >= 0.65 or chunk.text.lower() not in MONEY_CONCEPTS) and _measurable(p, column):
        table = p.table(at)
        if table is None or chunk.score("column") > chunk.score("table"):
            return Measured(column, column.table, at + 1, False, certainty=chunk.score("column"))
    if chunk.text.lower().split(" ")[-1] in MONEY_CONCEPTS and p.table(at) is None:
        money = _money(p, at, prefer)
        if money is not None:
            return money
    if column is not None and p.table(at) is None:
        return Measured(column, column.table, at + 1, False, certainty=chunk.score("column"))
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


def _money(p: Parse, at: int, prefer: TableName | None) -> Measured | None:
    near = prefer or p.near_table(at) or p.subject()
    metric = money_metric(p, near)
    if metric is not None:
        return Measured(metric, metric.table, at + 1, True, money=True)
    found = money_measures(p.schema, near)
    if not found:
        return None
    table, expr = found[0]
    return Measured(expr, table, at + 1, False, money=True, certainty=0.8)


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


def _named_measure(p: Parse, at: int) -> Measured | None:
    """A metric or a glossary term stands above guessed columns."""
    chunk = p.chunks[at]
    for kind in ("metric", "term"):
        match = chunk.best(kind)
        if match is None or match.score < 0.85 or chunk.score("table") >= match.score:
            continue
        expr = _metric(p, match) if kind == "metric" else _term(p, match)
        if expr is not None:
            return Measured(expr, expr.table, at + 1, expr.aggregate)
    return None


def _metric(p: Parse, match: Match) -> Raw | None:
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
