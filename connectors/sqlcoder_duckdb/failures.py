"""DuckDB's errors in, errors of ours out, with the next step where one is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from sqlcoder_core.api import DatabaseError

_HOLDER = re.compile(r"PID (\d+)")
_NO_SCHEMA = re.compile(r"SET schema: No catalog \+ schema named \"[^\"]*\.([^\".]+)\"")
_OTHER_VERSION = ("Trying to read a database file with version number", "created with an newer version", "created with a newer version")


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Inside, whatever DuckDB raises becomes a DatabaseError."""
    try:
        yield
    except duckdb.Error as error:
        raise _translate(str(error), path) from error
    except RuntimeError as error:  # what DuckDB's binding does not name
        raise DatabaseError(f"DuckDB: {error}") from error


def _translate(text: str, path: str) -> DatabaseError:
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = _HOLDER.search(text)
        who = f"another process (PID {holder[1]})" if holder else "another process"
        hint = "wait until it is done (a running `dbt build`, an open notebook or shell), or close it there"
        return DatabaseError(f"{path} is locked: {who} has it open for writing", hint=hint)
    if "not a valid DuckDB database file" in text:
        return DatabaseError(
            f"{path} is not a DuckDB database file", hint="check the path, or use the connector of the engine that wrote it"
        )
    if any(words in text for words in _OTHER_VERSION):
        hint = "install a DuckDB as new as the one that wrote it: pip install --upgrade duckdb"
        return DatabaseError(f"{path} was written by another version of DuckDB than the installed {duckdb.__version__}", hint=hint)
    if schema := _NO_SCHEMA.search(text):
        hint = "build the project first (`dbt build`), or set `default_schema` of the connection"
        return DatabaseError(f"{path} has no schema {schema[1]}", hint=hint)
    return _of_a_query(text)


def _of_a_query(text: str) -> DatabaseError:
    if text.startswith("Out of Memory Error"):
        return DatabaseError("DuckDB needed more memory than the query may have", hint="ask for less data, or raise `limits: memory`")
    outside = "a view over files needs their folder under `allowed_directories` of the connection; queries themselves read no files"
    return DatabaseError(_tidy(text), hint=outside if "disabled by configuration" in text else None)


def _tidy(text: str) -> str:
    """The message without the line that repeats the query with a caret below it."""
    return text.partition("\n\nLINE ")[0].strip()
