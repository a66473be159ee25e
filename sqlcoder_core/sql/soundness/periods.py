"""Moments compared with days: an end of period that cuts its last day off, and a day that no moment equals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.catalog import Column
from sqlcoder_core.values.problem import Problem

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[ T](\d\d:\d\d(?::\d\d)?)")


class Cut(NamedTuple):
    """A comparison of a column of moments with a day: `last` is the node of the day that is cut short, or that nothing equals."""

    node: exp.Expr
    column: exp.Column
    last: exp.Expr
    day: date


def periods_cut(reading: Reading) -> Iterator[Problem]:
    """Only for columns in which moments other than midnight were seen."""
    for cut in cuts(reading):
        written, after = source_text(cut.column, reading.text), (cut.day + timedelta(days=1)).isoformat()
        if isinstance(cut.node, exp.EQ):
            message = f"{written} holds times of day, so it equals {cut.day} at midnight only"
            hint = f"write {written} >= '{cut.day}' AND {written} < '{after}'"
        else:
            message = f"{written} holds times of day, so {cut.day} is left out but for its midnight"
            hint = f"write {written} < '{after}'"
        yield finding(reading, cut.node, "period-cut", message, hint=hint)


def cuts(reading: Reading) -> Iterator[Cut]:
    """All such comparisons."""
    for block in reading.blocks:
        for node in block.own(exp.EQ, exp.LTE, exp.Between):
            last = node.args.get("high") if isinstance(node, exp.Between) else node.args.get("expression")
            day = day_of(last)
            if isinstance(last, exp.Expr) and day and isinstance(node.this, exp.Column) and _holds_moments(node.this, block):
                yield Cut(node, node.this, last, day)


def day_of(node: exp.Expr | None) -> date | None:
    """The day that is written there as a text, alone or in a cast; None for a moment or anything else."""
    while isinstance(node, (exp.Cast, exp.Paren)) and isinstance(node.this, exp.Expr):
        node = node.this
    if not isinstance(node, exp.Literal) or not node.is_string or not _DAY.fullmatch(node.name):
        return None
    try:
        return date.fromisoformat(node.name)
    except ValueError:
        return None


def _holds_moments(column: exp.Column, block: Block) -> bool:
    owned = block.owner(column)
    fact = owned.fact if owned else None
    return fact is not None and fact.kind in ("timestamp", "text", "date", "other") and any(map(_is_within_a_day, _seen(fact)))


def _seen(fact: Column) -> list[str]:
    return [text for text in (fact.minimum, fact.maximum, *fact.values) if isinstance(text, str)]


def _is_within_a_day(text: str) -> bool:
    found = _MOMENT.match(text)
    return found is not None and found[1].strip("0:") != ""
