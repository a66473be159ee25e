"""Texts that a query looks for, held against the values that are stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block, Owned
from sqlcoder_core.sql.soundness.finding import finding
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.problem import Problem

_NEAR = 60.0
_VERY_NEAR = 85.0
"""What was not seen in a sample may well be stored, so only what looks like a slip is worth a note."""
_FEW = 12


class Sought(NamedTuple):
    """One text that a column is compared to for equality."""

    literal: exp.Literal
    owned: Owned
    block: Block


def unknown_literals(reading: Reading) -> Iterator[Problem]:
    """Texts that no row holds, proved from complete values; and a note where only a sample of the values is known."""
    for sought in sought_texts(reading):
        text, fact = sought.literal.name, sought.owned.fact
        if fact is None or is_stored(sought, reading.catalog):
            continue
        known = stored_texts(fact.values)
        near = nearest_values(sought, reading.catalog, _NEAR if fact.values_complete else _VERY_NEAR)
        name = f"{sought.owned.table.name.name}.{fact.name}" if sought.owned.table else fact.name
        if fact.values_complete and known:
            hint = f"nearest: {_quoted(near)}" if near else f"its values are {_quoted(known[:_FEW])}{', ...' if len(known) > _FEW else ''}"
            yield finding(reading, sought.literal, "literal-unknown", f"{name} is never {text!r}", hint=hint)
        elif near:
            message = f"{text!r} is not among the values that are known of {name}"
            yield finding(reading, sought.literal, "literal-unseen", message, hint=f"nearest: {_quoted(near)}", severity="note")


def sought_texts(reading: Reading) -> Iterator[Sought]:
    """Every text literal that a text column is compared to by = or IN; <> is as telling, since it leaves nothing out."""
    for block in reading.blocks:
        for node in block.own(exp.EQ, exp.NEQ, exp.In):
            pairs = [(node.this, each) for each in node.expressions] if isinstance(node, exp.In) else _both_ways(node)
            for column, literal in pairs:
                column = column.this if isinstance(column, exp.Paren) else column
                if isinstance(column, exp.Column) and isinstance(literal, exp.Literal) and literal.is_string:
                    owned = block.owner(column)
                    if owned and owned.fact and owned.fact.kind in ("text", "other") and not owned.fact.hidden:
                        yield Sought(literal, owned, block)


def is_stored(sought: Sought, catalog: Catalog) -> bool:
    """Whether some row may hold the text, as far as is known: the same text, for nothing else counts as equal on most engines."""
    fact, text = sought.owned.fact, sought.literal.name
    if fact is None or not fact.values:
        return True
    known = stored_texts(fact.values)
    return text in known or text.rstrip() in known


def nearest_values(sought: Sought, catalog: Catalog, least: float = _NEAR) -> tuple[str, ...]:
    """Stored values of that column that were probably meant, best first; at most three."""
    fact, table, text = sought.owned.fact, sought.owned.table, sought.literal.name
    if fact is None or table is None:
        return ()
    hits = [hit for _, found in catalog.values_like([text]) for hit in found if 100 * hit.score >= least]
    ours = [str(hit.value) for hit in hits if hit.table.key == table.name.key and hit.column.lower() == fact.name.lower()]
    return tuple(dict.fromkeys((*ours, *_by_spelling(text, stored_texts(fact.values), least))))[:3]


def stored_texts(values: Sequence[object]) -> list[str]:
    """The values that are texts."""
    return [value for value in values if isinstance(value, str)]


def _by_spelling(text: str, known: Sequence[str], least: float) -> list[str]:
    from rapidfuzz import fuzz, process

    found = process.extract(text, known, scorer=fuzz.ratio, processor=str.lower, limit=3, score_cutoff=least)
    return [each[0] for each in found if _digits(each[0]) == _digits(text)]


def _digits(text: str) -> str:
    """Numbers and dates are not near one another by their spelling."""
    return "".join(char for char in text if char.isdigit())


def _both_ways(node: exp.Expr) -> tuple[tuple[exp.Expr, exp.Expr], ...]:
    return (node.this, node.expression), (node.expression, node.this)


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(repr(value) for value in values)
