"""Spider's `tables.json` (and BIRD's `dev_tables.json`) in, the shape of each database out.

The form, per database: `table_names_original`, `table_names` (natural), `column_names_original` and `column_names` (pairs of a table's
number and a name, the first is -1 and `*`), `column_types`, `primary_keys` (numbers of columns, or lists of such), `foreign_keys` (pairs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.suites.files import SuiteFiles
from sqlcoder_core.values.catalog import Column, ColumnKind, Relationship, Table, TableName

_TYPES: dict[str, tuple[str, ColumnKind]] = {
    "number": ("NUMERIC", "number"),
    "integer": ("INTEGER", "integer"),
    "real": ("REAL", "number"),
    "text": ("TEXT", "text"),
    "time": ("DATETIME", "timestamp"),
    "date": ("DATE", "date"),
    "datetime": ("DATETIME", "timestamp"),
    "boolean": ("BOOLEAN", "boolean"),
}


_INTERNAL = "sqlite_"
"""Tables that SQLite keeps for itself, which some lists have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Tables and joins of one database."""

    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...]


def read_schemas(path: Path, files: SuiteFiles) -> dict[str, Shape]:
    """db_id -> Shape. Raises ConfigError naming the database whose entry has another form."""
    listed = files.json(path)
    if not isinstance(listed, list):
        raise ConfigError("this is no list of databases", place=str(path))
    shapes: dict[str, Shape] = {}
    for number, entry in enumerate(listed, 1):
        name = entry.get("db_id") if isinstance(entry, dict) else None
        try:
            shapes[str(entry["db_id"])] = _shape(entry)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            told = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise ConfigError(
                f"database {name or f'number {number}'} is not written as Spider writes them: {told}", place=str(path)
            ) from None
    return shapes


def _shape(entry: dict[str, Any]) -> Shape:
    names = [TableName(name=name) for name in entry["table_names_original"]]
    columns = [(int(table), str(name)) for table, name in entry["column_names_original"]]
    natural = entry.get("column_names") or entry["column_names_original"]
    made = [_column(name, str(natural[at][1]), str(entry["column_types"][at])) for at, (_, name) in enumerate(columns)]
    keys = [_listed(key) for key in entry.get("primary_keys") or ()]
    tables = []
    for number, name in enumerate(names):
        if name.name.lower().startswith(_INTERNAL):
            continue
        own = [at for at, (table, _) in enumerate(columns) if table == number]
        key = next((tuple(columns[at][1] for at in one) for one in keys if columns[one[0]][0] == number), ())
        synonyms = _synonyms(name.name, str((entry.get("table_names") or entry["table_names_original"])[number]))
        tables.append(Table(name=name, columns=tuple(made[at] for at in own), primary_key=key, synonyms=synonyms))
    joins = tuple(_join(names, columns[left], columns[right]) for left, right in entry.get("foreign_keys") or ())
    return Shape(tables=tuple(tables), relationships=joins)


def _column(name: str, natural: str, kind: str) -> Column:
    spelled, known = _TYPES.get(kind.lower(), ("TEXT", "other"))
    return Column(name=name, type=spelled, kind=known, synonyms=_synonyms(name, natural))


def _synonyms(name: str, natural: str) -> tuple[str, ...]:
    """The natural name, where it says more than the name itself."""
    plain = name.lower().replace("_", " ")
    return (natural,) if natural.strip() and natural.lower().replace("_", " ") != plain else ()


def _join(names: Sequence[TableName], left: tuple[int, str], right: tuple[int, str]) -> Relationship:
    return Relationship(
        left=names[left[0]], left_columns=(left[1],), right=names[right[0]], right_columns=(right[1],), origin="tables.json"
    )


def _listed(key: int | list[int]) -> list[int]:
    return key if isinstance(key, list) else [key]
