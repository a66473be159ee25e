"""What this package brings: the connector `sqlalchemy`, for every engine that has none of its own."""

from __future__ import annotations

from sqlcoder_core.hookspecs import hookimpl
from sqlcoder_sqlalchemy.connector import SQLAlchemyConnector


@hookimpl
def sqlcoder_connectors() -> tuple[type[SQLAlchemyConnector], ...]:
    """Everything that SQLAlchemy can reach."""
    return (SQLAlchemyConnector,)
