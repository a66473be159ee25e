"""Questions with the SQL that a person wrote, and whether an answer is one of the readings that are right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from databases import HERE, ask, columns_of

from sqlcoder_core.api import Answer
from sqlcoder_core.testing.expected_rows import ExpectedRows, mismatch

_BESIDE = re.compile(r"(id|key)$|^(number_of|total|average|max|min)_")
"""What may stand beside the columns asked for: keys next to names, and figures that rows were ranked by."""


@dataclass(frozen=True)
class Asked:
    """A question. `gold` is one SQL per reading, empty when the schema cannot answer it and nothing may be answered."""

    kind: str
    text: str
    gold: tuple[str, ...]
    readings: tuple[ExpectedRows, ...]


@dataclass(frozen=True)
class Verdict:
    """What became of a question: `right`, `wrong`, `abstained` or `failed`, and why."""

    asked: Asked
    outcome: str
    why: str
    answer: Answer


def questions(part: str, name: str, file: Path, tables: Sequence[str]) -> tuple[datetime, tuple[Asked, ...]]:
    """When the questions of `part` (`first`, `second`) on the database `name` are asked, and the questions."""
    entries = yaml.safe_load((HERE / "questions" / part / f"{name}.yml").read_text(encoding="utf-8"))
    return entries["now"], tuple(_asked(entry, file, tables) for entry in entries["questions"])


def judge(asked: Asked, answer: Answer) -> Verdict:
    """An answer is right when it is one of the readings; to a question without any, only an abstention is right."""
    if answer.status == "abstained":
        return Verdict(asked, "abstained" if asked.readings else "right", _said(answer), answer)
    if answer.status != "answered" or answer.result is None:
        return Verdict(asked, "failed", _said(answer), answer)
    rows = [[_plain(cell) for cell in row] for row in answer.result.rows]
    beside = tuple(name for name in answer.result.columns if _BESIDE.search(name.lower()))
    readings = [replace(reading, may_also_have=(*reading.may_also_have, *beside)) for reading in asked.readings]
    reasons = [mismatch(reading, answer.result.columns, rows) for reading in readings]
    why = next(iter(reasons), "the schema cannot answer this")
    return Verdict(asked, "right" if None in reasons else "wrong", why or "", answer)


def _said(answer: Answer) -> str:
    return "; ".join(problem.message for problem in answer.problems)


def _asked(entry: dict[str, Any], file: Path, tables: Sequence[str]) -> Asked:
    gold = entry.get("sql", [])
    gold = (gold,) if isinstance(gold, str) else tuple(gold)
    return Asked(entry["kind"], entry["q"], gold, tuple(chain.from_iterable(_readings(entry, sql, file, tables) for sql in gold)))


def _readings(entry: dict[str, Any], sql: str, file: Path, tables: Sequence[str]) -> Iterator[ExpectedRows]:
    """One per way to name the thing (`either`), each with a fraction and, for `percent`, times a hundred."""
    columns, rows = ask(file, sql)
    also = chain.from_iterable(columns_of(file, name) if name in tables else [name] for name in entry.get("also", ()))
    whole = ExpectedRows(
        columns=tuple(columns),
        rows=tuple(tuple(_plain(cell) for cell in row) for row in rows),
        may_also_have=tuple(also),
        may_lack=tuple(entry.get("lack", ())),
        order=entry.get("order"),
    )
    names = set(chain.from_iterable(entry.get("either", ())))
    for group in entry.get("either", ((),)):
        reading = replace(whole, may_lack=(*whole.may_lack, *(names - set(group))))
        yield reading
        if percent := entry.get("percent"):
            yield replace(reading, rows=tuple(_times_hundred(row, columns, percent) for row in rows))


def _times_hundred(row: Sequence[Any], columns: Sequence[str], percent: Sequence[str]) -> tuple[Any, ...]:
    return tuple(cell * 100 if name in percent and cell is not None else _plain(cell) for name, cell in zip(columns, row, strict=True))


def _plain(cell: Any) -> Any:
    """Text that is a month, a day or a moment as that day or moment, so that only what is said counts, not its type."""
    if isinstance(cell, str) and re.fullmatch(r"\d{4}-\d\d", cell):
        return date.fromisoformat(f"{cell}-01")
    if isinstance(cell, str) and re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", cell):
        return datetime.fromisoformat(cell)
    return int(cell) if isinstance(cell, bool) else cell
