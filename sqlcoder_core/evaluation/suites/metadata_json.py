"""The schema of a database as defog-data writes it in, tables and sentences out.

The form: `{"table_metadata": {"table": [{"column_name": ..., "data_type": ..., "column_description": ...}]}, "glossary": "..."}`, the
first of the two also at the top, without its name around it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.suites.ddl import table_name
from sqlcoder_core.evaluation.suites.files import SuiteFiles
from sqlcoder_core.values.catalog import Column, Table
from sqlcoder_core.values.column_kind import kind_of


def read_metadata(path: Path, files: SuiteFiles) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Tables with columns, types and descriptions, and the glossary's sentences. Raises ConfigError where it has another form."""
    data = files.json(path)
    listed = data.get("table_metadata", data) if isinstance(data, dict) else None
    if not isinstance(listed, dict):
        raise ConfigError("this is no table metadata", place=str(path), hint='it is written {"table_metadata": {"table": [...]}}')
    tables = tuple(_table(name, columns, path) for name, columns in listed.items() if name != "glossary")
    glossary = data.get("glossary") or ""
    return tables, tuple(line.strip().removeprefix("- ") for line in str(glossary).splitlines() if line.strip())


def _table(name: str, columns: Any, path: Path) -> Table:
    from sqlglot import exp

    if not isinstance(columns, list) or not all(isinstance(one, dict) and one.get("column_name") for one in columns):
        hint = 'it is a list of {"column_name": ..., "data_type": ..., "column_description": ...}'
        raise ConfigError(f"table {name!r} has no list of columns", place=str(path), hint=hint)
    return Table(name=table_name(exp.to_table(name)), columns=tuple(map(_column, columns)))


def _column(given: dict[str, Any]) -> Column:
    kind = str(given.get("data_type") or "") or None
    return Column(
        name=str(given["column_name"]), type=kind, kind=kind_of(kind), description=str(given.get("column_description") or "") or None
    )
