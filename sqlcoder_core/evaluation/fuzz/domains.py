"""Columns and the constants they are compared with in, values out: equal, just beside, matching and not matching, and made up."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlcoder_core.evaluation.fuzz.hints import YEARS, looks_like_time, range_for, texts_for
from sqlcoder_core.evaluation.fuzz.profiles import Profile
from sqlcoder_core.evaluation.fuzz.shape import Field

Style = Literal["integer", "number", "text", "date", "timestamp", "time", "boolean", "json", "list"]
_STYLES: dict[str, Style] = {
    "integer": "integer", "number": "number", "date": "date", "timestamp": "timestamp", "time": "time", "boolean": "boolean",
    "json": "json", "list": "list",
}  # fmt: skip
_STEPS = (0, -1, 1)
_BLANKS = 0.2


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


@dataclass(slots=True)
class Domain:
    """The values of one column, or of several that are joined. `equal` are constants themselves, `near` their neighbours.

    `blank` says that a gold asks for NULL.
    """

    field: Field
    style: Style
    anchor: datetime
    equal: list[Any] = dataclasses.field(default_factory=list)
    near: list[Any] = dataclasses.field(default_factory=list)
    pool: list[Any] = dataclasses.field(default_factory=list)
    unique: bool = False
    blank: bool = False
    made: int = 0

    def candidates(self, chance: random.Random, profile: Profile) -> list[Any]:
        """Values to try where conditions must hold: constants, neighbours, and some that are made up."""
        made = [self.fresh(chance, profile) if self.unique else self.invented(chance, profile) for _ in range(6)]
        known = [*self.equal, *self.near]
        chance.shuffle(known)
        return known + made + [None] * self.blank

    def draw(self, chance: random.Random, profile: Profile) -> Any:
        """A cell that nobody asked anything of."""
        if chance.random() < (_BLANKS if self.blank else profile.nulls if self.field.nulls and not self.unique else 0.0):
            return None
        if self.unique:
            return self.fresh(chance, profile)
        dice = chance.random()
        if self.equal and dice < profile.constants:
            return chance.choice(self.equal)
        if self.near and dice < profile.constants * 1.6:
            return chance.choice(self.near)
        return self.invented(chance, profile)

    def fresh(self, chance: random.Random, profile: Profile) -> Any:
        """A value that was not drawn before; of kinds with few values, any."""
        if self.style in ("boolean", "time", "json", "list"):
            return self.invented(chance, profile)
        self.made += chance.randint(1, 3)
        number = self.made
        if self.style in ("integer", "number"):
            return number if number not in self.equal else self.fresh(chance, profile)
        if self.style in ("date", "timestamp"):
            return self._dated(timedelta(days=-number))
        return f"{chance.choice(self.pool)} {number}" if self.pool else f"k{number}"

    def invented(self, chance: random.Random, profile: Profile) -> Any:
        """A plausible value that no gold speaks of."""
        return _INVENT[self.style](self, chance, profile)

    def _dated(self, delta: timedelta) -> date | datetime:
        moment = self.anchor + delta
        return moment if self.style == "timestamp" else moment.date()

    def _integer(self, chance: random.Random, profile: Profile) -> int:
        low, high = self._bounds(profile)
        return chance.randint(round(low), round(high))

    def _number(self, chance: random.Random, profile: Profile) -> float:
        low, high = self._bounds(profile)
        return round(chance.uniform(low, high), 0 if profile.few or self._whole() else 2)

    def _whole(self) -> bool:
        """Years stand in columns of any kind of number."""
        numbers = [value for value in self.equal if isinstance(value, int | float)]
        return any(map(_is_year, numbers)) or range_for(self.field.name, few=False) == YEARS

    def _bounds(self, profile: Profile) -> tuple[float, float]:
        """Around the constants, so that comparisons split the rows; else what the name suggests."""
        numbers = [float(value) for value in self.equal if isinstance(value, int | float) and not isinstance(value, bool)]
        if not numbers:
            return range_for(self.field.name, few=profile.few)
        share = 0.003 if _is_year(max(numbers)) else 0.05 if profile.few else 0.5
        spread = max(4.0, (max(numbers) - min(numbers)) / 2, abs(max(numbers)) * share)
        low = min(numbers) - spread
        return (max(0.0, low) if min(numbers) >= 0 else low), max(numbers) + spread

    def _text(self, chance: random.Random, profile: Profile) -> str:
        return str(chance.choice(self.pool[:4] if profile.few else self.pool))

    def _date(self, chance: random.Random, profile: Profile) -> date | datetime:
        days = chance.choice((0, 1, 30, 365)) if profile.few else chance.randint(-20, 900)
        return self._dated(-timedelta(days=days, seconds=chance.randint(0, 86_000) if self.style == "timestamp" and not profile.few else 0))

    def _time(self, chance: random.Random, profile: Profile) -> time:
        return time(chance.randint(0, 23), 0 if profile.few else chance.randint(0, 59))

    def _boolean(self, chance: random.Random, profile: Profile) -> bool:
        return chance.random() < 0.5

    def _json(self, chance: random.Random, profile: Profile) -> str:
        return f'{{"id": {chance.randint(1, 9)}, "name": "{chance.choice(self.pool)}"}}'

    def _list(self, chance: random.Random, profile: Profile) -> list[Any]:
        numbers = "int" in (self.field.type or "").lower()
        return [chance.randint(1, 9) if numbers else chance.choice(self.pool) for _ in range(chance.randint(0, 3))]


_INVENT = {
    "integer": Domain._integer,
    "number": Domain._number,
    "text": Domain._text,
    "date": Domain._date,
    "timestamp": Domain._date,
    "time": Domain._time,
    "boolean": Domain._boolean,
    "json": Domain._json,
    "list": Domain._list,
}


def domain_of(one: Field, constants: Sequence[Constant], anchor: datetime, profile: Profile, chance: random.Random) -> Domain:
    """The domain of a column that is compared with these constants."""
    summed = any(constant.summed for constant in constants)
    constants = [constant for constant in constants if not constant.summed]
    style = _style(one, constants)
    domain = Domain(field=one, style=style, anchor=_anchor(style, constants, anchor))
    texts = list(texts_for(one.name))
    domain.pool = [*(str(value) for value in one.values), *chance.sample(texts, min(len(texts), 14))]
    if summed and style == "text":
        domain.pool = [f"{chance.uniform(1, 90):.1f}" for _ in range(14)]
    for constant in constants:
        equal, near = _around(constant, style, profile)
        domain.equal += [value for value in equal if value not in domain.equal]
        domain.near += [value for value in near if value not in domain.near]
    domain.near = [value for value in domain.near if value not in domain.equal]
    return domain


def _style(one: Field, constants: Sequence[Constant]) -> Style:
    """By the declared kind; where that leaves it open, as in SQLite, by the constants and the name."""
    texts = [constant.value for constant in constants if isinstance(constant.value, str) and not constant.part]
    if one.kind == "boolean" and any(text.lower() not in ("true", "false", "0", "1") for text in texts):
        return "text"
    if one.kind in ("integer", "number") and any(_number_in(text) is None for text in texts):
        return "text"
    if one.kind in ("date", "timestamp") and any(_moment_in(text) is None for text in texts if not _is_part(text)):
        return "text"
    if one.kind in _STYLES:
        return _STYLES[one.kind]
    return _loose_style(one, constants, texts)


def _loose_style(one: Field, constants: Sequence[Constant], texts: Sequence[str]) -> Style:
    if any(constant.part for constant in constants) or (texts and all(_moment_in(text) is not None for text in texts)):
        return "timestamp" if any(":" in text for text in texts) else "date"
    if not constants and looks_like_time(one.name):
        return "date"
    numbers = [constant.value for constant in constants if not isinstance(constant.value, str)]
    if numbers and not texts and one.kind == "other":
        return "integer" if all(isinstance(number, int) for number in numbers) else "number"
    return "text"


def _anchor(style: Style, constants: Sequence[Constant], anchor: datetime) -> datetime:
    """Made-up dates lie before the latest constant, so that comparisons split them."""
    if style not in ("date", "timestamp"):
        return anchor
    moments = [moment for constant in constants for moment in _moments(constant)]
    return max(moments) + timedelta(days=200) if moments else anchor


def _around(constant: Constant, style: Style, profile: Profile) -> tuple[list[Any], list[Any]]:
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
    number = _number_in(constant.value)
    if number is None:
        return [], []
    if style == "integer" and float(number).is_integer():
        return [int(number)], [int(number) + step for step in _STEPS[1:]]
    if style == "integer":
        return [], [int(number), int(number) + 1]
    step = 1 if float(number).is_integer() else 0.5
    return [number], [round(number + step, 4), round(number - step, 4)]


def _dates_around(constant: Constant, style: Style) -> tuple[list[Any], list[Any]]:
    days = [moment + timedelta(days=step) for moment in _moments(constant) for step in _STEPS]
    moments = days if style == "date" else [*days, *(moment + timedelta(hours=13, minutes=5) for moment in days)]
    shown = [moment.date() if style == "date" else moment for moment in moments]
    return shown[:1], shown[1:]


def _moments(constant: Constant) -> list[datetime]:
    value = constant.value
    if isinstance(value, date):
        return [value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)]
    number = _number_in(value)
    if number is not None and float(number).is_integer():
        return list(_dates_with(int(number), constant.part))
    moment = _moment_in(str(value).strip("%"))
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


def _is_year(number: float) -> bool:
    return 1800 <= number <= 2100 and float(number).is_integer()


def _is_part(text: str) -> bool:
    return text.strip("%").isdigit()


def _number_in(value: Any) -> int | float | None:
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


def _moment_in(text: str) -> datetime | None:
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
