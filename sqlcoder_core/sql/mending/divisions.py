"""Ratios of whole numbers, and divisors that may be zero."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.division import is_truncated, may_be_zero
from sqlcoder_core.sql.soundness.finding import span


def whole_fractions(case: Case) -> Iterator[Mended]:
    """`count(a) / count(*)` -> `1.0 * count(a) / count(*)` where the engine drops the fraction."""
    reading = case.reading
    if reading is None or not case.has("division-truncated"):
        return
    edits = [
        Edit(start, start, "1.0 * ")
        for block in reading.blocks
        for node in block.own(exp.Div)
        if is_truncated(node, block, reading.dialect)
        for start in (span(node.this, reading.text)[0],)
    ]
    if edits:
        yield case.with_edits(edits, "divided as fractions: 1.0 * ...")


def no_zero_divisors(case: Case) -> Iterator[Mended]:
    """`a / b` -> `a / nullif(b, 0)`."""
    reading = case.reading
    if reading is None or not case.has("division-by-zero"):
        return
    edits: list[Edit] = []
    for block in reading.blocks:
        for node in block.own(exp.Div):
            if isinstance(node, exp.Div) and may_be_zero(node.expression, block):
                start, end = span(node.expression, reading.text)
                edits += [Edit(start, start, "nullif("), Edit(end, end, ", 0)")]
    if edits:
        yield case.with_edits(edits, "nullif around the divisor: NULL where it is zero")
