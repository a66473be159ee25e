"""Connectors: one engine's driver, run inside the query worker; the parent process never imports a driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlcoder_core.contracts.component import Settings
from sqlcoder_core.values.catalog import Relationship, Table, TableName
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import ColumnProfile, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What the worker may touch once it runs: absolute paths to read, directories to write in, TCP ports to connect to.

    `imports` are modules to load before the sandbox closes. `file_size` 0 forbids the process to grow any file.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    tcp_ports: tuple[int, ...] = ()
    unix_sockets: bool = False
    imports: tuple[str, ...] = ()
    file_size: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """An open result: columns, the engine's type names, and batches of rows not yet fetched."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    batches: Iterator[Sequence[tuple[object, ...]]]


class Connector:
    """Base of connectors. The class is named in the parent (settings, dialect, sandbox), the instance lives in the worker.

    The module must import without its driver. All methods below the line run in the worker; errors of the driver are
    raised as DatabaseError with the engine's text, a statement that ran too long as TimeLimit.
    """

    name: ClassVar[str]
    Settings: ClassVar[type[Settings]] = Settings
    billed: ClassVar[bool] = False
    """Queries cost money: one candidate is executed unless told otherwise."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    @classmethod
    def from_url(cls, url: str) -> dict[str, object]:
        """Settings for a `--database` URL or file path; raises UsageError when it is not one of this engine's."""
        raise NotImplementedError

    @classmethod
    def claims(cls, url: str) -> bool:
        """True when a `--database` text (URL or path) is this engine's."""
        return False

    def dialect(self) -> str:
        """The sqlglot dialect of SQL for this connection."""
        raise NotImplementedError

    def default_schema(self) -> str | None:
        """The schema that unqualified names mean, without connecting; None where unknown or where there are none."""
        return None

    def sandbox(self) -> Sandbox:
        """What this connection needs of the machine."""
        raise NotImplementedError

    def fingerprint(self) -> str | None:
        """In the parent: cheap text that changes with the contents (file stat); None for servers."""
        return None

    def missing(self) -> str | None:
        """In the parent: the pip command that brings the driver, when it is not installed; else None."""
        return None

    # ------------------------------------------------------------------ in the worker

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

    def run(self, query: CheckedQuery) -> Rows:
        """Execute `query.text` itself, one statement, read-only, streaming. Raises TypeError for anything but a CheckedQuery."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Interrupt the running query; called from another thread."""
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
