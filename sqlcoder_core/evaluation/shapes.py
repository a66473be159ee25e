"""A suite with contents in, the same with the shapes of its databases only out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.openings import Openings
from sqlcoder_core.evaluation.records import Base, Suite, Task
from sqlcoder_core.values.catalog import Relationship, Table


def without_contents(suite: Suite, tasks: Sequence[Task], openings: Openings) -> Suite:
    """The same suite with every base as its shape only; what is not known of the shape is asked of the database."""
    wanted = {task.base for task in tasks}
    return replace(suite, bases=tuple(_shape_only(base, openings) if base.name in wanted else base for base in suite.bases))


def _shape_only(base: Base, openings: Openings) -> Base:
    if not base.has_contents:
        return base
    with openings.open(base) as session:
        if session.worker is None:
            raise UsageError("no database is configured", hint="pass --database, or name one in the suite")
        tables, relationships = base.tables, base.relationships
        if not tables:
            facts = session.worker.describe()
            tables = tuple(fact for fact in facts if isinstance(fact, Table))
            relationships = tuple(fact for fact in facts if isinstance(fact, Relationship))
        return replace(base, database=None, tables=tables, relationships=relationships, dialect=base.dialect or session.dialect)
