"""Checked queries in, rows of one instance out: a confined process for each instance file, kept warm from question to question."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol, Self

from sqlcoder_core.contracts.connector import Connector
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.evaluation.records import Rows
from sqlcoder_core.host import Host
from sqlcoder_core.host.kinds import CONNECTOR
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.client import QueryWorker

LIMITS = Limits(seconds=5.0, rows=50_000, bytes=16 << 20, memory=512 << 20)
"""Instances hold some dozen rows a table: what needs more than this runs over by a product of tables."""
_ENDING = {"sqlite": "sqlite", "duckdb": "duckdb"}


class Bench(Protocol):
    """Where the files of some instances stand to be asked."""

    def place(self, files: Sequence[bytes]) -> None:
        """Take these database files in place of those before."""

    def run(self, index: int, query: CheckedQuery) -> Rows:
        """Rows of one instance. Raises what `QueryWorker.run` raises, and SqlcoderError where rows had to be cut off."""


class WorkerBench:
    """Files in a folder of its own, each asked through a QueryWorker, each overwritten in place: a worker's sandbox knows its file."""

    def __init__(self, dialect: str, *, limits: Limits = LIMITS) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sqlcoder-fuzz-")
        self._connector: type[Connector] = Host().component(CONNECTOR, dialect, place="fuzzed databases").cls
        self._dialect = dialect
        self._limits = limits
        self._workers: list[QueryWorker] = []

    def place(self, files: Sequence[bytes]) -> None:
        """Overwrite the files."""
        for index, content in enumerate(files):
            path = self._file(index)
            with path.open("r+b" if path.exists() else "wb") as file:
                file.write(content)
                file.truncate()
            if index == len(self._workers):
                self._workers.append(self._worker(path))

    def run(self, index: int, query: CheckedQuery) -> Rows:
        """Rows of one instance."""
        result = self._workers[index].run(query)
        if result.truncated:
            raise SqlcoderError(f"the result holds more than {len(result.rows):,} rows")
        return Rows(columns=result.columns, rows=result.rows)

    def close(self) -> None:
        """End the processes and remove the files."""
        for worker in self._workers:
            worker.close()
        self._folder.cleanup()

    def _file(self, index: int) -> Path:
        return Path(self._folder.name, f"instance-{index + 1}.{_ENDING[self._dialect]}")

    def _worker(self, path: Path) -> QueryWorker:
        settings: dict[str, object] = {"path": str(path)}
        if "threads" in self._connector.Settings.model_fields:
            settings["threads"] = 1
        return QueryWorker(self._connector(self._connector.Settings(**settings)), limits=self._limits)


class Benches:
    """Lends benches out and takes them back, so that the processes outlive a question. Threads may share it."""

    def __init__(self) -> None:
        self._free: dict[str, list[WorkerBench]] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def lend(self, dialect: str) -> WorkerBench:
        """A bench that nobody else uses."""
        with self._lock:
            free = self._free.get(dialect)
            if free:
                return free.pop()
        return WorkerBench(dialect)

    def take_back(self, bench: WorkerBench, dialect: str) -> None:
        """Keep it for the next question."""
        with self._lock:
            self._free.setdefault(dialect, []).append(bench)

    def close(self) -> None:
        """End all that are not lent out."""
        with self._lock:
            benches = [bench for free in self._free.values() for bench in free]
            self._free.clear()
        for bench in benches:
            bench.close()
