"""Words that mean something to an engine: statements, session state, its own schemas and columns."""

from __future__ import annotations

from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a line, as a set."""
    return frozenset(text.split())


STATEMENTS: Final = words(
    "alter analyze attach backup begin bulk call checkpoint close cluster comment commit copy create deallocate declare delete deny desc "
    "describe detach disable discard do drop enable end exec execute explain export fetch flush force grant handler import insert install "
    "kill listen load lock merge move notify open optimize pivot pragma prepare print purge put raiserror reassign refresh reindex release "
    "rename repair replace reset restore return revert revoke rollback save savepoint set show shutdown start summarize throw truncate "
    "unlisten unload unpivot update use vacuum waitfor while"
)
"""What a text may start with that is a statement, but no query; for the message."""

QUERY_STARTS: Final = words("select with values from table (")

NEVER_NAMES: Final = words("alter attach create delete detach drop exec execute grant insert merge pragma revoke truncate update vacuum")
"""Words that, as a bare name, are more likely a second statement."""

# T-SQL needs nothing between two statements: `SELECT 1 SHUTDOWN` is an alias to the parser and two statements to the server.
NEVER_NAMES_TSQL: Final = NEVER_NAMES | words(
    "add backup begin break bulk checkpoint close commit continue dbcc deallocate declare deny disable disk dump enable end fetch goto if "
    "kill lineno load open print raiserror readtext reconfigure restore return revert rollback save set setuser shutdown statistics throw "
    "updatetext use waitfor while writetext"
)

SESSION: Final = words("current_user session_user system_user current_role current_schema current_catalog current_database current_setting")
"""Bare words that call a function about server or session."""

SEQUENCE: Final = words("nextval currval")
"""Columns of a sequence, in dialects that have no function for it."""

USER_IS_A_FUNCTION: Final = words("postgres redshift tsql oracle")
"""Dialects where the bare word `user` is such a function, whatever columns there are."""

SYSTEM_SCHEMAS: Final = words(
    "account_usage information_schema mysql organization_usage performance_schema pg_catalog pg_internal pg_toast snowflake sys system"
)
SYSTEM_PREFIXES: Final = (
    "pg_",
    "sqlite_",
    "duckdb_",
    "pragma_",
    "information_schema",
    "stl_",
    "stv_",
    "svl_",
    "svv_",
    "all_tab",
    "dba_",
    "v$",
)
SYSTEM_NAMES: Final = words("dbstat sysobjects syscolumns sysusers sysdatabases syslogins sysprocesses sysindexes syscomments")

_POSTGRES_COLUMNS: Final = words("ctid xmin xmax cmin cmax tableoid")
SYSTEM_COLUMNS: Final = {
    "postgres": _POSTGRES_COLUMNS,
    "redshift": _POSTGRES_COLUMNS,
    "duckdb": words("rowid"),
    "sqlite": words("rowid _rowid_ oid"),
    "oracle": words("rowid"),
}
"""Columns that tables have without declaring them."""

USUAL_SCHEMA: Final = {"sqlite": "main", "duckdb": "main", "tsql": "dbo"}
"""Where a relation is that the catalog lists without a schema."""

DUAL: Final = words("mysql mariadb oracle snowflake")
"""Dialects where FROM DUAL means no table at all."""
