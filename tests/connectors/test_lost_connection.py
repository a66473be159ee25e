"""A connection that is lost is told from a query that is wrong, so that only the first is tried again."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from sqlcoder_core.api import ConnectionLost, DatabaseError
from sqlcoder_postgres.failures import translated
from sqlcoder_sqlalchemy.engine import _translate


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.AdminShutdown("terminating connection due to administrator command"), ConnectionLost),
        (psycopg.errors.CannotConnectNow("the database system is starting up"), ConnectionLost),
        (psycopg.errors.ConnectionFailure("gone"), ConnectionLost),
        (psycopg.OperationalError("connection failed: Connection refused"), ConnectionLost),
        (psycopg.OperationalError("FATAL:  the database system is starting up"), ConnectionLost),
        (psycopg.OperationalError('FATAL:  database "nothing" does not exist'), DatabaseError),
        (psycopg.OperationalError("FATAL:  password authentication failed"), DatabaseError),
        (psycopg.errors.UndefinedTable("no such table"), DatabaseError),
        (psycopg.errors.InsufficientPrivilege("permission denied"), DatabaseError),
        (psycopg.errors.ReadOnlySqlTransaction("read-only"), DatabaseError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_postgres(error: psycopg.Error, kind: type[DatabaseError]) -> None:
    with pytest.raises(DatabaseError) as caught, translated():
        raise error
    assert type(caught.value) is kind


@pytest.mark.parametrize(("invalidated", "kind"), [(True, ConnectionLost), (False, DatabaseError)])
def test_other_engines(invalidated: bool, kind: type[DatabaseError]) -> None:
    error = OperationalError("SELECT 1", None, Exception("server has gone away"), connection_invalidated=invalidated)
    assert type(_translate(error)) is kind
