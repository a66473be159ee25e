"""Engines: the half of a connector that lives in the query worker, where the driver is; imports neither pydantic nor a driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlcoder_core.values.catalog import Relationship, Table, TableName
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import ColumnProfile, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """An open result: columns, the engine's type names, and batches of rows not yet fetched."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    batches: Iterator[Sequence[tuple[object, ...]]]


class Engine:
    """Base of engines. Everything here runs in the worker process, inside its sandbox, one question at a time.

    `settings` has the fields of the connector's Settings as attributes (nested models are dicts, secrets are text).
    `scratch` is a private directory when the connector's sandbox asks for one. Errors of the driver are raised as
    DatabaseError with the engine's own text; nothing else reaches the person who asked.
    """

    scratch: str | None = None

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    def connect(self, limits: Limits) -> None:
        """Open read-only and hardened. Called once per question; `close` follows."""
        raise NotImplementedError

    def close(self) -> None:
        """Give the database back: no lock, no open file, no session state."""
        raise NotImplementedError

    def second_opinion(self, query: CheckedQuery) -> tuple[TableName, ...] | None:
        """The relations that the engine itself says the query reads, before it runs; None where it cannot say.

        Also the engine's word on names, types and functions: raises DatabaseError when it refuses to plan the query.
        """
        return None

    def sources(self, table: TableName) -> tuple[TableName, ...]:
        """What reading that one relation makes the engine read: a view's tables, a table's partitions.

        Asked only when the second opinion names more than the query does; raises DatabaseError for an unknown relation.
        """
        return (table,)

    def search_path(self) -> tuple[str, ...]:
        """Schemas in which an unqualified name is looked for; empty where there are none."""
        return ()

    def run(self, query: CheckedQuery) -> Rows:
        """Execute `query.text` itself, one statement, read-only, streaming. Raises TypeError for anything but a CheckedQuery."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Interrupt the running query; called from another thread, at any time."""
        raise NotImplementedError

    def describe(self) -> Iterator[Table | Relationship]:
        """Tables, views, columns, comments, keys, row estimates, foreign keys, from fixed statements of this module."""
        raise NotImplementedError

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> Iterator[ColumnProfile]:
        """Sampled contents of those columns, with identifiers quoted by this module."""
        raise NotImplementedError

    def findings(self) -> Iterator[Problem]:
        """What `doctor` should say of this connection: version, rights that are too wide, settings that cannot be had."""
        return iter(())


def checked(query: object) -> CheckedQuery:
    """The query itself; the first line of every `run`. Raises TypeError for anything the guard did not make."""
    if not isinstance(query, CheckedQuery):
        raise TypeError(f"only a CheckedQuery can be run, not {type(query).__name__}; pass the text through sqlcoder_core.sql.guard.check")
    return query


_ROOM = 1 << 20


def in_batches(
    fetch: Callable[[int], Sequence[tuple[object, ...]]], *, first: int = 16, most: int = 512
) -> Iterator[Sequence[tuple[object, ...]]]:
    """Batches from a driver's `fetchmany`: small at first, then as many rows as make about a megabyte."""
    size = first
    while batch := fetch(size):
        yield batch
        size = max(1, min(most, 2 * size, _ROOM // max(_weight(batch[0]), _weight(batch[-1]), 1)))


def _weight(row: Sequence[object]) -> int:
    return sum(len(cell) for cell in row if isinstance(cell, str | bytes | list | dict))
