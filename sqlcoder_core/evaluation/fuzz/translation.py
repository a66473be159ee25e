"""Gold SQL of a suite without contents in, the engine that stands in for its database and the SQL in that engine's words out."""

from __future__ import annotations

from typing import Literal

from sqlglot import ErrorLevel, parse_one
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import UsageError

Engine = Literal["sqlite", "duckdb"]


def engine_for(dialect: str) -> Engine:
    """SQLite for its own dialect, DuckDB for all others: its types and functions are nearest to what servers have."""
    return "sqlite" if dialect == "sqlite" else "duckdb"


def in_engine_words(sql: str, dialect: str) -> str:
    """The query in the dialect of `engine_for`. Raises UsageError for text that cannot be read."""
    engine = engine_for(dialect)
    if engine == dialect:
        return sql
    try:
        return parse_one(sql, dialect=dialect).sql(dialect=engine, unsupported_level=ErrorLevel.IGNORE)
    except (SqlglotError, RecursionError) as error:
        message = str(error).splitlines()[0]
        raise UsageError(f"the SQL cannot be read as {dialect}: {message}", hint="check the dialect of the suite") from error
