"""Small databases, the catalogs of them, and questions asked of the proposer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_builtin.proposer import BuiltinProposer, BuiltinSettings
from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.catalog import Column, ColumnKind, Fact, Relationship, Table, TableName
from sqlcoder_core.values.question import Clock, Question

SCHEMAS: dict[str, Any] = {
    name: schema
    for file in ("cases.yml", "unseen_cases.yml", "time_cases.yml", "order_cases.yml", "figure_cases.yml", "relation_cases.yml")
    for name, schema in yaml.safe_load((Path(__file__).parent / file).read_text(encoding="utf-8"))["schemas"].items()
}
KINDS: dict[str, ColumnKind] = {"INTEGER": "integer", "REAL": "number", "TEXT": "text", "DATE": "date", "BOOLEAN": "boolean"}
CLOCK = Clock(now=datetime(2024, 5, 15, 12, 0))


class Database:
    """One of the schemas, in memory, with the facts that a source would give of it."""

    def __init__(self, name: str, extra: tuple[Fact, ...] = ()) -> None:
        self.schema = SCHEMAS[name]
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(self.schema["ddl"])
        self.facts = (*self._tables(), *self._joins(), *extra)

    def _tables(self) -> list[Table]:
        names = [row[0] for row in self.connection.execute("SELECT name FROM sqlite_master")]
        return [self._table(name) for name in names]

    def _table(self, name: str) -> Table:
        rows = self.connection.execute(f"PRAGMA table_info({name})").fetchall()
        columns = tuple(Column(name=row[1], type=row[2], kind=KINDS[row[2]], values=self._values(name, row[1])) for row in rows)
        key = self.schema["keys"].get(name)
        return Table(name=TableName(name=name), columns=columns, primary_key=(key,) if key else ())

    def _values(self, table: str, column: str) -> tuple[str, ...]:
        if f"{table}.{column}" not in self.schema.get("values", ()):
            return ()
        return tuple(row[0] for row in self.connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"))

    def _joins(self) -> list[Relationship]:
        sides = [[part.split(".") for part in join.split("=")] for join in self.schema["joins"]]
        return [
            Relationship(left=TableName(name=left[0]), left_columns=(left[1],), right=TableName(name=right[0]), right_columns=(right[1],))
            for left, right in sides
        ]

    def ask(
        self,
        text: str,
        *,
        previous: str | None = None,
        instructions: str | None = None,
        dialect: str = "sqlite",
        clock: Clock = CLOCK,
        floor: float = 0.6,
    ) -> Proposal:
        linked = link(Question(text=text, previous=previous, instructions=instructions), memory_catalog(self.facts))
        proposer = BuiltinProposer(BuiltinSettings(floor=floor), Context(project_dir=Path(), config_dir=Path(), cache_dir=Path()))
        return next(iter(proposer.propose((Ask(linked=linked, dialect=dialect, clock=clock),))))

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self.connection.execute(sql)
        return [entry[0] for entry in cursor.description], cursor.fetchall()

    def shows(self, sql: str, gold: str, *, ordered: bool) -> bool:
        """Some columns of what a statement gives are those of the gold, row by row where the order counts; further columns are free."""
        (_, ours), (_, wanted) = self.rows(sql), self.rows(gold)
        assert wanted, "the case's SQL gives no rows"
        width = len(wanted[0])
        target = _cells(wanted, tuple(range(width)), ordered=ordered)
        places = permutations(range(len(ours[0])), width) if ours else ()
        return any(_cells(ours, chosen, ordered=ordered) == target for chosen in places)


def _cells(rows: list[tuple[Any, ...]], places: tuple[int, ...], *, ordered: bool) -> list[tuple[Any, ...]]:
    """Those columns of every row, numbers to four places."""
    told = [tuple(round(float(row[place]), 4) if isinstance(row[place], (int, float)) else row[place] for place in places) for row in rows]
    return told if ordered else sorted(told, key=repr)


@pytest.fixture(scope="session")
def database() -> Callable[..., Database]:
    """Opens one of the schemas of the files of cases, with more facts if wanted."""
    return Database


@pytest.fixture(scope="session")
def shop() -> Database:
    return Database("shop")
