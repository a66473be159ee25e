"""DuckDB's unoptimised logical plan in, the relations it reads out; what the optimiser answers from statistics is still there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlcoder_core.api import TableName

_HARMLESS = frozenset(("RANGE", "GENERATE_SERIES", "UNNEST", "REPEAT", "REPEAT_ROW", "JSON_EACH", "JSON_TREE"))
FUNCTION = "table function"
"""The `database` of a relation that is a function (`read_csv`): only a view that reads it too makes it allowed."""
_ALIAS = re.compile(r" AS (?:\"(?:[^\"]|\"\")*\"|\S+)$")
_PART = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


def relations_of(plan: str, functions: frozenset[str], main: str) -> tuple[TableName, ...]:
    """Every table and every table function; tables of the database `main` have no database in their name."""
    return tuple(dict.fromkeys(_relations(json.loads(plan), functions, main)))


def spelled(names: Iterable[str], main: str, attached: Sequence[str]) -> tuple[TableName, ...]:
    """The tables that a query names, as `get_table_names` spells them (`raw.t AS x`); two parts may be a database and a table."""
    found = []
    for text in names:
        name, schema, database = [*reversed(_parts(_ALIAS.sub("", text))), None, None][:3]
        if database is None and schema in attached:
            schema, database = None, schema
        found.append(TableName(name=name or text, schema=schema, database=None if database == main else database))
    return tuple(found)


def _relations(node: Any, functions: frozenset[str], main: str) -> Iterator[TableName]:
    if isinstance(node, list):
        for child in node:
            yield from _relations(child, functions, main)
        return
    table = (node.get("extra_info") or {}).get("Table")
    operator = str(node.get("name", "")).strip().upper()
    if table:
        yield _table_name(str(table), main)
    elif operator in functions and operator not in _HARMLESS:
        yield TableName(name=operator.lower(), database=FUNCTION)
    yield from _relations(node.get("children", []), functions, main)


def _table_name(text: str, main: str) -> TableName:
    """`db.schema.name`, with quotes where a part needs them; 1.4 says no more than the name."""
    name, schema, database = [*reversed(_parts(text)), None, None][:3]
    return TableName(name=name or text, schema=schema, database=None if database == main else database)


def _parts(text: str) -> list[str | None]:
    return [quoted.replace('""', '"') or plain for quoted, plain in _PART.findall(text)]
