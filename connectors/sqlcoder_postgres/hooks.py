"""What this package brings: the connector `postgres`."""

from __future__ import annotations

from sqlcoder_core.hookspecs import hookimpl
from sqlcoder_postgres.connector import PostgresConnector


@hookimpl
def sqlcoder_connectors() -> tuple[type[PostgresConnector], ...]:
    """PostgreSQL servers."""
    return (PostgresConnector,)
