"""What this package brings: the connector `duckdb`."""

from __future__ import annotations

from sqlcoder_core.hookspecs import hookimpl
from sqlcoder_duckdb.connector import DuckDBConnector


@hookimpl
def sqlcoder_connectors() -> tuple[type[DuckDBConnector], ...]:
    """DuckDB files."""
    return (DuckDBConnector,)
