"""Two periods that no date can lie in both of: "in 2024 and in 2025" is about each of them, and never about none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import DateCondition, Group
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import All_, Any_, Col, Compare, Has, Pred, Query, When
from sqlcoder_core.api import TableName, resolve


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` (inclusive) to `end` (exclusive) on a column, as ISO text; empty text for an open side."""

    column: Col
    start: str
    end: str
    pred: Pred

    def apart(self, other: Window) -> bool:
        """True where no date of the column can lie in both."""
        if self.column != other.column:
            return False
        return bool((self.end and other.start and self.end <= other.start) or (other.end and self.start and other.end <= self.start))


def read_apart(p: Parse, root: TableName, where: tuple[Pred, ...]) -> tuple[Pred, ...]:
    """Two periods apart as said: rows of each for things that have many, a group for each of a measure, else either of them."""
    pair = _pair_apart(p, where)
    if pair is None:
        return where
    first, second = pair
    rest = tuple(pred for pred in where if pred not in (first.pred, second.pred))
    subject = p.frame.subject or root
    said = [date for date in p.frame.dates if not date.negated]
    alternative = len(said) == 2 and any(chunk.is_cue("or") for chunk in p.chunks[said[0].at : said[1].at])
    if not alternative and not p.schema.to_one(subject, first.column.table):
        return _rows_of_each(p, subject, rest, first, second)
    if not alternative and _measures(p) and not _group_by_unit(p, said, first.column):
        return where
    return (*rest, Any_((first.pred, second.pred)))


def _measures(p: Parse) -> bool:
    """A measure is asked for, or the column of one that is summed for want of anything else."""
    summed = [output.expr for output in p.frame.outputs if p.frame.subject is None and isinstance(output.expr, Col)]
    return any(is_aggregate(output.expr) for output in p.frame.outputs) or any(p.is_measure(column) for column in summed)


def _rows_of_each(p: Parse, subject: TableName, rest: tuple[Pred, ...], first: Window, second: Window) -> tuple[Pred, ...]:
    """ "customers who ordered in both 2024 and 2025": what else is said of the orders is said of both."""
    table = first.column.table
    plain = [pred for pred in rest if not (isinstance(pred, Has) and pred.table.key == table.key and not pred.where and not pred.negated)]
    theirs = tuple(
        pred for pred in plain if not isinstance(pred, Has) and not all(p.schema.to_one(subject, of) for of in tables_of((pred,)))
    )
    kept = tuple(pred for pred in plain if pred not in theirs)
    for window, date in zip((first, second), p.frame.dates, strict=False):
        p.frame.read(date.at, date.phrase, f"{table.name} from {window.start or 'the beginning'} until {window.end or 'the end'}")
    return (*kept, All_(tuple(Has(subject, table, (*theirs, window.pred)) for window in (first, second))))


def _group_by_unit(p: Parse, said: list[DateCondition], column: Col) -> bool:
    """ "revenue in 2024 and in 2025": one row for each. False where the two are not of one kind."""
    if any(group.unit for group in p.frame.groups):
        return True
    units = {date.period.unit or ("year" if date.period.label.isdigit() else None) for date in said}
    unit = units.pop() if len(units) == 1 else None
    if len(said) == 2 and unit in ("day", "week", "month", "quarter", "year"):
        p.frame.groups.append(Group(said[0].phrase, said[0].at, column=column, unit=unit))
        p.frame.read(said[0].at, f"{said[0].phrase} {said[1].phrase}", f"one row for each {unit} of {describe(column)}")
        return True
    return False


def cannot_hold(p: Parse, query: Query) -> str | None:
    """Why no row can satisfy the query: two periods apart that must both hold; None where it may."""
    for preds in _scopes(query.where):
        pair = _pair_apart(p, preds)
        if pair is not None:
            first, second = pair
            return f"{describe(first.column)} cannot lie in both periods: from {first.start} and from {second.start or second.end}"
    return None


def _scopes(where: tuple[Pred, ...]) -> Iterator[tuple[Pred, ...]]:
    """Conditions that must hold for one row: those of the query, and those of each row that it wants to be there."""
    yield where
    for pred in where:
        if isinstance(pred, Has):
            yield from _scopes(pred.where)


def _pair_apart(p: Parse, preds: tuple[Pred, ...]) -> tuple[Window, Window] | None:
    windows = [window for pred in preds if (window := _window(p, pred)) is not None]
    pairs = ((one, other) for at, one in enumerate(windows) for other in windows[at + 1 :])
    return next(((one, other) for one, other in pairs if one.apart(other)), None)


def _window(p: Parse, pred: Pred) -> Window | None:
    parts = pred.parts if isinstance(pred, All_) else (pred,)
    found: Window | None = None
    for part in parts:
        if not (isinstance(part, Compare) and isinstance(part.left, Col) and isinstance(part.right, When)):
            return None
        found = found or Window(part.left, "", "", pred)
        text = resolve(part.right.moment, p.clock).isoformat()
        if part.op == ">=":
            found = replace(found, start=text)
        elif part.op == "<":
            found = replace(found, end=text)
        else:
            return None
    return found
