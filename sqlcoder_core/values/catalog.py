"""What is known about a database: tables, columns, joins, metrics, terms, each with where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

ColumnKind = Literal["integer", "number", "text", "date", "timestamp", "time", "boolean", "json", "list", "other"]
Scalar: TypeAlias = str | int | float | bool
Origins: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs (fact, origin): `("description", "dbt manifest.json")`, `("type", "introspect")`, `("unit", "glossary.yml:12")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableName:
    """A relation's name as the engine spells it, without quotes; parts that an engine does not have are None."""

    name: str
    schema: str | None = None
    database: str | None = None

    @property
    def key(self) -> str:
        """`schema.name` in lower case: what two sources are matched by."""
        return f"{self.schema}.{self.name}".lower() if self.schema else self.name.lower()

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. Every field but the name may be unknown (None or empty).

    `type` is the engine's own text, `kind` the same in ten words. `values` are stored values (an enumeration, or a
    sample of low-cardinality contents); `values_complete` says that there are no others. `minimum` and `maximum` are text
    as the engine prints it. A `hidden` column is not shown, not sampled and not to be queried.
    """

    name: str
    type: str | None = None
    kind: ColumnKind = "other"
    description: str | None = None
    nullable: bool | None = None
    synonyms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    values: tuple[Scalar, ...] = ()
    values_complete: bool = False
    minimum: str | None = None
    maximum: str | None = None
    distinct_count: int | None = None
    null_fraction: float | None = None
    hidden: bool = False
    origins: Origins = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One relation that can be queried, with what is known of its columns and keys.

    `ref` is how a dbt project names it (`ref('orders')`, `source('raw', 'orders')`), `uid` the source's own identifier.
    `rank` is a prior on how likely people ask for it: 1.0 is ordinary, marts stand above staging and package models.
    """

    name: TableName
    kind: Literal["table", "view", "other"] = "table"
    description: str | None = None
    columns: tuple[Column, ...] = ()
    synonyms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    row_count: int | None = None
    access: str | None = None
    group: str | None = None
    deprecated: str | None = None
    hidden: bool = False
    ref: str | None = None
    uid: str | None = None
    rank: float = 1.0
    origins: Origins = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, compared without regard to case; None when there is none."""
        wanted = name.lower()
        return next((column for column in self.columns if column.name.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """`left.left_columns` refers to `right.right_columns`; the right side is the one-side for `many_to_one`.

    `certainty` is 1.0 for what is declared, lower for what is inferred; `origin` says by whom or how.
    """

    left: TableName
    left_columns: tuple[str, ...]
    right: TableName
    right_columns: tuple[str, ...]
    cardinality: Literal["many_to_one", "one_to_one", "many_to_many"] = "many_to_one"
    inferred: bool = False
    certainty: float = 1.0
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A named measure: an aggregate SQL `expression` over `table`, optionally with a `filter` (SQL boolean).

    `expression` is None where the definition cannot be written as one expression over one table (derived, cumulative);
    such a metric can be named and explained, not compiled by plain SQL.
    """

    name: str
    label: str | None = None
    description: str | None = None
    kind: str = "simple"
    table: TableName | None = None
    expression: str | None = None
    filter: str | None = None
    time_column: str | None = None
    dimensions: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    hidden: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the business: `expression` (a SQL value or aggregate) or `filter` (a SQL boolean), over `table`.

    Names inside are written `table.column`. A term with neither is a definition for people and prompts.
    """

    name: str
    synonyms: tuple[str, ...] = ()
    definition: str | None = None
    expression: str | None = None
    filter: str | None = None
    table: TableName | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedQuestion:
    """A question with SQL that a person has checked."""

    question: str
    sql: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A sentence for whoever writes SQL, person or model."""

    text: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A dashboard or report that already uses some tables."""

    name: str
    label: str | None = None
    kind: str = ""
    description: str | None = None
    url: str | None = None
    tables: tuple[TableName, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two sources disagree on one fact; the first won. Also gaps and errors found in a source (`kind`)."""

    kind: str
    subject: str
    message: str
    severity: Literal["error", "warning", "note"] = "warning"
    place: str | None = None
    hint: str | None = None


Fact: TypeAlias = Table | Relationship | Metric | Term | VerifiedQuestion | Instruction | Exposure | Clash


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueHit:
    """A stored value that some words of the question may mean; `score` is 1.0 for the same text."""

    table: TableName
    column: str
    value: Scalar
    score: float


class Catalog(Protocol):
    """A view on all facts. Only tables that are asked for become values; a catalog of 10,000 tables stays on disk."""

    content_hash: str
    """Hash of all facts; the same facts give the same hash on every machine."""
    default_schema: str | None
    """The schema an unqualified name means; None where the engine has none."""

    def __len__(self) -> int:
        """Number of tables that may be queried."""

    def names(self) -> Iterator[TableName]:
        """All table names, without decoding the tables."""

    def table(self, name: TableName | str) -> Table | None:
        """The table, or None. Text is `name` or `schema.name`, compared without regard to case."""

    def find(self, name: str, schema: str | None = None, database: str | None = None) -> tuple[TableName, ...]:
        """The relations that SQL text with these parts means: none, one, or several when ambiguous."""

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Table names most like `name`, best first, for an error message."""

    def search(self, words: Sequence[str], limit: int = 20) -> tuple[TableName, ...]:
        """Tables whose names, columns or descriptions fit the words, best first."""

    def relationships(self, tables: Sequence[TableName] | None = None) -> tuple[Relationship, ...]:
        """Joins that touch any of the tables; all when None."""

    def metrics(self) -> tuple[Metric, ...]: ...

    def terms(self) -> tuple[Term, ...]: ...

    def verified(self) -> tuple[VerifiedQuestion, ...]: ...

    def instructions(self) -> tuple[Instruction, ...]: ...

    def exposures(self) -> tuple[Exposure, ...]: ...

    def clashes(self) -> tuple[Clash, ...]: ...

    def values_like(self, texts: Sequence[str], limit: int = 20) -> tuple[tuple[str, tuple[ValueHit, ...]], ...]:
        """For each text that equals or nearly equals stored values, the text and its hits, best first."""
