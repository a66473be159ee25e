"""What a prompt says beside the tables: metrics and terms, days and weeks, the conversation so far, wishes; one line each."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator

from sqlcoder_core.api import Ask, Clock, Exposure, Metric, Table, Term
from sqlcoder_prompts.focus import Focus
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.plain import Plain

DIALECTS = {
    "bigquery": "BigQuery",
    "clickhouse": "ClickHouse",
    "databricks": "Databricks SQL",
    "doris": "Apache Doris",
    "duckdb": "DuckDB",
    "mysql": "MySQL",
    "oracle": "Oracle",
    "postgres": "PostgreSQL",
    "presto": "Presto",
    "redshift": "Amazon Redshift",
    "snowflake": "Snowflake",
    "spark": "Spark SQL",
    "sqlite": "SQLite",
    "starrocks": "StarRocks",
    "teradata": "Teradata",
    "trino": "Trino",
    "tsql": "Microsoft SQL Server (T-SQL)",
}
_TODAY = {
    "bigquery": "CURRENT_DATE()",
    "clickhouse": "today()",
    "mysql": "CURRENT_DATE",
    "oracle": "TRUNC(SYSDATE)",
    "sqlite": "date('now')",
    "tsql": "CAST(GETDATE() AS DATE)",
}


def dialect_name(dialect: str) -> str:
    """The engine's name for people and models; the word itself for one that is not listed."""
    return DIALECTS.get(dialect, dialect or "standard SQL")


def today_expression(dialect: str) -> str:
    """How the dialect says what day it is."""
    return _TODAY.get(dialect, "CURRENT_DATE")


# ------------------------------------------------------------------ metrics, terms, dashboards


def metric_line(metric: Metric, names: Names, plain: Plain) -> str:
    """`revenue (also called turnover): All money we got; computed as sum(amount) of orders where status = 'paid'`."""
    computed = f"computed as {plain.line(metric.expression)}" if metric.expression else ""
    if computed and metric.table:
        computed += f" of {names.table(metric.table)}"
    if computed and metric.filter:
        computed += f" where {plain.line(metric.filter)}"
    called = tuple(filter(None, (metric.label, *metric.synonyms)))
    return _definition(metric.name, called, metric.description, computed, plain)


def term_line(term: Term, names: Names, plain: Plain) -> str:
    """`big order: An order worth more than 1,000 dollars; the condition orders.order_total > 1000`."""
    written = f"computed as {plain.line(term.expression)}" if term.expression else ""
    if term.filter:
        written = "; ".join(filter(None, (written, f"the condition {plain.line(term.filter)}")))
    return _definition(term.name, term.synonyms, term.definition, written, plain)


def exposure_line(exposure: Exposure, names: Names, plain: Plain) -> str:
    """`dashboard Weekly sales uses orders, customers`."""
    tables = ", ".join(map(names.table, exposure.tables))
    about = f": {plain.brief(exposure.description)}" if exposure.description else ""
    return f"{plain.line(exposure.kind or 'dashboard')} {plain.line(exposure.label or exposure.name)} uses {tables}{about}"


def _definition(name: str, called: Iterable[str], about: str | None, computed: str, plain: Plain) -> str:
    others = ", ".join(dict.fromkeys(plain.line(other) for other in called if other.lower() != name.lower()))
    head = plain.line(name) + (f" (also called {others})" if others else "")
    text = "; ".join(filter(None, (plain.brief(about).rstrip(".") if about else "", computed)))
    return f"{head}: {text}" if text else head


# ------------------------------------------------------------------ the question's own


def time_lines(clock: Clock, dialect: str) -> Iterator[str]:
    """What relative words are reckoned from. A set day is written as a literal, so that answers repeat."""
    if clock.now is not None:
        day = clock.today()
        yield f"Today is {calendar.day_name[day.weekday()]}, {day.isoformat()}; write that date, not {today_expression(dialect)}"
    yield from week_lines(clock)


def week_lines(clock: Clock) -> Iterator[str]:
    """How weeks and years are cut, where it is not the usual way."""
    if clock.week_start != "monday":
        yield f"Weeks start on {clock.week_start.capitalize()}"
    if clock.fiscal_year_start != 1:
        yield f"The fiscal year starts in {calendar.month_name[clock.fiscal_year_start]}"


def wish_lines(ask: Ask, plain: Plain) -> Iterator[str]:
    """Instructions given with the question, and the number of rows wanted where it names none."""
    question = ask.linked.question
    yield from (plain.line(line) for line in (question.instructions or "").splitlines() if line.strip())
    if ask.limit is not None:
        yield f"Where the question asks for no number of rows, add LIMIT {ask.limit}"


def previous_lines(ask: Ask, plain: Plain) -> tuple[str, ...]:
    """The questions before this one, oldest first."""
    return tuple(plain.quoted(line) for line in (ask.linked.question.previous or "").splitlines() if line.strip())


def value_lines(tables: Iterable[Table], focus: Focus, names: Names) -> Iterator[str]:
    """Which stored values words of the question may mean, for prompts whose tables are shown the same for every question."""
    for table in tables:
        for column in table.columns:
            values = focus.values(table.name, column.name)
            if values:
                place = f"{names.table(table.name)}.{names.column(column.name)}"
                yield f"The question may mean {place} = {' or '.join(dict.fromkeys(map(names.literal, values)))}"
