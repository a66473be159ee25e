"""What is left out of a prompt that is too long, in this order, until it fits.

Tables that others are built on (staging, raw: a rank below 1) and that the question does not mean are left out at once, unless the
prompter's `behind:` says otherwise: they say the same once more, in worse words.

 1. examples beyond the first
 2. sample values (lists that are complete, and values that the question speaks of, stay)
 3. descriptions and synonyms of columns
 4. dashboards and reports
 5. columns of tables that the question does not touch (keys and joined columns stay)
 6. tables that the question does not touch, the farthest by joins first
 7. unlinked columns of the other tables (keys, joined columns and those that the question may mean stay)
 8. metrics and terms that the question does not name
 9. lists of values (what the question speaks of stays)
10. descriptions of tables
11. the last example
12. instructions of the catalog

The question with its own instructions, the tables it names or whose values or metrics it names, and the tables on the ways between
them are never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlcoder_core.api import Column, Metric, Room, Table, Term, UsageError
from sqlcoder_prompts.content import Content
from sqlcoder_prompts.focus import ORDINARY, Focus, distances, needed_tables

_PROBES = 4
"""Lengths asked for in one call: asking is a round trip to another process, counting four prompts is not much dearer than one."""


class NoRoom(UsageError):
    """A prompt of which nothing more can be left out, and which still is too long."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A content, and what was left out of the one before it to get there."""

    content: Content
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The richest content whose prompt fits, the prompt, and what was left out, in the order of leaving out."""

    content: Content
    text: str
    dropped: tuple[str, ...]


def fit(rungs: Iterator[Rung], render: Callable[[Content], str], room: Room, *, tokens: int | None = None) -> Fitted:
    """The first rung whose rendering has at most `tokens` tokens (by default, the room's).

    Asks for lengths once where everything fits, and about three times where it does not. Raises NoRoom, a UsageError, where the last
    rung is too long as well.
    """
    most = room.tokens if tokens is None else tokens
    first = next(rungs)
    text = render(first.content)
    if room.count((text,))[0] <= most:
        return Fitted(first.content, text, tuple(filter(None, (first.dropped,))))
    ladder = [first, *rungs]
    place, text = _search(ladder, render, room, most)
    return Fitted(ladder[place].content, text, tuple(rung.dropped for rung in ladder[: place + 1] if rung.dropped))


def _search(ladder: list[Rung], render: Callable[[Content], str], room: Room, most: int) -> tuple[int, str]:
    """The first rung that fits, between one that is known not to and the last one."""
    too_long, fits, fitting, shortest = 0, len(ladder), "", 0
    while fits - too_long > 1:
        width = fits - too_long
        places = sorted({too_long + max(1, width * part // _PROBES) for part in range(1, _PROBES)} | {min(fits, len(ladder)) - 1})
        places = [place for place in places if too_long < place < fits]
        texts = [render(ladder[place].content) for place in places]
        for place, text, length in zip(places, texts, room.count(texts), strict=True):
            if length <= most:
                fits, fitting = place, text
                break
            too_long, shortest = place, length
    if fits == len(ladder):
        raise _no_room(shortest or room.count((render(ladder[-1].content),))[0], most)
    return fits, fitting


def _no_room(needed: int, most: int) -> NoRoom:
    return NoRoom(
        f"the question and the tables that it needs take {needed:,} tokens, and this model's prompt has room for {max(most, 0):,}",
        hint="raise the runtime's `context:`, lower its `max_tokens:`, use a model with a larger window, or ask more briefly",
    )


# ------------------------------------------------------------------ the order


def first_rung(content: Content, focus: Focus, *, behind: bool) -> Rung:
    """What a prompt with room for everything shows; `behind` is the prompter's setting."""
    return Rung(content) if behind else _without_those_behind(content, focus)


def rungs(first: Rung, focus: Focus) -> Iterator[Rung]:
    """The first one and ever smaller ones, in the order that this module states; steps that change nothing are left out."""
    yield first
    content = first.content
    for step in _STEPS:
        for rung in step(content, focus):
            if rung.content != content:
                content = rung.content
                yield rung


def rungs_for_all(content: Content) -> Iterator[Rung]:
    """The same for tables that all questions share: the steps that depend on no question, and no table or column goes."""
    yield Rung(content)
    for step in (_sample_values, _column_descriptions, _exposures, _definitions, _value_lists, _table_descriptions, _instructions):
        for rung in step(content, Focus()):
            if rung.content != content:
                content = rung.content
                yield rung


def _without_those_behind(content: Content, focus: Focus) -> Rung:
    kept = _needed(content, focus) | focus.meant(content.tables)
    tables = [table for table in content.tables if table.rank >= ORDINARY or table.name.key in kept]
    if len(tables) in (0, len(content.tables)) or not any(table.rank >= ORDINARY for table in tables):
        return Rung(content)
    return Rung(content.with_tables(tables), f"{_counted(len(content.tables) - len(tables), 'table')} that others are built on")


def _more_examples(content: Content, focus: Focus) -> Iterator[Rung]:
    yield Rung(replace(content, examples=content.examples[:1]), f"{len(content.examples) - 1} of {len(content.examples)} examples")


def _sample_values(content: Content, focus: Focus) -> Iterator[Rung]:
    def without(table: Table, column: Column) -> Column:
        kept = column.values if column.values_complete else focus.values(table.name, column.name)
        return replace(column, values=tuple(value for value in column.values if value in kept))

    yield Rung(_each_column(content, without), "sample values")


def _column_descriptions(content: Content, focus: Focus) -> Iterator[Rung]:
    yield Rung(_each_column(content, lambda _, column: replace(column, description=None, synonyms=())), "descriptions of columns")


def _exposures(content: Content, focus: Focus) -> Iterator[Rung]:
    yield Rung(replace(content, exposures=()), "dashboards and reports")


def _far_columns(content: Content, focus: Focus) -> Iterator[Rung]:
    needed = _needed(content, focus)
    tables = [table if table.name.key in needed else _keys_only(table, content, focus) for table in content.tables]
    yield Rung(content.with_tables(tables), _counted_columns(content.tables, tables, "of tables that the question does not touch"))


def _far_tables(content: Content, focus: Focus) -> Iterator[Rung]:
    """One at a time: what no join leads to, then by distance, of two at one distance the one of lower rank, or less like the question."""
    needed = _needed(content, focus)
    joins = distances(needed, content.relationships)
    order = {table.name.key: place for place, table in enumerate(content.tables)}
    far = [table for table in content.tables if table.name.key not in needed]
    far.sort(key=lambda one: (-joins.get(one.name.key, 1_000), one.rank, focus.strength(one.name), -order[one.name.key]))
    for table in far:
        content = content.with_tables([other for other in content.tables if other.name.key != table.name.key])
        yield Rung(content, f"the table {table.name}")


def _near_columns(content: Content, focus: Focus) -> Iterator[Rung]:
    tables = [_keys_only(table, content, focus) for table in content.tables]
    yield Rung(content.with_tables(tables), _counted_columns(content.tables, tables, "that the question does not speak of"))


def _definitions(content: Content, focus: Focus) -> Iterator[Rung]:
    metrics, terms = tuple(filter(focus.names, content.metrics)), tuple(filter(focus.names, content.terms))
    fewer = len(content.metrics) + len(content.terms) - len(metrics) - len(terms)
    yield Rung(replace(content, metrics=metrics, terms=terms), _counted(fewer, "definition"))


def _value_lists(content: Content, focus: Focus) -> Iterator[Rung]:
    def without(table: Table, column: Column) -> Column:
        return replace(column, values=focus.values(table.name, column.name) if column.values else (), values_complete=False)

    yield Rung(_each_column(content, without), "lists of values")


def _table_descriptions(content: Content, focus: Focus) -> Iterator[Rung]:
    tables = tuple(replace(table, description=None, synonyms=()) for table in content.tables)
    yield Rung(replace(content, tables=tables), "descriptions of tables")


def _last_example(content: Content, focus: Focus) -> Iterator[Rung]:
    yield Rung(replace(content, examples=()), "the last example")


def _instructions(content: Content, focus: Focus) -> Iterator[Rung]:
    yield Rung(replace(content, instructions=()), "instructions of the catalog")


_STEPS = (
    _more_examples,
    _sample_values,
    _column_descriptions,
    _exposures,
    _far_columns,
    _far_tables,
    _near_columns,
    _definitions,
    _value_lists,
    _table_descriptions,
    _last_example,
    _instructions,
)


# ------------------------------------------------------------------ tables and columns


def _needed(content: Content, focus: Focus) -> set[str]:
    facts: list[Metric | Term] = [*content.metrics, *content.terms]
    return needed_tables(content.tables, content.relationships, focus, facts)


def _each_column(content: Content, change: Callable[[Table, Column], Column]) -> Content:
    tables = (replace(table, columns=tuple(change(table, column) for column in table.columns)) for table in content.tables)
    return replace(content, tables=tuple(tables))


def _keys_only(table: Table, content: Content, focus: Focus) -> Table:
    """Its primary key, what it is joined on, what the question may mean, and what metrics and terms that it names are made of."""
    kept = {name.lower() for name in table.primary_key}
    for join in content.relationships:
        kept |= {name.lower() for name in join.left_columns if join.left.key == table.name.key}
        kept |= {name.lower() for name in join.right_columns if join.right.key == table.name.key}
    facts: tuple[Metric | Term, ...] = (*content.metrics, *content.terms)
    said = " ".join(f"{one.expression} {one.filter}" for one in facts if focus.names(one)).lower()
    columns = tuple(
        column
        for column in table.columns
        if column.name.lower() in kept or focus.touches(table.name, column.name) or column.name.lower() in said
    )
    return replace(table, columns=columns or table.columns[:1])


def _counted_columns(before: tuple[Table, ...], after: list[Table], which: str) -> str:
    fewer = sum(len(table.columns) for table in before) - sum(len(table.columns) for table in after)
    return f"{_counted(fewer, 'column')} {which}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
