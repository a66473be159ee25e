"""Looks at the contents of tables, within limits, for the values that words of a question may mean."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlcoder_core.errors import DatabaseError, TimeLimit
from sqlcoder_core.linking.merge import with_profile
from sqlcoder_core.policy.sampling import may_sample
from sqlcoder_core.values.catalog import Clash, Column, Table
from sqlcoder_core.values.result import ColumnProfile, Limits
from sqlcoder_core.values.sampling import Sampling

if TYPE_CHECKING:
    from sqlcoder_core.contracts.source import Probe
    from sqlcoder_core.linking.looks import Looks

_KINDS = frozenset({"integer", "number", "text", "date", "timestamp", "time", "boolean"})
_LONGEST_VALUE = 80
"""Characters; longer text is prose, which nobody quotes whole in a question."""
_ONE_TABLE = 10.0


class Sampler:
    """Called with a table, gives it back with values and ranges of the columns that may be looked at."""

    def __init__(self, probe: Probe, sampling: Sampling, origin: str = "sampled", clock: Callable[[], float] = time.monotonic) -> None:
        self._probe = probe
        self._sampling = sampling
        self._origin = origin
        self._clock = clock
        self._until = clock() + sampling.seconds
        self._stopped = False

    def __call__(self, table: Table, clashes: list[Clash], looks: Looks) -> Table:
        """The table with what was seen, now or earlier; what could not be read is a note among the clashes, no error."""
        columns = [column.name for column in table.columns if column.kind in _KINDS and may_sample(table, column, self._sampling)]
        profiles = looks.at(table.name, columns) if columns else ()
        if profiles is None:
            profiles = () if self._out_of_time(table, clashes) else self._looked(table, columns, clashes)
            if not profiles:
                return table
            looks.keep(table.name, columns, profiles)
        seen = {profile.column.lower(): _within(profile, self._sampling.values) for profile in profiles}
        return replace(table, columns=tuple(self._with(table, column, seen.get(column.name.lower()), clashes) for column in table.columns))

    def _looked(self, table: Table, columns: Sequence[str], clashes: list[Clash]) -> tuple[ColumnProfile, ...]:
        try:
            return tuple(self._probe.profile(table.name, columns, self._limits()))
        except (DatabaseError, TimeLimit) as error:
            clashes.append(_not_sampled(table, f"the contents of {table.name} could not be looked at: {error.message}", None))
            return ()

    def _with(self, table: Table, column: Column, profile: ColumnProfile | None, clashes: list[Clash]) -> Column:
        if profile is None:
            return column
        return with_profile(column, profile, f"{table.name}.{column.name}", clashes, self._origin)

    def _limits(self) -> Limits:
        left = max(0.5, self._until - self._clock())
        return Limits(seconds=min(left, _ONE_TABLE))

    def _out_of_time(self, table: Table, clashes: list[Clash]) -> bool:
        if self._clock() < self._until:
            return False
        if not self._stopped:
            self._stopped = True
            message = f"the time for looking at contents was up at {table.name}; values of the tables after it are not known"
            clashes.append(_not_sampled(table, message, "give the introspect source more `sample_seconds`"))
        return True


def _within(profile: ColumnProfile, most: int) -> ColumnProfile:
    """The profile with the values that are worth keeping."""
    kept = tuple(value for value in profile.values if not isinstance(value, str) or len(value) <= _LONGEST_VALUE)[:most]
    return replace(profile, values=kept, values_complete=profile.values_complete and len(kept) == len(profile.values))


def _not_sampled(table: Table, message: str, hint: str | None) -> Clash:
    return Clash(kind="not sampled", subject=str(table.name), message=message, severity="note", hint=hint)
