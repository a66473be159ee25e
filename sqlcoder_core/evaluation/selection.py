"""A suite's questions in, those that a run is about out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.records import Task
from sqlcoder_core.host.nearest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Flags that leave questions out; empty ones leave none out. `every` takes each Nth of what is left, `limit` the first of those."""

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    every: int = 1
    limit: int | None = None

    def of(self, tasks: Sequence[Task]) -> tuple[Task, ...]:
        """The questions, in the suite's order. Raises UsageError for a category, tag or id that no question has."""
        _refuse_unknown("--category", self.categories, (task.category for task in tasks))
        _refuse_unknown("--tag", self.tags, (tag for task in tasks for tag in task.tags))
        _refuse_unknown("--only", self.only, (task.id for task in tasks))
        found = tuple(filter(self._wants, tasks))[:: self.every][: self.limit]
        if not found:
            raise UsageError("no question is left to ask", hint="--category, --tag and --only must all fit")
        return found

    def text(self, chosen: int, total: int) -> str:
        """How many of how many, and by which flags."""
        if chosen == total:
            return str(total)
        flags = [f"--category {name}" for name in self.categories] + [f"--tag {name}" for name in self.tags]
        flags += [f"--only {name}" for name in self.only] if len(self.only) <= 3 else [f"--only, {len(self.only)} times"]
        flags += [f"--every {self.every}"] if self.every > 1 else []
        flags += [f"--limit {self.limit}"] if self.limit else []
        return f"{chosen} of {total}: {' '.join(flags)}"

    def _wants(self, task: Task) -> bool:
        fits_tag = not self.tags or bool(set(self.tags) & set(task.tags))
        return fits_tag and (not self.categories or task.category in self.categories) and (not self.only or task.id in self.only)


def _refuse_unknown(flag: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    names = {name for name in known if name}
    for one in wanted:
        if one not in names:
            raise UsageError(f"{flag} {one}: no question has it", hint=did_you_mean(one, names, listed=20) or None)
