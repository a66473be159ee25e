"""A question in, the shape that its answer should have out: one number, at most so many rows, a row for each of something, a list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from sqlcoder_core.values.result import ResultSet

Kind = Literal["any", "one number", "one row", "at most", "several", "list"]
Misfit = Literal["", "weak", "clear"]

_NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20,
}  # fmt: skip
_NUMBER = rf"(?P<most>\d{{1,4}}|{'|'.join(_NUMBERS)})"
_UNITS = r"(?:seconds?|minutes?|hours?|days?|weeks?|weekends?|months?|quarters?|years?|decades?)"
_EXTREMES = (
    "highest|lowest|largest|smallest|biggest|best|worst|cheapest|oldest|youngest|newest|longest|shortest|latest|earliest|fastest|slowest|"
    "heaviest|busiest|most|least"
)

_TOP: Final = (
    re.compile(rf"(?<!\bat )\b(?:top|bottom|first|{_EXTREMES})[ -]{_NUMBER}\b(?! {_UNITS}\b)(?! ?(?:%|percent))"),
    re.compile(rf"\b{_NUMBER} (?:{_EXTREMES})\b(?! {_UNITS}\b)"),
)
_EACH: Final = re.compile(
    r"\b(?:per|each|every|respectively|grouped by|group by|broken down|split by)\b"
    r"|\b(?:monthly|weekly|daily|yearly|quarterly|hourly|month by month)\b"
)
_DEEDS: Final = r"\w+ed|\w+en|paid|made|sent|sold|bought|done|taught|led|run|won|held|built|lent|spent|order|sort"
_BY: Final = re.compile(rf"\b(?!(?:{_DEEDS})\b)\w+ by (?:\w+ )?\w+$")
"""`revenue by city`, but not `paid by Alice` nor `sorted by name`."""

_RATE: Final = re.compile(r"^(?:what(?:'s| is| was) the )?(?:average|mean|median|rate|ratio) |\bhow many times\b")
"""`average number of packages per shipment` is one number, `average total per city` one for each city: the words do not tell."""

_SEVERAL_ASKED: Final = re.compile(r"\b(?:compared?|versus|vs|difference|and|or|both|also|list|show|which)\b|[.;?!] +\w|,")
"""More than one thing is asked, or it is said in more than one sentence: then no single number is expected."""

_ONE_NUMBER: Final = re.compile(
    r"^(?:how many|how much|what(?:'s| is| was| are| were) the (?:total|average|mean|median|number|count|sum|share|percentage|overall)\b"
    r"|(?:count|total|average) |the (?:total|average|number)\b|number of\b)"
)
_YES_NO: Final = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|had|can) (?:there\b|any\b|we\b|the\b|it\b|all\b|every\b)")
_LIST: Final = re.compile(r"^(?:list|show|name|find|display|give me|which|who|what are|what were)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What an answer's rows should look like; `most` is the number of rows where the question names one."""

    kind: Kind = "any"
    most: int | None = None

    def misfit(self, result: ResultSet) -> Misfit:
        """How badly rows miss the shape: `clear` where they cannot be meant, `weak` where it is only odd."""
        rows = len(result.rows)
        if self.kind == "one number":
            return "clear" if rows > 1 else "weak" if rows == 0 or not _has_number(result) else ""
        if self.kind == "at most":
            return "clear" if self.most is not None and rows > self.most else ""
        if self.kind == "one row":
            return "weak" if rows > 1 else ""
        if self.kind == "several":
            return "weak" if rows == 1 and len(result.columns) == 1 else ""
        return "weak" if self.kind == "list" and rows == 0 else ""


def expected_shape(question: str) -> Shape:
    """What the words ask for; `any` where they leave it open, in every language but English too."""
    text = " ".join(question.lower().replace("’", "'").split()).rstrip(" ?.!")
    each = _EACH.search(text) is not None
    top = next((found for pattern in _TOP if (found := pattern.search(text))), None)
    if top and not each:
        return Shape(kind="at most", most=_NUMBERS.get(top["most"]) or int(top["most"]))
    if each or (not top and _BY.search(text)):
        return Shape() if _RATE.search(text) else Shape(kind="several")
    several = _SEVERAL_ASKED.search(text) is not None
    if not several and _ONE_NUMBER.match(text):
        return Shape(kind="one number")
    if not several and _YES_NO.match(text):
        return Shape(kind="one row")
    return Shape(kind="list") if _LIST.match(text) else Shape()


def _has_number(result: ResultSet) -> bool:
    """A NULL may stand for a number of nothing."""
    return any(cell is None or isinstance(cell, int | float | Decimal) for cell in result.rows[0])
