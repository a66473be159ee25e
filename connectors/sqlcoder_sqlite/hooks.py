"""What this package brings: the connector `sqlite`."""

from __future__ import annotations

from sqlcoder_core.hookspecs import hookimpl
from sqlcoder_sqlite.connector import SQLiteConnector


@hookimpl
def sqlcoder_connectors() -> tuple[type[SQLiteConnector], ...]:
    """SQLite files."""
    return (SQLiteConnector,)
