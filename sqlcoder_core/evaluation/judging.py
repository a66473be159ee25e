"""A question, our answer and the golds' rows in, what became of it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from sqlcoder_core.evaluation.grounds import Reading
from sqlcoder_core.evaluation.matching import exact, strict, subset
from sqlcoder_core.evaluation.records import Judged, Outcome, Rows, Task
from sqlcoder_core.evaluation.row_order import numbered
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.answer_json import json_value

_ORDERING = re.compile(r"\b(order|sort|arrange)\b", re.IGNORECASE)
_KEPT_ROWS = 10
_KEPT_COLUMNS = 20
_TOKENS = re.compile(r"prompt (\d+), reused \d+, written (\d+)")
_TOKENS_NAME = re.compile(r"tokens|repair_\d+_tokens")
Order = Literal["free", "as ordered", "every row"]
"""Rows in any order, in the order that the gold's ORDER BY asks for, or each in its place."""


class Measure(Protocol):
    """Whether two tables match."""

    def __call__(self, gold: Rows, ours: Rows, *, ordered: bool) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """How much of the order of rows counts: for *correct* by `lenient`, for *strict* by `by_gold`; the task may say whether any."""

    kind: Literal["sql-eval", "spider", "bird", "own"]
    task: Task

    def lenient(self, reading: Reading) -> Order:
        """sql-eval's own suites by its rule: category `order_by`, or the word order, sort or arrange in the question."""
        if self.kind == "sql-eval":
            counts = self.task.category == "order_by" or _ORDERING.search(self.task.question)
            return "every row" if counts else "free"
        return self.by_gold(reading)

    def by_gold(self, reading: Reading) -> Order:
        """The task's word, else whether the gold's outermost query has an ORDER BY; rows that this orders alike may change places."""
        counts = reading.ordered if self.task.ordered is None else self.task.ordered
        return "as ordered" if counts else "free"


def withheld(answer: Answer) -> str | None:
    """The statement that a doubtful reading would have been answered with; None where nothing was held back, or not for doubt."""
    if answer.status != "abstained" or answer.confidence is None or not answer.alternatives:
        return None
    return answer.alternatives[0].sql


def unscored(task: Task, answer: Answer, why: str) -> Judged:
    """A question whose gold could not be run: it counts in no share."""
    return replace(_asked(task, answer), outcome="unscored", why=why, gold=task.gold[0] if task.gold else None)


def judged_unanswerable(task: Task, answer: Answer, *, ran: bool = False) -> Judged:
    """Right is to abstain. `ran` says that what was withheld runs: it would have been an answer, and a wrong one."""
    outcomes: dict[str, Outcome] = {"abstained": "right", "answered": "wrong"}
    outcome = outcomes.get(answer.status, "failed")
    why = "answered, though the database cannot tell" if outcome == "wrong" else ""
    return replace(_asked(task, answer), outcome=outcome, why=why or _why_none(answer), valid=answer.status == "answered" or ran)


def judged(task: Task, answer: Answer, readings: Sequence[Reading], ours: Sequence[Rows | str], ordering: Ordering) -> Judged:
    """Held against each reading on every instance: one and the same must match on all of them.

    `right` is *correct*: exact or subset on each instance. `subset` says so too, since the same table is a part of itself. An
    instance on which the gold has no rows, beside others on which it has some, asks for no rows of any columns. `ours` of an answer
    that was withheld are judged alike, and it stays an abstention.
    """
    plain = _asked(task, answer)
    if answer.status != "answered":
        outcome: Outcome = "abstained" if answer.status == "abstained" else "failed"
        told = replace(plain, outcome=outcome, why=_why_none(answer), gold=readings[0].sql or None)
        rows = [one for one in ours if isinstance(one, Rows)]
        if not ours or len(rows) < len(ours):
            return told
        return replace(_held_against(readings, rows, told, ordering), outcome=outcome, why=told.why)
    failure = next((one for one in ours if isinstance(one, str)), None)
    if failure is not None:
        return replace(plain, why=f"our SQL fails: {failure}", gold=readings[0].sql or None)
    return _held_against(readings, [one for one in ours if isinstance(one, Rows)], plain, ordering)


