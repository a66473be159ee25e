"""What a question is judged on: the golds' rows on each instance, and ours on the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from sqlcoder_core.errors import SqlcoderError, UsageError
from sqlcoder_core.evaluation.fuzz import Benches, Instances, instances_for, kill
from sqlcoder_core.evaluation.gold_dialect import adapted, orders_rows, translated
from sqlcoder_core.evaluation.records import Base, MutantKill, Rows, Task
from sqlcoder_core.evaluation.row_order import blocks, sort_keys
from sqlcoder_core.session import Session
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.catalog import Table
from sqlcoder_core.values.question import Clock

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One acceptable answer: its rows on each instance; `sql` is empty where the suite gives rows. `ordered` by an ORDER BY of its own.

    `blocks` names for each instance the block of each row, see row_order.py; empty where that is not known.
    """

    rows: tuple[Rows, ...]
    sql: str = ""
    ordered: bool = False
    blocks: tuple[tuple[str, ...], ...] = ()


class Grounds(Protocol):
    """Instances on which the gold has been run."""

    readings: tuple[Reading, ...]

    def ours(self, answer: Answer) -> tuple[Rows | str, ...]:
        """Our rows on each instance, or why there are none."""

    def rows(self, sql: str) -> tuple[Rows | str, ...]:
        """The same of a statement that was withheld."""

    def kill(self) -> MutantKill | None:
        """How well the instances tell right from nearly right; None for a database with contents."""

    def close(self) -> None:
        """Give back what was made."""


class Contents:
    """A database with contents is one instance. Raises UsageError when no acceptable query can be run."""

    def __init__(self, task: Task, base: Base, session: Session, clock: Clock) -> None:
        self._expected = bool(task.expected)
        self._session = session
        given = tuple(Reading(rows=(_with_text_dates(rows),), ordered=False) for rows in task.expected)
        self.readings = given or _readings(task.gold, base.dialect or session.dialect, lambda sql: (_run(sql, base, session, clock),))

    def ours(self, answer: Answer) -> tuple[Rows | str, ...]:
        if answer.result is None:
            return ("it was not run",)
        rows = Rows(columns=answer.result.columns, rows=answer.result.rows)
        return (_with_text_dates(rows) if self._expected else rows,)

    def rows(self, sql: str) -> tuple[Rows | str, ...]:
        found = ran(sql, self._session)
        return (_with_text_dates(found) if self._expected and isinstance(found, Rows) else found,)

    def kill(self) -> MutantKill | None:
        return None

    def close(self) -> None:
        pass


class Fuzzed:
    """Instances made for this question. Raises UsageError when no acceptable query can be run on all of them."""

    def __init__(self, task: Task, base: Base, engine: str, *, seed: int, count: int, clock: Clock, benches: Benches) -> None:
        if task.expected:
            raise UsageError("expected rows need a database with contents")
        self._base = base
        self._golds = translated(task.gold, base, engine, clock)
        self._instances: Instances = instances_for(
            base, self._golds, seed=seed, count=count, dialect=engine, now=clock.now, benches=benches
        )
        try:
            self.readings = _readings(self._golds, engine, self._instances.rows)
        except BaseException:  # whatever happens, the processes go back; it is raised on
            self._instances.close()
            raise

    def ours(self, answer: Answer) -> tuple[Rows | str, ...]:
        return self._instances.rows(answer.sql or "")

    def rows(self, sql: str) -> tuple[Rows | str, ...]:
        return self._instances.rows(sql)

    def kill(self) -> MutantKill | None:
        return kill(self._base, self._golds, self._instances)

    def close(self) -> None:
        self._instances.close()


def ran(sql: str, session: Session) -> Rows | str:
    """Rows of a statement of ours that was withheld, under the guard, the catalog and the limits of any answer; or why there are none."""
    if session.worker is None:
        return "it was not run"
    try:
        result = session.worker.run(check(sql, session.dialect, session.catalog, allow_functions=session.built.allow_functions))
    except SqlcoderError as error:
        return str(error)
    return Rows(columns=result.columns, rows=result.rows)


def _readings(golds: Sequence[str], dialect: str, rows_of: Callable[[str], Sequence[Rows | str]]) -> tuple[Reading, ...]:
    """Those of the queries that can be run on every instance."""
    found, reasons = [], []
    for sql in golds:
        results = rows_of(sql)
        rows = tuple(one for one in results if isinstance(one, Rows))
        if len(rows) == len(results):
            found.append(_reading(sql, rows, dialect, rows_of))
        else:
            reasons.append(next(one for one in results if isinstance(one, str)))
    if not found:
        raise UsageError(reasons[0] if reasons else "there is no gold")
    return tuple(found)


def _reading(sql: str, rows: tuple[Rows, ...], dialect: str, rows_of: Callable[[str], Sequence[Rows | str]]) -> Reading:
    if not orders_rows(sql, dialect):
        return Reading(rows=rows, sql=sql)
    keys = sort_keys(sql, dialect)
    probed = rows if keys is None or keys.probe == sql else rows_of(keys.probe)
    named = tuple(blocks(keys, one) for one in probed if keys is not None and isinstance(one, Rows))
    told = len(named) == len(rows) and all(len(names) == len(one.rows) for names, one in zip(named, rows, strict=True))
    return Reading(rows=rows, sql=sql, ordered=True, blocks=named if told else ())


def _run(sql: str, base: Base, session: Session, clock: Clock) -> Rows | str:
    """The gold's rows on the database itself, under the guard and the limits that hold for any query."""
    if session.worker is None:
        raise UsageError("no database is configured", hint="name one with `database:` in the suite, or pass --database")
    try:
        text = adapted(sql, base.dialect or session.dialect, session.dialect, now=clock.now, tables=base.tables or _tables(session))
        query = check(text, session.dialect, None, allow_functions=session.built.allow_functions)
        result = session.worker.run(query)
    except SqlcoderError as error:
        return f"the gold failed: {error}"
    if result.truncated:
        cut = result.truncated
        return f"the gold gives more rows than the limit on {cut} lets through; raise it with --set limits.{cut}=N"
    return Rows(columns=result.columns, rows=result.rows)


def _tables(session: Session) -> Iterator[Table]:
    """What the catalog knows, read when it is needed."""
    return (table for name in session.catalog.names() if (table := session.catalog.table(name)) is not None)


def _with_text_dates(rows: Rows) -> Rows:
    """Dates as ISO 8601 text, since JSON has no others; midnight is the day."""
    return replace(rows, rows=tuple(tuple(map(_text_date, row)) for row in rows.rows))


def _text_date(cell: object) -> object:
    if isinstance(cell, str) and _MOMENT.fullmatch(cell):
        cell = datetime.fromisoformat(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else cell
