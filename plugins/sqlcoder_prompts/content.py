"""A question's linked catalog in, what a prompt may show of it out; hidden tables and columns are gone from here on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlcoder_core.api import (
    Ask,
    Catalog,
    Exposure,
    Instruction,
    Metric,
    Relationship,
    Table,
    Term,
    VerifiedQuestion,
)
from sqlcoder_prompts.focus import ORDINARY, Focus
from sqlcoder_prompts.stored_values import Amounts, joined_columns, with_values

Named = TypeVar("Named", Metric, Term)
MOST_OTHERS = 40
"""Metrics, and terms, that are shown beside those that the question names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Facts that a prompt shows. Dropping for want of room makes smaller ones of it (see `dropping.py`)."""

    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...] = ()
    metrics: tuple[Metric, ...] = ()
    terms: tuple[Term, ...] = ()
    examples: tuple[VerifiedQuestion, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    instructions: tuple[Instruction, ...] = ()

    def with_tables(self, tables: Sequence[Table]) -> Content:
        """The same over fewer tables or columns: facts that speak of others go with them."""
        keys = {table.name.key: table for table in tables}
        return replace(
            self,
            tables=tuple(tables),
            relationships=tuple(join for join in self.relationships if _stands(join, keys)),
            metrics=tuple(metric for metric in self.metrics if metric.table is None or metric.table.key in keys),
            terms=tuple(term for term in self.terms if term.table is None or term.table.key in keys),
            exposures=tuple(one for one in self.exposures if any(name.key in keys for name in one.tables)),
        )


def linked_content(ask: Ask, focus: Focus, amounts: Amounts, *, examples: int) -> Content:
    """What may be shown of the linked tables; stored values that the question speaks of come first."""
    linked = ask.linked
    joined = joined_columns(linked.relationships)
    tables = [with_values(table, focus, amounts, joined) for table in linked.tables if not table.hidden]
    secret = _Secret(linked.tables, ask.catalog)
    content = Content(
        tables=tuple(tables),
        relationships=linked.relationships,
        metrics=tuple(metric for metric in linked.metrics if not metric.hidden and secret.allows(metric)),
        terms=tuple(term for term in linked.terms if secret.allows(term)),
        examples=tuple(one for one in linked.verified if amounts.allowed and secret.silent_on(one.sql)),
        exposures=linked.exposures,
        instructions=linked.instructions,
    )
    content = content.with_tables(tables)
    metrics, terms = _named_first(content.metrics, focus), _named_first(content.terms, focus)
    return replace(content, metrics=metrics, terms=terms, examples=_nearest(content.examples, focus, examples))


def whole_content(catalog: Catalog, amounts: Amounts, *, behind: bool) -> Content:
    """What may be shown of all tables, the same for every question, by name; without `behind` only those that no others are built on."""
    names = sorted(catalog.names(), key=lambda name: name.key)
    everything = [table for name in names if (table := catalog.table(name)) is not None and not table.hidden]
    secret = _Secret(everything, None)
    kept = everything if behind else [table for table in everything if table.rank >= ORDINARY] or everything
    joined = joined_columns(catalog.relationships())
    tables = [with_values(table, Focus(), amounts, joined) for table in kept]
    content = Content(
        tables=tuple(tables),
        relationships=catalog.relationships(),
        metrics=tuple(metric for metric in catalog.metrics() if not metric.hidden and secret.allows(metric)),
        terms=tuple(term for term in catalog.terms() if secret.allows(term)),
        exposures=catalog.exposures(),
        instructions=catalog.instructions(),
    )
    return content.with_tables(tables)


def _named_first(facts: Sequence[Named], focus: Focus) -> tuple[Named, ...]:
    """Metrics or terms that the question names, then some of the others: a glossary may have thousands."""
    named: list[Named] = [fact for fact in facts if focus.names(fact)]
    others: list[Named] = [fact for fact in facts if not focus.names(fact)]
    return tuple(named + others[:MOST_OTHERS])


def _stands(join: Relationship, tables: dict[str, Table]) -> bool:
    sides = ((join.left, join.left_columns), (join.right, join.right_columns))
    found = [(tables.get(name.key), columns) for name, columns in sides]
    return all(table is not None and all(table.column(column) for column in columns) for table, columns in found)


# ------------------------------------------------------------------ what hidden columns are named in


class _Secret:
    """Which expressions name a hidden column. The linker has taken hidden columns out, so the catalog is asked for them."""

    def __init__(self, tables: Iterable[Table], catalog: Catalog | None) -> None:
        whole = [(catalog.table(table.name) if catalog else None) or table for table in tables]
        self._hidden = {
            table.name.key: (table.name.name, [column.name for column in table.columns if column.hidden])
            for table in whole
            if any(column.hidden for column in table.columns)
        }

    def allows(self, fact: Metric | Term) -> bool:
        text = " ".join(filter(None, (fact.expression, fact.filter)))
        _, own = self._hidden.get(fact.table.key, ("", [])) if fact.table else ("", [])
        return not any(_says(text, column) for column in own) and self.silent_on(text)

    def silent_on(self, sql: str) -> bool:
        """Whether a statement names no hidden column together with its table."""
        return not any(
            _says(sql, table) and any(_says(sql, column) for column in columns) for table, columns in self._hidden.values() if sql
        )


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


# ------------------------------------------------------------------ examples


def _nearest(examples: Sequence[VerifiedQuestion], focus: Focus, most: int) -> tuple[VerifiedQuestion, ...]:
    """The verified questions most like this one, nearest first; those that have no word in common with it are no examples for it."""
    scored = [(focus.likeness(example.question), place) for place, example in enumerate(examples)]
    best = sorted(((score, place) for score, place in scored if score > 0), key=lambda pair: (-pair[0], pair[1]))
    return tuple(examples[place] for _, place in best[:most])