def _held_against(readings: Sequence[Reading], ours: Sequence[Rows], plain: Judged, ordering: Ordering) -> Judged:
    right = next((one for one in readings if _matches(one, ours, _correct, ordering.lenient(one), lenient=True)), None)
    strictly = next((one for one in readings if _matches(one, ours, strict, ordering.by_gold(one))), None)
    shown = strictly or right or readings[0]
    measure, order = (_correct, ordering.lenient(shown)) if right is None else (strict, ordering.by_gold(shown))
    told = _first_difference(shown, ours, measure, order)
    return replace(
        plain,
        outcome="right" if right else "wrong",
        exact=any(_matches(one, ours, exact, ordering.lenient(one)) for one in readings),
        subset=right is not None,
        strict=strictly is not None,
        valid=True,
        why="" if told is None or right else _difference(*told, len(ours)),
        gold=shown.sql or None,
        ours=_cut(told[2]) if told else None,
        golds=_cut(told[1]) if told else None,
    )


# ------------------------------------------------------------------ measures on all instances


def _correct(gold: Rows, ours: Rows, *, ordered: bool) -> bool:
    return exact(gold, ours, ordered=ordered) or subset(gold, ours, ordered=ordered)


def _matches(reading: Reading, ours: Sequence[Rows], measure: Measure, order: Order, *, lenient: bool = False) -> bool:
    """On every instance by `measure`; with `lenient`, no rows on both sides are enough where another instance has some to measure by."""
    telling = lenient and any(gold.rows for gold in reading.rows)
    return all(
        _matches_on(number, reading, mine, measure, order) or (telling and not reading.rows[number].rows and not mine.rows)
        for number, mine in enumerate(ours)
    )


def _matches_on(number: int, reading: Reading, ours: Rows, measure: Measure, order: Order) -> bool:
    gold = reading.rows[number]
    if order == "free" or not reading.blocks or order == "every row" or len(gold.rows) != len(ours.rows):
        return measure(gold, ours, ordered=order != "free")
    names = reading.blocks[number]
    return measure(numbered(gold, names), numbered(ours, names), ordered=False)


def _first_difference(reading: Reading, ours: Sequence[Rows], measure: Measure, order: Order) -> tuple[int, Rows, Rows] | None:
    """The first instance that tells ours from the gold, one with rows where there is such."""
    found = [number for number, mine in enumerate(ours) if not _matches_on(number, reading, mine, measure, order)]
    with_rows = (number for number in found if reading.rows[number].rows or ours[number].rows)
    number = next(with_rows, found[0] if found else None)
    return None if number is None else (number + 1, reading.rows[number], ours[number])


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
        sql=withheld(answer) or answer.sql,
        confidence=answer.confidence,
        latency_ms=round(sum(spent for step, spent in answer.timings_ms if step != "gather"), 3),
        tokens=_tokens(answer),
        problems=tuple(f"{problem.code}: {problem.message}" for problem in answer.problems),
        place=task.place,
    )


def _tokens(answer: Answer) -> tuple[int, int] | None:
    """Of the first prompt and of all repairs together."""
    found = [match for name, value in answer.signature if _TOKENS_NAME.fullmatch(name) and (match := _TOKENS.search(value))]
    return (sum(int(each[1]) for each in found), sum(int(each[2]) for each in found)) if found else None


def _why_none(answer: Answer) -> str:
    return "; ".join(problem.message for problem in answer.problems if problem.severity != "note") if answer.status != "answered" else ""


def _cut(rows: Rows) -> Rows:
    """The first rows and columns, with cells as JSON has them."""
    lines = tuple(tuple(json_value(cell) for cell in row[:_KEPT_COLUMNS]) for row in rows.rows[:_KEPT_ROWS])
    return Rows(columns=rows.columns[:_KEPT_COLUMNS], rows=lines)
