"""What the role may do that a reader need not: for doctor, each with the statement that takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from sqlcoder_core.api import Problem

_ATTRIBUTES = """
SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user"""
_MEMBERSHIPS = """
SELECT rolname FROM pg_roles WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
  'pg_write_all_data', 'pg_signal_backend', 'pg_maintain', 'pg_create_subscription') AND pg_has_role(current_user, oid, 'MEMBER')"""
_WRITABLE = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
  AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 1"""
_CREATABLE = """
SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'CREATE')
UNION ALL SELECT 'the database ' || current_database() WHERE has_database_privilege(current_database(), 'CREATE') ORDER BY 1"""
_REACHING_OUT = """
SELECT DISTINCT e.extname FROM pg_extension e JOIN pg_depend d ON d.refobjid = e.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass
JOIN pg_proc p ON p.oid = d.objid
WHERE e.extname IN ('dblink', 'postgres_fdw', 'xml2', 'tablefunc', 'adminpack', 'file_fdw', 'plpython3u', 'plperlu', 'http')
  AND has_schema_privilege(p.pronamespace, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1"""
_TEMPORARY = "SELECT has_database_privilege(current_database(), 'TEMP')"
_WORDS = ("superuser", "create roles", "create databases", "replicate", "bypass row-level security")
_LARGE_OBJECTS_FIXED = 160000

Fetch = Callable[[str], Sequence[Sequence[Any]]]
Severity = Literal["error", "warning", "note"]


def right_findings(fetch: Fetch, server_version: int) -> Iterator[Problem]:
    """Errors for what breaks out of the database or past its rights, warnings for what a reader does not need."""
    name, superuser, *others = fetch(_ATTRIBUTES)[0]
    if superuser:
        hint = (
            "make a role that may only read: CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ...; GRANT SELECT ON ALL TABLES IN SCHEMA ..."
        )
        yield _finding(
            "superuser", f"the role {name} is a superuser: it may do everything, programs and files of the server included", "error", hint
        )
    for able, word in zip(others, _WORDS[1:], strict=True):
        if able and not superuser:
            yield _finding("role_attribute", f"the role {name} may {word}", "warning", f"ALTER ROLE {name} with the attribute taken away")
    for (membership,) in fetch(_MEMBERSHIPS) if not superuser else ():
        yield _finding("role_membership", f"the role {name} is a member of {membership}", "error", f"REVOKE {membership} FROM {name}")
    yield from _listed(fetch, superuser, name)
    if server_version < _LARGE_OBJECTS_FIXED:
        message = "before PostgreSQL 16 read-only transactions may write large objects; guard and rollback keep it from happening"
        yield _finding("large_objects", message, "note", "upgrade the server when you can")


def _listed(fetch: Fetch, superuser: bool, name: str) -> Iterator[Problem]:
    rights = (
        ("writable", _WRITABLE, "may write", "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ... FROM"),
        ("creatable", _CREATABLE, "may create objects in", "REVOKE CREATE ON SCHEMA ... FROM"),
        ("extension", _REACHING_OUT, "may call functions of the extensions", "REVOKE EXECUTE ON FUNCTION ... FROM"),
    )
    severity: Severity = "error" if superuser else "warning"
    for code, statement, words, remedy in rights:
        found = [str(row[0]) for row in fetch(statement)]
        if found:
            more = f" and {len(found) - 5} more" if len(found) > 5 else ""
            yield _finding(code, f"the role {name} {words} {', '.join(found[:5])}{more}", severity, f"{remedy} {name}")
    if fetch(_TEMPORARY)[0][0]:
        yield _finding(
            "temporary", f"the role {name} may create temporary tables", "note", f"REVOKE TEMP ON DATABASE ... FROM PUBLIC, {name}"
        )


def _finding(code: str, message: str, severity: Severity, hint: str) -> Problem:
    return Problem(code=code, message=message, severity=severity, hint=hint, found_by="postgres")
