"""A base and the golds of one question in, several small databases out that can be asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlglot import exp

from sqlcoder_core.errors import SqlcoderError, TimeLimit, UsageError, WorkerDied
from sqlcoder_core.evaluation.fuzz.filling import Plan, fill, plan_for
from sqlcoder_core.evaluation.fuzz.golds import parsed, reads_clock
from sqlcoder_core.evaluation.fuzz.profiles import profile_of
from sqlcoder_core.evaluation.fuzz.runners import Bench, Benches
from sqlcoder_core.evaluation.fuzz.shape import shape_of
from sqlcoder_core.evaluation.fuzz.ties import TieProbe, tie_probe
from sqlcoder_core.evaluation.fuzz.writing import written
from sqlcoder_core.evaluation.records import Base, Rows
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.checked import CheckedQuery

_NOW = datetime(2024, 6, 15, 12, 0)
"""The day around which dates lie when no gold asks for the current one: instances do not change from day to day."""

_ATTEMPTS = 4


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
    lender = benches or Benches()
    bench = lender.lend(dialect)

    def give_back() -> None:
        lender.take_back(bench, dialect)
        if benches is None:
            lender.close()

    try:
        files = untied_files(Recipe.of(base, golds, seed=seed, dialect=dialect, now=now), count, bench)
    except BaseException:  # whatever happens, the processes go back; it is raised on
        give_back()
        raise
    return Instances(files, dialect, bench, give_back)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the instances of one question are made from."""

    plan: Plan
    trees: Sequence[exp.Expr]
    dialect: str
    declared: str
    seed: str

    @classmethod
    def of(cls, base: Base, golds: Sequence[str], *, seed: int, dialect: str, now: datetime | None) -> Self:
        """Read the golds. Raises UsageError for a base without tables and for golds that cannot be read."""
        if not base.tables:
            raise UsageError(f"the database {base.name!r} has no tables to fill", hint="give its schema")
        trees = parsed(golds, dialect)
        moment = now or (datetime.now() if reads_clock(trees) else _NOW)
        return cls(plan_for(shape_of(base), trees, moment), trees, dialect, base.dialect, f"{seed}/{base.name}")

    def file(self, index: int, attempt: int = 0) -> bytes:
        """Instance `index`; each attempt has other values, later ones many different ones."""
        chance = random.Random(f"{self.seed}/{index}/{attempt}")
        profile = profile_of(index) if attempt < 2 else replace(profile_of(index), few=False, skew=profile_of(index).skew + attempt / 2)
        return written(self.dialect, self.plan.shape, fill(self.plan, profile, chance), self.declared)


def untied_files(recipe: Recipe, count: int, bench: Bench) -> tuple[bytes, ...]:
    """Database files on which no gold has to choose between rows that it orders alike, as far as a few attempts find them."""
    files = [recipe.file(index) for index in range(count)]
    probes = [probe for tree in recipe.trees if (probe := tie_probe(tree, recipe.dialect)) is not None]
    tied = set(range(count)) if probes else set()
    for attempt in range(1, _ATTEMPTS + 1):
        if tied:
            bench.place(files)
        tied = {index for index in sorted(tied) if any(_is_tied(probe, index, bench, recipe.dialect) for probe in probes)}
        for index in sorted(tied):
            files[index] = recipe.file(index, attempt)
    return tuple(files)


def _is_tied(probe: TieProbe, index: int, bench: Bench, dialect: str) -> bool:
    try:
        return probe.shows(bench.run(index, check(probe.sql, dialect, None)))
    except SqlcoderError:  # a gold that does not run says so itself when its rows are asked for
        return False


def database_files(
    base: Base, golds: Sequence[str], *, seed: int, count: int, dialect: str, now: datetime | None = None
) -> tuple[bytes, ...]:
    """The database files of the instances without anything to ask them; limits may cut between rows that a gold orders alike."""
    recipe = Recipe.of(base, golds, seed=seed, dialect=dialect, now=now)
    return tuple(recipe.file(index) for index in range(count))


def _line(error: SqlcoderError) -> str:
    return " ".join(str(error).split())


def _nothing() -> None:
    return None
