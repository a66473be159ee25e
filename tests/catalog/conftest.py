"""Sources and a database that tests fill themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.api import ColumnProfile, Context, Fact, Limits, MetadataSource, Probe, Relationship, Settings, Table, TableName
from sqlcoder_core.contracts.source import Authority
from sqlcoder_core.errors import DatabaseError
from sqlcoder_core.values.sampling import Sampling


@dataclass
class FakeProbe:
    """A database: what it describes, what its columns hold, what was asked of it."""

    tables: tuple[Table | Relationship, ...] = ()
    contents: dict[str, ColumnProfile] = field(default_factory=dict)
    stamp: str | None = "file 1"
    dialect: str = "duckdb"
    default_schema: str | None = "main"
    default_database: str | None = None
    reachable: bool = True
    asked: list[str] = field(default_factory=list)

    def fingerprint(self) -> str | None:
        return self.stamp

    def describe(self) -> tuple[Table | Relationship, ...]:
        self.asked.append("describe")
        if not self.reachable:
            raise DatabaseError("cannot connect to shop", hint="start it")
        return self.tables

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> tuple[ColumnProfile, ...]:
        self.asked.extend(f"{table}.{column}" for column in columns)
        return tuple(self.contents[column] for column in columns if column in self.contents)


class FakeSource(MetadataSource):
    """Facts in memory."""

    name = "fake"

    def __init__(self, facts: Sequence[Fact], context: Context, *, authority: Authority = "declares") -> None:
        super().__init__(Settings(), context)
        self.given = tuple(facts)
        self.authority = authority  # type: ignore[misc]
        self.stamp, self.content, self.read = "1", "same", 0
        self.age: float | None = None

    def fingerprint(self, probe: Probe | None) -> str:
        return self.stamp

    def identity(self, probe: Probe | None) -> str:
        return self.content

    def max_age(self, probe: Probe | None) -> float | None:
        return self.age

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        self.read += 1
        yield from self.given


class LiveSource(FakeSource):
    """The database as a source."""

    name = "live"

    def __init__(self, context: Context, sampling: Sampling | None = None) -> None:
        super().__init__((), context, authority="live")
        self._sampling = sampling

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        self.read += 1
        assert probe is not None
        yield from probe.describe()

    def sampling(self) -> Sampling | None:
        return self._sampling


@pytest.fixture
def context(tmp_path: Path) -> Context:
    cache = tmp_path / "cache"
    return Context(project_dir=tmp_path, config_dir=tmp_path, cache_dir=cache)


@pytest.fixture
def kit() -> Any:
    """The fakes, for tests that build their own."""
    return _Kit


class _Kit:
    Probe = FakeProbe
    Source = FakeSource
    Live = LiveSource
