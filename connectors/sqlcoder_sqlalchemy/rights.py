"""What a MySQL user may do that a reader need not, for doctor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from sqlcoder_core.api import Problem

_ON_ALL = re.compile(r"^GRANT (?P<rights>.*) ON \*\.\* TO ", re.IGNORECASE)
_DANGEROUS = ("ALL PRIVILEGES", "FILE", "SUPER", "PROCESS", "SHUTDOWN", "CREATE USER", "SYSTEM_VARIABLES_ADMIN")
_WRITING = ("INSERT", "UPDATE", "DELETE", "DROP", "CREATE", "ALTER", "EXECUTE", "TRIGGER", "EVENT", "INDEX", "REFERENCES")
_HINT = "make a user that may only read: CREATE USER ...; GRANT SELECT ON shop.* TO ..."


def right_findings(connection: Connection) -> Iterator[Problem]:
    """Rights over the whole server as errors, rights to write as one warning. Nothing for other engines."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    grants = [str(row[0]) for row in connection.exec_driver_sql("SHOW GRANTS").fetchall()]
    over_all = [match["rights"].upper().split(", ") for match in map(_ON_ALL.match, grants) if match]
    found = [right for right in _DANGEROUS if any(right in rights for rights in over_all)]
    if found:
        yield _finding("server_rights", f"the user has {', '.join(found)} on the whole server", "error")
    words = {word.upper() for grant in grants for word in re.split(r"[ ,]+", grant.partition(" ON ")[0])}
    writing = [right for right in _WRITING if right in words] + (["ALL PRIVILEGES"] if "ALL" in words and not found else [])
    if writing:
        yield _finding("writable", f"the user has {', '.join(writing)}: queries run in read-only transactions all the same", "warning")


def _finding(code: str, message: str, severity: str) -> Problem:
    return Problem(code=code, message=message, severity="error" if severity == "error" else "warning", hint=_HINT, found_by="mysql")
