"""A base and the golds of one question in, several small databases out that can be asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlcoder_core.errors import SqlcoderError, TimeLimit, UsageError, WorkerDied
from sqlcoder_core.evaluation.fuzz.filling import fill, plan_for
from sqlcoder_core.evaluation.fuzz.golds import parsed, reads_clock
from sqlcoder_core.evaluation.fuzz.profiles import profile_of
from sqlcoder_core.evaluation.fuzz.runners import Bench, Benches
from sqlcoder_core.evaluation.fuzz.shape import shape_of
from sqlcoder_core.evaluation.fuzz.writing import written
from sqlcoder_core.evaluation.records import Base, Rows
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.checked import CheckedQuery

_NOW = datetime(2024, 6, 15, 12, 0)
"""The day around which dates lie when no gold asks for the current one: instances do not change from day to day."""


class Instances:
    """The databases for one question. Close it, or use it as a context manager: it may hold processes and files."""

    def __init__(self, files: Sequence[bytes], dialect: str, bench: Bench, give_back: Callable[[], None]) -> None:
        self._files = tuple(files)
        self._dialect = dialect
        self._bench = bench
        self._give_back = give_back
        bench.place(self._files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._files)

    @property
    def dialect(self) -> str:
        """sqlglot's word for the dialect of SQL that they take."""
        return self._dialect

    def rows(self, sql: str) -> tuple[Rows | str, ...]:
        """For each instance its rows, or one line that says why there are none.

        The text passes the guard and runs in processes that can be killed; what ran over its limits once is not tried on the others.
        """
        try:
            query = self.checked(sql)
        except SqlcoderError as error:
            return (_line(error),) * len(self)
        found: list[Rows | str] = []
        for index in range(len(self)):
            try:
                found.append(self.run(index, query))
            except (TimeLimit, WorkerDied) as error:
                found += [_line(error)] * (len(self) - len(found))
                break
            except SqlcoderError as error:
                found.append(_line(error))
        return tuple(found)

    def checked(self, sql: str) -> CheckedQuery:
        """The text after the guard. Raises Refused."""
        return check(sql, self._dialect, None)

    def run(self, index: int, query: CheckedQuery) -> Rows:
        """Rows of one instance. Raises SqlcoderError: limits, and the engine's own words."""
        return self._bench.run(index, query)

    def keep(self, folder: Path, name: str) -> tuple[Path, ...]:
        """Write the databases to files of that name, numbered from one; returns them."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = tuple(folder / f"{name}-{number}.{self._dialect}" for number in range(1, len(self) + 1))
        for path, content in zip(paths, self._files, strict=True):
            path.write_bytes(content)
        return paths

    def close(self) -> None:
        """Give processes and files back."""
        self._give_back()
        self._give_back = _nothing


def instances_for(
    base: Base,
    golds: Sequence[str],
    *,
    seed: int,
    count: int = 6,
    dialect: str,
    now: datetime | None = None,
    benches: Benches | None = None,
) -> Instances:
    """Databases of the base's shape that satisfy its keys and hold rows that the golds' conditions are about.

    `dialect` is the engine's, `sqlite` or `duckdb`, and that of the golds. The same arguments give the same rows in every process.
    `now` is the clock for golds that ask for the current day. `benches` lends the processes, so that they stay warm from question to
    question; without it they end with `close`. Raises UsageError for a base without tables and for golds that cannot be read.
    """
    if not base.tables:
        raise UsageError(f"the database {base.name!r} has no tables to fill", hint="give its schema")
    files = database_files(base, golds, seed=seed, count=count, dialect=dialect, now=now)
    lender = benches or Benches()
    bench = lender.lend(dialect)

    def give_back() -> None:
        lender.take_back(bench, dialect)
        if benches is None:
            lender.close()

    return Instances(files, dialect, bench, give_back)


def database_files(
    base: Base, golds: Sequence[str], *, seed: int, count: int, dialect: str, now: datetime | None = None
) -> tuple[bytes, ...]:
    """The database files of the instances, without anything to ask them."""
    trees = parsed(golds, dialect)
    moment = now or (datetime.now() if reads_clock(trees) else _NOW)
    plan = plan_for(shape_of(base), trees, moment)
    found = []
    for index in range(count):
        chance = random.Random(f"{seed}/{index}/{base.name}")
        found.append(written(dialect, plan.shape, fill(plan, profile_of(index), chance), base.dialect))
    return tuple(found)


def _line(error: SqlcoderError) -> str:
    return " ".join(str(error).split())


def _nothing() -> None:
    return None
