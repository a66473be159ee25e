"""The query worker as the rest of the program sees it: checked queries in, rows or an error out, within the limits."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Self, TypeVar

import msgspec

from sqlcoder_core.contracts.connector import Connector
from sqlcoder_core.errors import TimeLimit
from sqlcoder_core.values.catalog import Relationship, Table, TableName
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import ColumnProfile, Limits, ResultSet
from sqlcoder_core.worker import wire
from sqlcoder_core.worker.exchange import Exchange
from sqlcoder_core.worker.warm_child import WarmChild

DESCRIBE_SECONDS = 120.0
Item = TypeVar("Item")


class QueryWorker:
    """One database, asked from a process that can be killed. It starts with the first question and stays warm.

    The database itself is opened for each question and given back before the answer returns. Threads may share a worker;
    they wait for each other. `sandbox` False leaves out Landlock, for tests and for systems where it is in the way.
    """

    def __init__(self, connector: Connector, *, limits: Limits | None = None, sandbox: bool = True) -> None:
        self.connector = connector
        self.limits = limits or Limits()
        self._child = WarmChild(connector, sandbox=sandbox)
        self._numbers = count(1)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def dialect(self) -> str:
        """The sqlglot dialect of SQL for this database."""
        return self.connector.dialect()

    @property
    def default_schema(self) -> str | None:
        """The schema that unqualified names mean; None where unknown."""
        return self.connector.default_schema()

    @property
    def default_database(self) -> str | None:
        """The database whose tables `describe` names without one; None where unknown."""
        return self.connector.default_database()

    def fingerprint(self) -> str | None:
        """Cheap text that changes with the contents; None for servers."""
        return self.connector.fingerprint()

    def warm(self) -> None:
        """Start the process without waiting for it, so that it is ready when the first query is."""
        with self._lock:
            self._child.launch()

    def close(self) -> None:
        """End the process; the next question would start another."""
        with self._lock:
            self._child.close()

    def run(self, query: CheckedQuery, limits: Limits | None = None) -> ResultSet:
        """Rows of the query.

        Raises TypeError for anything but a CheckedQuery, Refused (`engine_relation`) when the engine says that it reads more
        than it was checked for, TimeLimit, WorkerDied (memory, crash) and DatabaseError with the engine's own words.
        """
        if not isinstance(query, CheckedQuery):
            raise TypeError(
                f"only a CheckedQuery can be run, not {type(query).__name__}; pass the text through sqlcoder_core.sql.guard.check"
            )
        bounds = limits or self.limits
        exchange = self._converse(wire.run_request(next(self._numbers), query, bounds))
        header = next(reply for reply in exchange.payload if isinstance(reply, wire.Header))
        return ResultSet(
            columns=header.columns,
            types=header.types,
            rows=tuple(row for reply in exchange.payload if isinstance(reply, wire.Batch) for row in wire.rows_of(reply)),
            truncated=exchange.done.truncated,
            elapsed_ms=exchange.done.elapsed_ms,
            notices=exchange.done.notices,
            sha256=query.sha256,
        )

    def describe(self) -> tuple[Table | Relationship, ...]:
        """All tables and views with their columns, keys, comments and row estimates, then declared foreign keys."""
        bounds = replace(self.limits, seconds=max(self.limits.seconds, DESCRIBE_SECONDS))
        exchange = self._converse(wire.Describe(number=next(self._numbers), limits=bounds))
        tables = _items(exchange, "tables", Table)
        return (*tables, *_items(exchange, "relationships", Relationship))

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits | None = None) -> tuple[ColumnProfile, ...]:
        """Contents of those columns, sampled; when the time is up, those that were ready."""
        bounds = limits or self.limits
        question = wire.Profile(number=next(self._numbers), table=table, columns=tuple(columns), limits=bounds)
        exchange = self._converse(question, partly=True)
        return tuple(_items(exchange, "profiles", ColumnProfile))

    def findings(self) -> tuple[Problem, ...]:
        """What doctor should say: the sandbox, the engine's version, rights that are too wide."""
        exchange = self._converse(wire.Findings(number=next(self._numbers), limits=self.limits))
        return (self._sandbox_finding(), *_items(exchange, "problems", Problem))

    def _converse(self, question: wire.Question, *, partly: bool = False) -> Exchange:
        """One question and its replies; `partly` keeps what had arrived when the time was up."""
        with self._lock:
            exchange = self._child.exchange(question.limits)
            try:
                exchange.ask(question)
            except TimeLimit:
                if not partly:
                    raise
            finally:
                self._child.retire_if_swollen(question.limits)
            return exchange

    def _sandbox_finding(self) -> Problem:
        if self._child.unconfined is None:
            return Problem(
                code="sandboxed", message="queries run in a Landlock sandbox, tried out at its start", severity="note", found_by="worker"
            )
        return Problem(
            code="unsandboxed",
            message=f"queries run in a process of their own, with limits but unsandboxed: {self._child.unconfined}",
            severity="warning" if sys.platform == "linux" else "note",
            hint="a kernel with Landlock (Linux 5.13 or newer) adds a wall around files and network" if sys.platform == "linux" else None,
            found_by="worker",
        )


def _items(exchange: Exchange, kind: str, of: type[Item]) -> list[Item]:
    found: list[Any] = []
    for reply in exchange.payload:
        if isinstance(reply, wire.Items) and reply.kind == kind:
            found += msgspec.msgpack.decode(reply.items, type=list[of])  # type: ignore[valid-type]
    return found
