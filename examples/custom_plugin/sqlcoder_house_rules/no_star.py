"""Check `no_star`: nobody reads every column of a table by accident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import sqlglot
from pydantic import Field
from sqlglot import exp

from sqlcoder_core.api import Candidate, Extension, Linked, Problem, Settings, hookimpl


class NoStarSettings(Settings):
    """How strict the rule is."""

    severity: Literal["error", "warning"] = Field("error", description="`error` keeps the query from running, `warning` only says so.")


class NoStar(Extension):
    """Refuse queries that select every column with a star."""

    name = "no_star"
    Settings = NoStarSettings

    def sqlcoder_check(self, candidate: Candidate, linked: Linked) -> Iterable[Problem]:
        for star in _stars(candidate):
            yield Problem(
                code="no_star",
                severity=self.settings.severity,
                message=f"the query selects every column ({star})",
                hint="name the columns in the question",
                found_by=self.name,
            )


def _stars(candidate: Candidate) -> Iterator[str]:
    """Each star in a list of columns, as written: `*`, `orders.*`; the one in `count(*)` is none."""
    for select in sqlglot.parse_one(candidate.sql, dialect=candidate.dialect).find_all(exp.Select):
        yield from (column.sql(dialect=candidate.dialect) for column in select.expressions if column.is_star)


@hookimpl
def sqlcoder_extensions() -> Iterable[type[Extension]]:
    return (NoStar,)
