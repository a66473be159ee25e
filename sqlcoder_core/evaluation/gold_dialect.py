"""Gold SQL of one dialect in, the same for the engine that runs it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.dated import pinned
from sqlcoder_core.evaluation.integer_division import with_types
from sqlcoder_core.evaluation.records import Base
from sqlcoder_core.values.catalog import Table
from sqlcoder_core.values.question import Clock


def adapted(sql: str, dialect: str, engine: str, *, now: datetime | None = None, tables: Iterable[Table] = ()) -> str:
    """The query for `engine`, both being sqlglot's words; the text as it stands where nothing has to change.

    With `now` the current day and moment become that of the suite. `tables` tell integers from other numbers, where the dialects
    divide differently. Raises UsageError that names what cannot be read or translated.
    """
    if dialect == engine and now is None:
        return sql
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
        dated = pinned(tree, now) if now is not None else tree
        if dialect == engine:
            return sql if dated is tree else dated.sql(engine)
        return with_types(dated, dialect, tables).sql(engine, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError) as error:
        told = " ".join(str(error).split("\n")[0].split())
        doing = "read" if isinstance(error, sqlglot.ParseError | sqlglot.TokenError) else "translated"
        raise UsageError(f"the gold SQL cannot be {doing} from {dialect} to {engine}: {told}") from None


def translated(golds: Sequence[str], base: Base, engine: str, clock: Clock) -> tuple[str, ...]:
    """The acceptable queries of a task on this base for `engine`, less those that cannot be translated; UsageError where none can."""
    found: list[str] = []
    reasons: list[UsageError] = []
    for sql in golds:
        try:
            found.append(adapted(sql, base.dialect or engine, engine, now=clock.now, tables=base.tables))
        except UsageError as error:
            reasons.append(error)
    if not found:
        raise reasons[0] if reasons else UsageError("there is no gold")
    return tuple(found)


def orders_rows(sql: str, dialect: str) -> bool:
    """The outermost query has an ORDER BY."""
    try:
        tree: exp.Expr | None = sqlglot.parse_one(sql, read=dialect)
    except (SqlglotError, RecursionError):
        return False
    while isinstance(tree, exp.Subquery) and tree.args.get("order") is None:
        tree = tree.this
    return tree is not None and tree.args.get("order") is not None
