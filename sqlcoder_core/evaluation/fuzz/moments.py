"""Dates and moments taken apart as SQL does: parts, starts of periods, texts read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
"""Lengths of the units of intervals, months and years roughly."""
_FIELDS = ("year", "month", "day", "hour", "minute", "second")


class Unknown(Exception):
    """What stands there is beyond this small evaluator; the condition is left to chance."""


def as_time(value: Any) -> datetime | None:
    """A date, moment or ISO text as a moment. Raises ValueError for other text."""
    if value is None or isinstance(value, datetime):
        return value.replace(tzinfo=None) if value is not None else None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)


def part_of(unit: str, value: Any) -> int | None:
    """One part of a moment; days of the week count from Sunday = 0, as Postgres and DuckDB do."""
    moment = as_time(value)
    if moment is None:
        return None
    if unit in ("year", "month", "day", "hour", "minute", "second"):
        return int(getattr(moment, unit))
    if unit == "quarter":
        return (moment.month - 1) // 3 + 1
    if unit in ("dow", "dayofweek"):
        return (moment.weekday() + 1) % 7
    if unit == "week":
        return moment.isocalendar().week
    if unit == "doy":
        return moment.timetuple().tm_yday
    raise Unknown


def start_of(unit: str, moment: datetime) -> datetime:
    """The first moment of the year, quarter, month, week (from Monday), day, hour, ... that it lies in. Raises Unknown."""
    if unit == "week":
        return datetime(moment.year, moment.month, moment.day) - timedelta(days=moment.weekday())
    if unit == "quarter":
        return datetime(moment.year, (moment.month - 1) // 3 * 3 + 1, 1)
    if unit not in _FIELDS:
        raise Unknown
    smaller = _FIELDS[_FIELDS.index(unit) + 1 :]
    return moment.replace(microsecond=0, **{name: 1 if name in ("month", "day") else 0 for name in smaller})  # type: ignore[arg-type]
