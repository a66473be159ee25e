"""Metadata sources: facts about tables from dbt artifacts, a live database, a glossary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Protocol, TypeAlias

from sqlcoder_core.contracts.component import Component
from sqlcoder_core.values.catalog import Fact, Relationship, Table, TableName
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import ColumnProfile, Limits
from sqlcoder_core.values.sampling import Sampling

Authority: TypeAlias = Literal["declares", "live", "annotates"]


class Probe(Protocol):
    """A connector's second way in, for sources that ask the live database: fixed statements only."""

    @property
    def dialect(self) -> str:
        """The sqlglot dialect of SQL for this database."""

    @property
    def default_schema(self) -> str | None:
        """The schema that unqualified names mean; None where unknown."""

    @property
    def default_database(self) -> str | None:
        """The database whose tables `describe` names without one; None where unknown."""

    def fingerprint(self) -> str | None:
        """Cheap text that changes when the database's contents do (file stat); None where that cannot be known cheaply."""

    def describe(self) -> tuple[Table | Relationship, ...]:
        """Tables, views, columns, types, comments, keys and row estimates, and declared foreign keys."""

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> tuple[ColumnProfile, ...]:
        """Sampled contents of those columns."""


class MetadataSource(Component):
    """Yields facts. Sources are asked in the configured order; for one fact the first source wins, the rest fills gaps.

    A source that cannot read its input raises ConfigError (place and next step); what is merely odd it yields as `Clash`.

    `authority` says what a source's tables mean. "declares": they should exist (a dbt project); they are offered, and where
    a live source finds them missing they are reported as not built. "live": they do exist, the database was asked; its word
    counts on names, columns and types. "annotates": notes on tables that others bring (a glossary); a table or column
    that nobody else knows is an error with the place it was written at.
    """

    authority: ClassVar[Authority] = "declares"

    def fingerprint(self, probe: Probe | None) -> str:
        """Text that changes when the facts may have changed; costs file stats, no parsing."""
        raise NotImplementedError

    def identity(self, probe: Probe | None) -> str:
        """Like `fingerprint`, from the contents: the same text means the same facts though files were touched.

        Asked only when the fingerprint changed. The default says that every change counts.
        """
        return self.fingerprint(probe)

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """All facts, tables first. `probe` is None where no connection is configured."""
        raise NotImplementedError

    def covers(self, table: TableName) -> bool:
        """Of a live source: would this table be among its facts if it existed? What it was told to leave out says nothing."""
        return True

    def max_age(self, probe: Probe | None) -> float | None:
        """Seconds after which the facts are read again though the fingerprint is the same; None: as long as it is the same."""
        return None

    def sampling(self) -> Sampling | None:
        """Whether and how far the contents of tables may be looked at, once it is known which columns are hidden; None: not at all."""
        return None

    def findings(self) -> tuple[Problem, ...]:
        """What `doctor` should say of this source's input (missing, old), each with its remedy as `hint`."""
        return ()
