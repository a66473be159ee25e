"""A suite's bases in, sessions to ask them out; a base without contents is opened as an empty database of its shape."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from sqlglot import exp

from sqlcoder_core.errors import DatabaseError, UsageError
from sqlcoder_core.evaluation.empty_tables import create_empty, engine_for
from sqlcoder_core.evaluation.records import Base
from sqlcoder_core.session import Session
from sqlcoder_core.values.catalog import Column, Relationship, Table
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Clock


class Openings:
    """Opens sessions for one run; `folder` takes what has to be made. Threads may share it."""

    def __init__(self, options: Options, clock: Clock, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._options = options
        self._clock = clock
        self._folder = folder
        self._environ = dict(os.environ if environ is None else environ)
        self._lock = threading.Lock()
        self._made: dict[str, Path] = {}
        self._glossaries: dict[Base, Path | None] = {}
        self._beams: int | None = None

    def search_with(self, beams: int) -> None:
        """Sessions opened from here on search with so many beams; their runtime must have that setting."""
        self._beams = beams

    def open(self, base: Base) -> Session:
        """A session that asks this base. Raises what `Session.open` raises, and DatabaseError for a base of which nothing is known."""
        with self._lock:  # two threads must not make one file
            options = self._options_for(base)
        environ = self._environ
        if not base.has_contents:
            environ = environ | {"SQLCODER_CACHE_DIR": str(self._folder / "cache")}
        return Session.open(options, environ=environ)

    def _options_for(self, base: Base) -> Options:
        settings: dict[str, Any] = {"answer.limit": None}
        if self._beams is not None:
            settings["runtime.beams"] = self._beams
        if (now := (base.clock or self._clock).now) is not None:
            settings["time.now"] = now.isoformat()
        if base.database == "":
            return self._with(settings, self._options.database)
        if self._options.database is not None:
            raise UsageError("--database does not go with a suite that names its databases", hint="--databases says where they are")
        glossaries = [str(path) for path in (self._generated_glossary(base), base.glossary) if path is not None]
        introspect: dict[str, Any] = {"use": "introspect"} if base.has_contents else {"use": "introspect", "sample": False}
        settings["sources"] = [introspect, *([{"use": "glossary", "files": glossaries}] if glossaries else [])]
        return self._with(settings, base.database if base.database is not None else str(self._empty(base)))

    def _with(self, settings: Mapping[str, Any], database: str | None) -> Options:
        overrides = tuple(f"{key}={json.dumps(value)}" for key, value in settings.items())
        return replace(self._options, database=database, overrides=(*self._options.overrides, *overrides))

    def _empty(self, base: Base) -> Path:
        if not base.tables:
            raise DatabaseError(f"nothing is known of the database {base.name!r}", hint="give its contents, or a schema")
        if base.name not in self._made:
            folder = self._folder / f"base-{len(self._made)}"
            folder.mkdir(parents=True)
            name = f"{_file_name(base.name)}.{engine_for(base.dialect)}"
            self._made[base.name] = create_empty(folder / name, base.tables, base.dialect, base.relationships)
        return self._made[base.name]

    def _generated_glossary(self, base: Base) -> Path | None:
        if base not in self._glossaries:
            data = glossary_of(base)
            path = self._folder / f"{_file_name(base.name)}-{len(self._glossaries)}.glossary.yml"
            if data:
                path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")
            self._glossaries[base] = path if data else None
        return self._glossaries[base]


def base_engine(base: Base) -> str:
    """The dialect of the database that is asked: that of the file that stands in for one without contents, else the golds'."""
    return base.dialect or "duckdb" if base.has_contents else engine_for(base.dialect)


def glossary_of(base: Base) -> dict[str, Any]:
    """What a glossary file says of the base: descriptions, synonyms, joins and notes; empty where there is nothing to say."""
    dialect = base.dialect if base.database is not None and "://" in base.database else "duckdb"  # a file's names stand in double quotes
    tables = {str(table.name): said for table in base.tables if (said := _of_table(table))}
    joins = [{"on": on, "cardinality": one.cardinality} for one in base.relationships if (on := _condition(one, dialect))]
    sections: dict[str, Any] = {"tables": tables, "joins": joins, "instructions": list(base.notes)}
    return {name: value for name, value in sections.items() if value}


def _of_table(table: Table) -> dict[str, Any]:
    columns = {column.name: said for column in table.columns if (said := _of_column(column))}
    notes: dict[str, Any] = {"description": table.description, "synonyms": list(table.synonyms), "columns": columns}
    return {name: value for name, value in notes.items() if value}


def _of_column(column: Column) -> dict[str, Any]:
    notes: dict[str, Any] = {"description": column.description, "synonyms": list(column.synonyms)}
    return {name: value for name, value in notes.items() if value}


def _condition(one: Relationship, dialect: str) -> str:
    pairs = zip(one.left_columns, one.right_columns, strict=True)
    if one.left.key == one.right.key:  # a glossary's joins connect two tables; a table that refers to itself says so in its own keys
        return ""
    sides = [f"{_column_sql(one.left, left, dialect)} = {_column_sql(one.right, right, dialect)}" for left, right in pairs]
    return " AND ".join(sides)


def _column_sql(table: Any, column: str, dialect: str) -> str:
    return exp.column(column, table=table.name, db=table.schema, quoted=True).sql(dialect)


def _file_name(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)
