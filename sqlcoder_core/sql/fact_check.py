"""SQL that people write into metrics, terms and verified questions, held against the catalog before anything uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import sqlglot
from rapidfuzz import fuzz, process
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.catalog import Catalog, Clash, Metric, Table, TableName, Term, VerifiedQuestion


def judge_fact(catalog: Catalog, fact: Metric | Term | VerifiedQuestion, dialect: str) -> Clash | None:
    """What is wrong with the SQL of one fact, or None: it does not parse, or it names a table or column that is not there.

    Wrong terms and verified questions are errors, since a person wrote them for us; a metric that cannot be used is a warning.
    """
    message, hint = _wrong(catalog, fact, dialect) or (None, None)
    if message is None:
        return None
    word = {Metric: "metric", Term: "term", VerifiedQuestion: "verified question"}[type(fact)]
    name = fact.question if isinstance(fact, VerifiedQuestion) else fact.name
    return Clash(
        kind=word,
        subject=name,
        message=f"{word} {name!r}: {message}",
        severity="warning" if isinstance(fact, Metric) else "error",
        place=fact.origin or None,
        hint=hint,
    )


def _wrong(catalog: Catalog, fact: Metric | Term | VerifiedQuestion, dialect: str) -> tuple[str, str | None] | None:
    if isinstance(fact, VerifiedQuestion):
        return _wrong_query(catalog, fact.sql, dialect)
    home = None
    if fact.table is not None:
        home = catalog.table(fact.table)
        if home is None or home.hidden:
            return _no_table(catalog, str(fact.table), home)
    for part in (fact.expression, fact.filter):
        found = _wrong_expression(catalog, part, home, dialect) if part else None
        if found:
            return found
    return None


def _wrong_query(catalog: Catalog, text: str, dialect: str) -> tuple[str, str | None] | None:
    try:
        check(text, dialect, catalog)
    except Refused as refused:
        return refused.message, refused.hint
    return None


def _wrong_expression(catalog: Catalog, text: str, home: Table | None, dialect: str) -> tuple[str, str | None] | None:
    try:
        tree = _parsed(text, dialect)
    except SqlglotError as error:
        return f"{text!r} cannot be read as SQL: {str(error).splitlines()[0].rstrip('.')}", "write one expression, as in sum(orders.total)"
    if any(True for _ in tree.find_all(exp.Query)):
        return f"{text!r} holds a query", "an expression over one table is needed"
    return next(_wrong_columns(catalog, tree, home), None)


@cache
def _parsed(text: str, dialect: str) -> exp.Expression:
    tree = sqlglot.parse_one(text, read=dialect)
    if not isinstance(tree, exp.Expression):
        raise SqlglotError("there is nothing in it")
    return tree


def _wrong_columns(catalog: Catalog, tree: exp.Expression, home: Table | None) -> Iterator[tuple[str, str | None]]:
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star):
            continue
        table = home
        if column.table:
            name = TableName(name=column.table, schema=column.db or None, database=column.catalog or None)
            found = catalog.find(name.name, name.schema, name.database)
            if home is not None and not column.db and home.name.name.lower() == name.name.lower():
                found = (home.name,)
            if len(found) != 1:
                yield _no_table(catalog, str(name), None) if not found else _several(name, found)
                continue
            table = catalog.table(found[0])
        if table is None:
            yield f"{column.name} has no table before it", "write it as table.column, or name the table under `table:`"
        elif table.columns and ((known := table.column(column.name)) is None or known.hidden):
            yield f"{table.name} has no column {column.name}", _nearest_column(column.name, table)


def _several(name: TableName, found: tuple[TableName, ...]) -> tuple[str, str | None]:
    return f"{name} may be {', '.join(map(str, found))}", "write the schema before the name"


def _no_table(catalog: Catalog, name: str, hidden: Table | None) -> tuple[str, str | None]:
    if hidden is not None:
        return f"table {name} is not in the database or is hidden", "`sqlcoder catalog show` says why"
    near = catalog.nearest(name, 1)
    return f"there is no table {name}", f"did you mean {near[0]}?" if near else "`sqlcoder catalog show` lists all"


def _nearest_column(name: str, table: Table) -> str:
    known: Mapping[str, str] = {column.name.lower(): column.name for column in table.columns if not column.hidden}
    found = process.extractOne(name.lower(), known.keys(), scorer=fuzz.ratio, score_cutoff=55)
    return f"did you mean {known[found[0]]}?" if found else f"its columns are {', '.join(list(known.values())[:8])}"
