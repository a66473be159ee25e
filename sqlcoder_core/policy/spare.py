"""A source that nobody named: where it cannot be read, the others answer without it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_core.contracts.source import Probe
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.policy.wrapped import Wrapped
from sqlcoder_core.values.catalog import Clash, Fact


class Spare(Wrapped):
    """For what was only detected beside a connection that somebody asked for: a broken project must not stand in the way."""

    def fingerprint(self, probe: Probe | None) -> str:
        """The inner one's, or what is wrong with it."""
        try:
            return self.inner.fingerprint(probe)
        except ConfigError as error:
            return str(error)

    def identity(self, probe: Probe | None) -> str:
        """The inner one's, or what is wrong with it."""
        try:
            return self.inner.identity(probe)
        except ConfigError as error:
            return str(error)

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """The inner one's as far as they can be read, then what went wrong, for `catalog lint` and `doctor`."""
        try:
            yield from self.inner.facts(probe)
        except ConfigError as error:
            yield Clash(kind="not read", subject=self.name, message=error.message, place=error.place, hint=error.hint)
