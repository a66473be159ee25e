"""A gold's constant in, the values that tell conditions on it apart out: equal to it, just beside it, matching and not matching."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlcoder_core.evaluation.fuzz.profiles import Profile

Style = Literal["integer", "number", "text", "date", "timestamp", "time", "boolean", "json", "list"]
_STEPS = (0, -1, 1)


@dataclass(slots=True)
class Constant:
    """A constant of a gold: `like` for a pattern, `part` for a number that is one part of a date (year, month, ...).

    `folded` says that the gold does not mind the case of letters: only then are texts of another case fair to whoever answers.
    `summed` says no constant but that the column is summed or averaged, so that texts in it must be numbers.
    """

    value: Any
    like: bool = False
    part: str = ""
    summed: bool = False
    folded: bool = False


def around(constant: Constant, style: Style, profile: Profile) -> tuple[list[Any], list[Any]]:
    """Values equal to the constant or matching it, and values just beside it or not matching."""
    if style in ("date", "timestamp"):
        return _dates_around(constant, style)
    if style in ("integer", "number"):
        return _numbers_around(constant, style)
    if style == "boolean":
        return [], []
    if style == "time":
        moment = _time_in(str(constant.value))
        return ([moment] if moment else []), []
    if style == "text":
        return _texts_around(constant, profile)
    return [], []


def _numbers_around(constant: Constant, style: Style) -> tuple[list[Any], list[Any]]:
    number = number_in(constant.value)
    if number is None:
        return [], []
    if style == "integer" and float(number).is_integer():
        return [int(number)], [int(number) + step for step in _STEPS[1:]]
    if style == "integer":
        return [], [int(number), int(number) + 1]
    step = 1 if float(number).is_integer() else 0.5
    return [number], [round(number + step, 4), round(number - step, 4)]


def _dates_around(constant: Constant, style: Style) -> tuple[list[Any], list[Any]]:
    days = [moment + timedelta(days=step) for moment in moments(constant) for step in _STEPS]
    placed = days if style == "date" else [*days, *(moment + timedelta(hours=13, minutes=5) for moment in days)]
    shown = [moment.date() if style == "date" else moment for moment in placed]
    return shown[:1], shown[1:]


def moments(constant: Constant) -> list[datetime]:
    """The dates that a constant speaks of: itself, or days in the year, month or day that it names."""
    value = constant.value
    if isinstance(value, date):
        return [value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)]
    number = number_in(value)
    if number is not None and float(number).is_integer():
        return list(_dates_with(int(number), constant.part))
    moment = moment_in(str(value).strip("%"))
    return [moment] if moment is not None else []


def _dates_with(number: int, part: str) -> Iterator[datetime]:
    """Dates of which this number is a part: first and last days, and the days beside them."""
    if 1800 <= number <= 2200:
        yield from (datetime(number, 1, 1), datetime(number, 6, 15), datetime(number, 12, 31))
    elif part in ("month", "%m") and 1 <= number <= 12:
        yield from (datetime(2023, number, 1), datetime(2022, number, 28))
    elif part in ("day", "%d") and 1 <= number <= 28:
        yield from (datetime(2023, 3, number), datetime(2022, 11, number))
    elif part == "quarter" and 1 <= number <= 4:
        yield from (datetime(2023, 3 * number, 1), datetime(2022, 3 * number - 2, 1))
    elif part in ("hour", "%H") and 0 <= number <= 23:
        yield from (datetime(2023, 3, 4, number, 0), datetime(2022, 9, 7, number, 59))


def _texts_around(constant: Constant, profile: Profile) -> tuple[list[Any], list[Any]]:
    text = str(constant.value)
    if constant.like:
        return _texts_like(text, profile)
    near = [text.swapcase()] if profile.other_case and constant.folded and text.swapcase() != text else []
    return [text], near


def _texts_like(pattern: str, profile: Profile) -> tuple[list[Any], list[Any]]:
    """Matching texts, and texts that lack the start, the end or the middle of the pattern."""
    core = pattern.replace("_", "x").strip("%").replace("%", " and ")
    before, after = ("a " if pattern.startswith("%") else ""), (" z" if pattern.endswith("%") else "")
    matching = list(dict.fromkeys((f"{before}{core}{after}", core, f"{before}{core}", f"{core}{after}")))
    missing = [f"q{core}", f"{core}q", core[1:] or "q", *([f"{before}{core.swapcase()}{after}"] if profile.other_case else [])]
    return matching, missing


def is_year(number: float) -> bool:
    """True for numbers that years have."""
    return 1800 <= number <= 2100 and float(number).is_integer()


def is_part(text: str) -> bool:
    """True for digits alone, which are a part of a date and no date."""
    return text.strip("%").isdigit()


def number_in(value: Any) -> int | float | None:
    """The number that a value is or says; None for any other."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    try:
        number = float(str(value))
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?)?")


def moment_in(text: str) -> datetime | None:
    """The date or moment that a text says in ISO 8601; None for any other."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return None


def _time_in(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
