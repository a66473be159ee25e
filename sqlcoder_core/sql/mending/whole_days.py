"""Days compared with moments: the period is written so that its last day is whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.finding import source_text, span
from sqlcoder_core.sql.soundness.periods import Cut, cuts
from sqlcoder_core.sql.soundness.reading import Reading


def whole_days(case: Case) -> Iterator[Mended]:
    """`x <= '2025-01-31'` -> `x < '2025-02-01'`, `x = '2025-01-31'` and BETWEEN likewise."""
    reading = case.reading
    if reading is None or not case.has("period-cut"):
        return
    found = list(cuts(reading))
    edits = [Edit(*span(cut.node, reading.text), _rewritten(cut, reading)) for cut in found]
    if edits:
        days = ", ".join(dict.fromkeys(cut.day.isoformat() for cut in found))
        yield case.with_edits(edits, f"takes in the whole of {days}")


def _rewritten(cut: Cut, reading: Reading) -> str:
    column = source_text(cut.column, reading.text)
    end = f"{column} < '{(cut.day + timedelta(days=1)).isoformat()}'"
    if isinstance(cut.node, exp.LTE):
        return end
    first = cut.node.args["low"] if isinstance(cut.node, exp.Between) else cut.last
    return f"({column} >= {source_text(first, reading.text)} AND {end})"
