"""SQLite's errors in, errors of ours out, with the next step where one is known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlcoder_core.api import DatabaseError, TimeLimit

_KNOWN = {
    "file is not a database": (
        "{path} is not a SQLite database, or it is encrypted",
        "check the path, or use the connector of the engine that wrote it",
    ),
    "unable to open database file": ("{path} cannot be opened", "check that the file exists and that you may read it"),
    "database is locked": ("{path} is locked by another process that writes to it", "ask again when it is done"),
}


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Inside, whatever SQLite raises becomes a DatabaseError, an interrupt by the engine's own clock a TimeLimit."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise TimeLimit("the query ran into its time limit") from error
        message, hint = _KNOWN.get(str(error), (f"SQLite: {error}", None))
        raise DatabaseError(message.format(path=path) if hint else message, hint=hint) from error
