"""A question, our answer and the golds' rows in, what became of it out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlcoder_core.evaluation.grounds import Reading
from sqlcoder_core.evaluation.matching import exact, strict, subset
from sqlcoder_core.evaluation.records import Judged, Outcome, Rows, Task
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.answer_json import json_value

_ORDERING = re.compile(r"\b(order|sort|arrange)\b", re.IGNORECASE)
_KEPT_ROWS = 10
_KEPT_COLUMNS = 20
_TOKENS = re.compile(r"prompt (\d+), reused \d+, written (\d+)")
Measure = Callable[[Rows, Rows], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """When the order of rows counts: for *correct* by `lenient`, for *strict* by `by_gold`; each may be said by the task."""

    kind: Literal["sql-eval", "spider", "bird", "own"]
    task: Task

    def lenient(self, reading: Reading) -> bool:
        """sql-eval's own suites by its rule: category `order_by`, or the word order, sort or arrange in the question."""
        if self.kind == "sql-eval":
            return self.task.category == "order_by" or bool(_ORDERING.search(self.task.question))
        return self.by_gold(reading)

    def by_gold(self, reading: Reading) -> bool:
        """The task's word, else whether the gold's outermost query has an ORDER BY."""
        return reading.ordered if self.task.ordered is None else self.task.ordered


def unscored(task: Task, answer: Answer, why: str) -> Judged:
    """A question whose gold could not be run: it counts in no share."""
    return replace(_asked(task, answer), outcome="unscored", why=why, gold=task.gold[0] if task.gold else None)


def judged_unanswerable(task: Task, answer: Answer) -> Judged:
    """Right is to abstain."""
    outcomes: dict[str, Outcome] = {"abstained": "right", "answered": "wrong"}
    outcome = outcomes.get(answer.status, "failed")
    why = "answered, though the database cannot tell" if outcome == "wrong" else ""
    return replace(_asked(task, answer), outcome=outcome, why=why or _why_none(answer), valid=answer.status == "answered")


def judged(task: Task, answer: Answer, readings: Sequence[Reading], ours: Sequence[Rows | str], ordering: Ordering) -> Judged:
    """Held against each reading on every instance: one and the same must match on all of them.

    `right` is *correct*: exact or subset on each instance. `subset` says so too, since the same table is a part of itself. An
    instance on which the gold has no rows, beside others on which it has some, asks for no rows of any columns.
    """
    plain = _asked(task, answer)
    if answer.status != "answered":
        outcome: Outcome = "abstained" if answer.status == "abstained" else "failed"
        return replace(plain, outcome=outcome, why=_why_none(answer), gold=readings[0].sql or None)
    failure = next((one for one in ours if isinstance(one, str)), None)
    if failure is not None:
        return replace(plain, why=f"our SQL fails: {failure}", gold=readings[0].sql or None)
    rows = [one for one in ours if isinstance(one, Rows)]
    correct = next((one for one in readings if _matches(one, rows, _correct(ordering.lenient(one)), _no_rows)), None)
    strictly = next((one for one in readings if _matches(one, rows, _strict(ordering.by_gold(one)))), None)
    shown = strictly or correct or readings[0]
    told = _first_difference(shown, rows, ordering, correct=correct is None)
    return replace(
        plain,
        outcome="right" if correct else "wrong",
        exact=any(_matches(one, rows, _exact(ordering.lenient(one))) for one in readings),
        subset=correct is not None,
        strict=strictly is not None,
        valid=True,
        why="" if told is None or correct else _difference(*told, len(rows)),
        gold=shown.sql or None,
        ours=_cut(told[2]) if told else None,
        golds=_cut(told[1]) if told else None,
    )


# ------------------------------------------------------------------ measures on all instances


def _exact(ordered: bool) -> Measure:
    return lambda gold, ours: exact(gold, ours, ordered=ordered)


def _strict(ordered: bool) -> Measure:
    return lambda gold, ours: strict(gold, ours, ordered=ordered)


def _correct(ordered: bool) -> Measure:
    return lambda gold, ours: exact(gold, ours, ordered=ordered) or subset(gold, ours, ordered=ordered)


def _no_rows(gold: Rows, ours: Rows) -> bool:
    return not gold.rows and not ours.rows


def _matches(reading: Reading, ours: Sequence[Rows], measure: Measure, without_rows: Measure | None = None) -> bool:
    """On every instance by `measure`; by `without_rows` too where some other instance has rows to be measured by."""
    telling = any(gold.rows for gold in reading.rows)
    return all(
        measure(gold, mine) or (without_rows is not None and telling and without_rows(gold, mine))
        for gold, mine in zip(reading.rows, ours, strict=True)
    )


def _first_difference(reading: Reading, ours: Sequence[Rows], ordering: Ordering, *, correct: bool) -> tuple[int, Rows, Rows] | None:
    """The first instance that tells ours from the gold: by *correct* where that fails, else by *strict*."""
    measure = _correct(ordering.lenient(reading)) if correct else _strict(ordering.by_gold(reading))
    pairs = enumerate(zip(reading.rows, ours, strict=True), 1)
    return next(((number, gold, mine) for number, (gold, mine) in pairs if not measure(gold, mine)), None)


def _difference(number: int, gold: Rows, ours: Rows, instances: int) -> str:
    where = f"on instance {number} of {instances}: " if instances > 1 else ""
    if len(gold.rows) != len(ours.rows):
        return f"{where}{len(ours.rows):,} rows instead of {len(gold.rows):,}"
    if len(ours.columns) < len(gold.columns):
        return f"{where}{len(ours.columns)} columns instead of {len(gold.columns)}"
    same = strict(gold, ours, ordered=False) or subset(gold, ours, ordered=False)
    return f"{where}{'another order of rows' if same else 'other values'}"


# ------------------------------------------------------------------ what is kept


def _asked(task: Task, answer: Answer) -> Judged:
    return Judged(
        id=task.id,
        question=task.question,
        base=task.base,
        category=task.category,
        tags=task.tags,
        answerable=task.answerable,
        status=answer.status,
        sql=answer.sql,
        confidence=answer.confidence,
        latency_ms=round(sum(spent for step, spent in answer.timings_ms if step != "gather"), 3),
        tokens=_tokens(answer),
        problems=tuple(f"{problem.code}: {problem.message}" for problem in answer.problems),
        place=task.place,
    )


def _tokens(answer: Answer) -> tuple[int, int] | None:
    found = _TOKENS.search(dict(answer.signature).get("tokens", ""))
    return (int(found[1]), int(found[2])) if found else None


def _why_none(answer: Answer) -> str:
    return "; ".join(problem.message for problem in answer.problems if problem.severity != "note") if answer.status != "answered" else ""


def _cut(rows: Rows) -> Rows:
    """The first rows and columns, with cells as JSON has them."""
    lines = tuple(tuple(json_value(cell) for cell in row[:_KEPT_COLUMNS]) for row in rows.rows[:_KEPT_ROWS])
    return Rows(columns=rows.columns[:_KEPT_COLUMNS], rows=lines)
