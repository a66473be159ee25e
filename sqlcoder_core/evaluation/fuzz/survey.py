"""A suite in, how well fuzzed databases serve it out: golds with rows, mutants caught; the body of `sqlcoder eval fuzz`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.evaluation.empty_tables import engine_for
from sqlcoder_core.evaluation.fuzz.instances import Instances, instances_for
from sqlcoder_core.evaluation.fuzz.killing import added, kill
from sqlcoder_core.evaluation.fuzz.runners import Benches
from sqlcoder_core.evaluation.gold_dialect import translated
from sqlcoder_core.evaluation.records import Base, MutantKill, Rows, Suite, Task

Progress = Callable[[int, int], None]
"""(done, of how many) in."""
_NOTHING = (None, 0)
"""Cells of a result that a query without any matching row gives too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One question: on how many of `instances` its gold returns something, what is killed, or `why` it could not be looked at."""

    id: str
    place: str
    instances: int = 0
    with_rows: int = 0
    kill: MutantKill | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All questions of a suite whose database has no contents; `skipped` are those with contents or without SQL."""

    suite: str
    questions: tuple[Surveyed, ...]
    skipped: int
    instances: int
    seed: int
    seconds: float

    @property
    def kill(self) -> MutantKill:
        """Over all questions."""
        return added(one.kill for one in self.questions if one.kill is not None)

    def share(self, *, on_all: bool) -> float | None:
        """Share of golds that return something on at least one instance, or on all; None without questions."""
        fit = [one.with_rows == one.instances if on_all else one.with_rows > 0 for one in self.questions if one.instances]
        return sum(fit) / len(self.questions) if self.questions else None


def survey(suite: Suite, *, instances: int = 6, seed: int = 1, keep: Path | None = None, progress: Progress | None = None) -> Survey:
    """Build the instances of every question and run its golds and their mutants on them; `keep` is a folder to leave the databases in."""
    began = time.monotonic()
    bases = {base.name: base for base in suite.bases if base.tables}
    tasks = [task for task in suite.tasks if task.gold and task.base in bases]
    found: list[Surveyed] = []
    with Benches() as benches:
        for task in tasks:
            found.append(_surveyed(task, bases[task.base], suite, benches, instances=instances, seed=seed, keep=keep))
            if progress is not None:
                progress(len(found), len(tasks))
    return Survey(
        suite=suite.name,
        questions=tuple(found),
        skipped=len(suite.tasks) - len(tasks),
        instances=instances,
        seed=seed,
        seconds=time.monotonic() - began,
    )


def lines_of(result: Survey) -> Iterator[str]:
    """The table that is printed: figures, kills by kind, then every question that could not be looked at."""
    looked_at = [one for one in result.questions if not one.why]
    asked = f"{len(result.questions)} questions, {result.instances} instances each"
    yield f"suite {result.suite}: {asked}, seed {result.seed}, {result.seconds:.0f} s"
    if result.skipped:
        yield f"  {result.skipped} questions left out: their database has contents, or they give no SQL"
    yield f"  golds with rows  {_percent(result.share(on_all=False))} on some instance, {_percent(result.share(on_all=True))} on all"
    total = result.kill
    yield f"  mutants killed   {_percent(total.rate)} of {total.mutants:,} by exact or subset; by kind, beside the strict measure:"
    by_strict = {kind: (mutants, killed) for kind, mutants, killed in total.strict_kinds}
    for kind, mutants, killed in total.kinds:
        yield f"    {kind:16} {_ratio(mutants, killed)}   strict {_ratio(*by_strict.get(kind, (0, 0)))}"
    empty = [one for one in looked_at if not one.with_rows]
    yield from (f"  no rows on any instance: {one.id}{_at(one)}" for one in empty)
    yield from (f"  not looked at: {one.id}{_at(one)}: {one.why}" for one in result.questions if one.why)


def _surveyed(task: Task, base: Base, suite: Suite, benches: Benches, *, instances: int, seed: int, keep: Path | None) -> Surveyed:
    try:
        engine = engine_for(base.dialect)
        clock = base.clock or suite.clock
        golds = translated(task.gold, base, engine, clock)
        with instances_for(base, golds, seed=seed, count=instances, dialect=engine, now=clock.now, benches=benches) as built:
            if keep is not None:
                built.keep(keep, _file_name(task.id))
            return _looked_at(task, base, golds, built)
    except SqlcoderError as error:
        return Surveyed(id=task.id, place=task.place, why=str(error))


def _looked_at(task: Task, base: Base, golds: Sequence[str], built: Instances) -> Surveyed:
    rows = built.rows(golds[0])
    failed = next((one for one in rows if isinstance(one, str)), None)
    if failed is not None:
        return Surveyed(id=task.id, place=task.place, why=failed)
    with_rows = sum(isinstance(one, Rows) and any(cell not in _NOTHING for row in one.rows for cell in row) for one in rows)
    return Surveyed(id=task.id, place=task.place, instances=len(built), with_rows=with_rows, kill=kill(base, golds, built))


def _file_name(text: str) -> str:
    return "".join(character if character.isalnum() or character in "-_" else "_" for character in text)[:80]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"


def _ratio(mutants: int, killed: int) -> str:
    return f"{killed:5} of {mutants:5} {_percent(killed / mutants if mutants else None):>7}"


def _at(one: Surveyed) -> str:
    return f" ({one.place})" if one.place else ""
