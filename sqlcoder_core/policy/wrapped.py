"""A metadata source around another one, which answers everything that it does not answer itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_core.contracts.source import MetadataSource, Probe
from sqlcoder_core.values.catalog import Fact, TableName
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.sampling import Sampling


class Wrapped(MetadataSource):
    """Base of the wrappers; to everybody else it is the inner source."""

    def __init__(self, inner: MetadataSource) -> None:
        super().__init__(inner.settings, inner.context)
        self.inner = inner
        self.name = inner.name  # type: ignore[misc]  # of the class elsewhere; here it is the inner one's
        self.authority = inner.authority  # type: ignore[misc]

    def fingerprint(self, probe: Probe | None) -> str:
        """As the inner source."""
        return self.inner.fingerprint(probe)

    def identity(self, probe: Probe | None) -> str:
        """As the inner source."""
        return self.inner.identity(probe)

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """As the inner source."""
        return self.inner.facts(probe)

    def covers(self, table: TableName) -> bool:
        """As the inner source."""
        return self.inner.covers(table)

    def max_age(self, probe: Probe | None) -> float | None:
        """As the inner source."""
        return self.inner.max_age(probe)

    def sampling(self) -> Sampling | None:
        """As the inner source."""
        return self.inner.sampling()

    def findings(self) -> tuple[Problem, ...]:
        """As the inner source."""
        return self.inner.findings()
