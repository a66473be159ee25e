"""Comparisons of two kinds: the literal or the column is brought to the other's kind, as the query means it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import source_text, span
from sqlcoder_core.sql.soundness.kinds import kind_of_node
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.catalog import ColumnKind

_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_YEAR: Final = re.compile(r"(?:1[5-9]|2[0-2])\d\d")
_PERIOD: Final = re.compile(r"(\d{4})(?:-(\d\d?))?")
_NUMERIC: Final = frozenset({"integer", "number"})
_DAYS: Final = frozenset({"date", "timestamp"})


def kinds_brought_together(case: Case) -> Iterator[Mended]:
    """`joined_on = 2024` -> `extract(year FROM joined_on) = 2024`, `sku = 5` -> `sku = '5'`, `active = 1` -> `active = true`, ..."""
    reading = case.reading
    if reading is None or not case.has("type-mismatch"):
        return
    edits: list[Edit] = []
    for block in reading.blocks:
        for node in block.own(*_COMPARISONS, exp.Between, exp.In):
            edits += _compared(node, block, reading)
        for node in block.own(exp.Like, exp.ILike):
            edits += _liked(node, block, reading)
    notes = [f"{case.text[edit.start : edit.end]} -> {edit.text}" for edit in edits]
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def _compared(node: exp.Expr, block: Block, reading: Reading) -> list[Edit]:
    column = node.this
    others = [node.args["low"], node.args["high"]] if isinstance(node, exp.Between) else node.expressions or [node.args.get("expression")]
    literals = [each for each in others if isinstance(each, exp.Literal)]
    kind = kind_of_node(column, block)
    if kind is None or not literals or len(literals) != len(others) or isinstance(column, exp.Literal):
        return []
    if kind in _DAYS:
        return _of_days(node, column, literals, reading)
    if kind == "text" and reading.dialect != "sqlite" and not any(literal.is_string for literal in literals):
        return [Edit(*span(literal, reading.text), f"'{literal.name}'") for literal in literals] if _is_equality(node) else []
    if kind == "boolean" and reading.dialect != "sqlite":
        return _of_truth(literals, reading)
    return []


def _of_days(node: exp.Expr, column: exp.Expr, literals: list[exp.Literal], reading: Reading) -> list[Edit]:
    written = source_text(column, reading.text)
    if all(not literal.is_string and _YEAR.fullmatch(literal.name) for literal in literals):
        if reading.dialect == "sqlite":
            return [Edit(*span(column, reading.text), f"CAST(strftime('%Y', {written}) AS INTEGER)")]
        return [Edit(*span(column, reading.text), f"extract(year FROM {written})")]
    found = _PERIOD.fullmatch(literals[0].name.strip()) if len(literals) == 1 and literals[0].is_string else None
    if not found or reading.dialect == "sqlite" or isinstance(node, (exp.In, exp.Between)):
        return []
    year, month = int(found[1]), int(found[2] or 0)
    first = f"'{year:04d}-{month or 1:02d}-01'"
    after = f"'{year + 1:04d}-01-01'" if month in (0, 12) else f"'{year:04d}-{month + 1:02d}-01'"
    if isinstance(node, exp.EQ):
        return [Edit(*span(node, reading.text), f"({written} >= {first} AND {written} < {after})")]
    # Later than a year is from the next one on; up to a year takes the whole year in.
    bounds: dict[type[exp.Expr], tuple[str, str]] = {
        exp.GT: (">=", after),
        exp.GTE: (">=", first),
        exp.LT: ("<", first),
        exp.LTE: ("<", after),
    }
    sign, bound = bounds.get(type(node), ("", ""))
    return [Edit(*span(node, reading.text), f"{written} {sign} {bound}")] if sign else []


def _of_truth(literals: list[exp.Literal], reading: Reading) -> list[Edit]:
    truth = {"1": "true", "0": "false"}
    numbers = [literal for literal in literals if not literal.is_string and literal.name in truth]
    return [Edit(*span(literal, reading.text), truth[literal.name]) for literal in numbers] if len(numbers) == len(literals) else []


def _liked(node: exp.Expr, block: Block, reading: Reading) -> list[Edit]:
    kind: ColumnKind | None = kind_of_node(node.this, block)
    if kind in _DAYS or kind in _NUMERIC:
        written = source_text(node.this, reading.text)
        return [Edit(*span(node.this, reading.text), f"CAST({written} AS {'TEXT' if reading.dialect != 'mysql' else 'CHAR'})")]
    return []


def _is_equality(node: exp.Expr) -> bool:
    return isinstance(node, (exp.EQ, exp.NEQ, exp.In))
