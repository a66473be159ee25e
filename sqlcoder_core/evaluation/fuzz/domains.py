"""Columns and the constants they are compared with in, values out: equal, just beside, matching and not matching, and made up."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlcoder_core.evaluation.fuzz.hints import YEARS, looks_like_time, range_for, texts_for
from sqlcoder_core.evaluation.fuzz.neighbours import Constant, Style, around, is_part, is_year, moment_in, moments, number_in
from sqlcoder_core.evaluation.fuzz.profiles import Profile
from sqlcoder_core.evaluation.fuzz.shape import Field

_STYLES: dict[str, Style] = {
    "integer": "integer", "number": "number", "date": "date", "timestamp": "timestamp", "time": "time", "boolean": "boolean",
    "json": "json", "list": "list",
}  # fmt: skip
_BLANKS = 0.2


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
        return any(map(is_year, numbers)) or range_for(self.field.name, few=False) == YEARS

    def _bounds(self, profile: Profile) -> tuple[float, float]:
        """Around the constants, so that comparisons split the rows; else what the name suggests."""
        numbers = [float(value) for value in self.equal if isinstance(value, int | float) and not isinstance(value, bool)]
        if not numbers:
            return range_for(self.field.name, few=profile.few)
        share = 0.003 if is_year(max(numbers)) else 0.05 if profile.few else 0.5
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
        equal, near = around(constant, style, profile)
        domain.equal += [value for value in equal if value not in domain.equal]
        domain.near += [value for value in near if value not in domain.near]
    domain.near = [value for value in domain.near if value not in domain.equal]
    return domain


def _style(one: Field, constants: Sequence[Constant]) -> Style:
    """By the declared kind; where that leaves it open, as in SQLite, by the constants and the name."""
    texts = [constant.value for constant in constants if isinstance(constant.value, str) and not constant.part]
    if one.kind == "boolean" and any(text.lower() not in ("true", "false", "0", "1") for text in texts):
        return "text"
    if one.kind in ("integer", "number") and any(number_in(text) is None for text in texts):
        return "text"
    if one.kind in ("date", "timestamp") and any(moment_in(text) is None for text in texts if not is_part(text)):
        return "text"
    if one.kind in _STYLES:
        return _STYLES[one.kind]
    return _loose_style(one, constants, texts)


def _loose_style(one: Field, constants: Sequence[Constant], texts: Sequence[str]) -> Style:
    if any(constant.part for constant in constants) or (texts and all(moment_in(text) is not None for text in texts)):
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
    known = [moment for constant in constants for moment in moments(constant)]
    return max(known) + timedelta(days=200) if known else anchor
