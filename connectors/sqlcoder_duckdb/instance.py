"""DuckDB hardened: an empty database in memory, locked, to which files are attached read-only for one question."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

_OPEN_WITH: dict[str, str | bool | int | float | list[str]] = {
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_unsigned_extensions": False,
}
_MEMORY_SHARE = 0.75
"""DuckDB counts only what its buffers hold; the rest of the worker's memory is for everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A locked database. `unknown` are settings that this version does not have, `functions` its table functions in upper case.

    `planner` explains with the unoptimised plan: in 1.4 that is a setting of the session, and after the lock none can be set.
    """

    connection: duckdb.DuckDBPyConnection
    planner: duckdb.DuckDBPyConnection
    memory: int
    unknown: tuple[str, ...]
    functions: frozenset[str]


def open_instance(settings: Any, memory: int) -> Instance:
    """Open and lock; costs 10 ms, a file attached afterwards 1 ms."""
    connection = duckdb.connect(":memory:", config=_OPEN_WITH)
    functions = connection.execute("SELECT function_name FROM duckdb_functions() WHERE function_type = 'table'").fetchall()
    planner = connection.cursor()
    planner.execute("SET explain_output = 'all'")
    unknown = tuple(name for name, statement in _statements(settings, memory) if not _accepts(connection, statement))
    if "lock_configuration" in unknown or "enable_external_access" in unknown:
        raise duckdb.NotSupportedError(f"DuckDB {duckdb.__version__} cannot be locked")
    known = frozenset(name.upper() for (name,) in functions)
    return Instance(connection=connection, planner=planner, memory=memory, unknown=unknown, functions=known)


def _statements(settings: Any, memory: int) -> Iterator[tuple[str, str]]:
    """In this order: external access freezes what stands above it, and the lock everything."""
    threads = settings.threads or os.cpu_count() or 1
    wanted: dict[str, object] = {
        "temp_directory": "",
        "memory_limit": f"{max(int(memory * _MEMORY_SHARE) >> 20, 64)}MiB",
        "threads": threads,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "python_enable_replacements": False,
        "max_expression_depth": 250,
        "pivot_limit": 500,
        "allowed_paths": [path for file in files(settings) for path in _with_logs(file)],
        "allowed_directories": [os.path.join(os.path.abspath(folder), "") for folder in settings.allowed_directories],
        "enable_external_access": False,
        "lock_configuration": True,
    }
    for name, value in wanted.items():
        yield name, f"SET GLOBAL {name} = {_literal(value)}"


def files(settings: Any) -> list[str]:
    """The main file and the attached ones, as the sandbox knows them."""
    return [os.path.realpath(path) for path in (settings.path, *(one["path"] for one in settings.attach))]


def _with_logs(file: str) -> list[str]:
    return [file, *(f"{file}{ending}" for ending in (".wal", ".wal.checkpoint", ".wal.recovery"))]


def _accepts(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    try:
        connection.execute(statement)
    except (duckdb.CatalogException, duckdb.NotImplementedException):  # a setting of another version
        return False
    return True


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return str(value) if isinstance(value, int) else quoted_text(str(value))


def quoted_text(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(*parts: str | None) -> str:
    """A qualified identifier."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts if part)
