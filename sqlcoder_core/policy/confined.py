"""A source behind the configuration's policy: what is hidden leaves it marked and empty, what must not be sampled is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from sqlcoder_core.contracts.source import MetadataSource, Probe
from sqlcoder_core.policy.wrapped import Wrapped
from sqlcoder_core.values.catalog import Column, Fact, Relationship, Table, TableName
from sqlcoder_core.values.sampling import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What may be seen. Patterns as in file names, held against `table`, `schema.table`, `column`, `table.column` and
    `schema.table.column` without regard to case; `a.b` hides the table b of schema a as well as the column b of table a.
    """

    hidden: tuple[str, ...] = ()
    no_sample: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hidden or self.no_sample)

    def hides_table(self, name: TableName) -> bool:
        """True for a table that must not be offered or read."""
        return self._matches(name.name, str(name))

    def hides_column(self, table: TableName, column: str) -> bool:
        """True for a column that must not be offered or read."""
        return self._matches(column, f"{table.name}.{column}", f"{table}.{column}")

    def _matches(self, *spellings: str) -> bool:
        return any(fnmatchcase(spelling.lower(), pattern.lower()) for spelling in spellings for pattern in self.hidden)


class Confined(Wrapped):
    """Any source, seen through the policy; plugins cannot step around it, since the catalog is made of this one's facts."""

    def __init__(self, inner: MetadataSource, seen: Seen) -> None:
        super().__init__(inner)
        self.seen = seen

    def fingerprint(self, probe: Probe | None) -> str:
        """Changes with the policy too."""
        return f"{self.inner.fingerprint(probe)} {self.seen}"

    def identity(self, probe: Probe | None) -> str:
        """Changes with the policy too."""
        return f"{self.inner.identity(probe)} {self.seen}"

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """The inner source's facts, hidden ones marked and without contents; no join over a hidden column."""
        for fact in self.inner.facts(probe):
            if isinstance(fact, Table):
                yield self._table(fact)
            elif not (isinstance(fact, Relationship) and self._over_hidden(fact)):
                yield fact

    def sampling(self) -> Sampling | None:
        """As the inner source, less what the policy keeps from being sampled."""
        allowed = self.inner.sampling()
        return None if allowed is None else replace(allowed, never=(*allowed.never, *self.seen.no_sample, *self.seen.hidden))

    def _table(self, table: Table) -> Table:
        columns = tuple(_hidden(one) if self.seen.hides_column(table.name, one.name) else one for one in table.columns)
        return replace(table, columns=columns, hidden=table.hidden or self.seen.hides_table(table.name))

    def _over_hidden(self, fact: Relationship) -> bool:
        ends = ((fact.left, fact.left_columns), (fact.right, fact.right_columns))
        return any(self.seen.hides_column(table, column) for table, columns in ends for column in columns)


def _hidden(column: Column) -> Column:
    return replace(
        column, hidden=True, values=(), values_complete=False, minimum=None, maximum=None, distinct_count=None, null_fraction=None
    )
