"""psycopg's errors in, errors of ours out, with the next step where one is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sqlcoder_core.api import ConnectionLost, DatabaseError, TimeLimit

_HINTS = {
    "28P01": "check user and password: `password: ${NAME}` in sqlcoder.yaml, PGPASSWORD with --database, or ~/.pgpass",
    "28000": "check the user and the server's pg_hba.conf",
    "3D000": "check the database's name: psql -l lists them",
    "42501": "ask for SELECT on it: GRANT SELECT ON ... TO the role that sqlcoder logs in with",
    "25006": "queries run in read-only transactions",
}


@contextmanager
def translated() -> Iterator[None]:
    """Inside, whatever psycopg raises becomes a DatabaseError, a query that ran too long a TimeLimit."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise TimeLimit(_text(error)) from error
    except psycopg.Error as error:
        kind = ConnectionLost if _is_lost(error) else DatabaseError
        raise kind(_text(error), hint=_HINTS.get(error.sqlstate or "") or _connection_hint(error)) from error


def _is_lost(error: psycopg.Error) -> bool:
    """The server went away, is starting, or hung up: class 08, `admin_shutdown` and its kin.

    While connecting, libpq gives no state; what it calls FATAL is the server's answer, and few of those pass by waiting.
    """
    if error.sqlstate is not None:
        return error.sqlstate.startswith(("08", "57P"))
    text = str(error)
    passing = "FATAL" not in text or any(words in text for words in ("starting up", "shutting down", "too many clients", "recovery mode"))
    return isinstance(error, psycopg.OperationalError) and passing and "password" not in text


def _text(error: psycopg.Error) -> str:
    primary = error.diag.message_primary
    if primary is None:
        return f"PostgreSQL: {' '.join(str(error).split())}"
    return f"PostgreSQL: {primary}" + (f" ({error.diag.message_hint})" if error.diag.message_hint else "")


def _connection_hint(error: psycopg.Error) -> str | None:
    text = str(error)
    if "no password supplied" in text or "password authentication failed" in text:
        return _HINTS["28P01"]
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return "check host and port, and that the server runs and accepts connections"
    return None
