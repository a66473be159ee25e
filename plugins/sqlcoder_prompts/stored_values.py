"""Which stored values of a column a prompt shows: those that the question speaks of, enumerations, a few samples of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlcoder_core.api import Column, Relationship, Room, Table, TableName
from sqlcoder_prompts.focus import Focus
from sqlcoder_prompts.settings import PromptSettings

LONGEST_VALUE = 60
"""Characters; longer values are texts, not names for something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How many values are shown: `listed` of an enumeration, `samples` of other columns; `allowed` False shows none at all."""

    allowed: bool
    listed: int
    samples: int

    @classmethod
    def of(cls, settings: PromptSettings, room: Room) -> Amounts:
        """As the settings have it, where the room's model may see values."""
        return cls(allowed=room.values, listed=settings.values, samples=settings.samples)


def joined_columns(relationships: Iterable[Relationship]) -> frozenset[tuple[str, str]]:
    """(table key, column in lower case) of all columns that tables are joined on: their values are numbers for something else."""
    sides = ((name, column) for join in relationships for name, columns in _sides(join) for column in columns)
    return frozenset((name.key, column.lower()) for name, column in sides)


def with_values(table: Table, focus: Focus, amounts: Amounts, joined: frozenset[tuple[str, str]]) -> Table:
    """The table without hidden columns, its columns with the values that are shown."""
    keys = {name.lower() for name in table.primary_key} | {column for key, column in joined if key == table.name.key}
    columns = (column for column in table.columns if not column.hidden)
    return replace(table, columns=tuple(_chosen(column, table, focus, amounts, column.name.lower() in keys) for column in columns))


def _chosen(column: Column, table: Table, focus: Focus, amounts: Amounts, is_key: bool) -> Column:
    if not amounts.allowed:
        return replace(column, values=(), values_complete=False, type=_without_values(column.type))
    named = focus.values(table.name, column.name)
    stored = tuple(value for value in dict.fromkeys(column.values) if len(str(value)) <= LONGEST_VALUE)
    complete = column.values_complete and len(stored) == len(set(column.values)) <= amounts.listed
    if is_key or column.kind == "boolean" or (not complete and column.kind in ("integer", "number")):
        return replace(column, values=named, values_complete=False)
    if complete:
        return replace(column, values=stored, values_complete=True)
    return replace(column, values=tuple(dict.fromkeys((*named, *stored)))[: max(amounts.samples, len(named))], values_complete=False)


def _without_values(type_text: str | None) -> str | None:
    """`ENUM('placed', 'shipped')` says what is stored; its first word does not."""
    return type_text.split("(", 1)[0].strip() if type_text and ("'" in type_text or '"' in type_text) else type_text


def _sides(join: Relationship) -> Iterable[tuple[TableName, tuple[str, ...]]]:
    return ((join.left, join.left_columns), (join.right, join.right_columns))
