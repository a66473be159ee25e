"""Rows of one instance: each addition keeps primary, unique and foreign keys, bringing in the parents that it needs."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlcoder_core.evaluation.fuzz.shape import Reference, Shape, TableShape

Value: TypeAlias = object
Cells: TypeAlias = dict[str, Value]
Generator: TypeAlias = Callable[[str, str], Value]
"""(table, column) in, a value out."""

_TRIES = 12
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class _Turn:
    """One attempt at a row: how deep in its children's children, and whether its parents are to be new, the old ones being used up."""

    depth: int
    new: bool


class Contents:
    """`rows` by table, cells by lower-case column name. `draw` gives values for columns that nobody asked anything of.

    `skew` above 1 gives few parents most of the children; `idle` is the share of parents that random children leave alone.
    """

    def __init__(self, shape: Shape, draw: Generator, chance: random.Random, *, skew: float = 2.2, idle: float = 0.3) -> None:
        self.rows: dict[str, list[Cells]] = {key: [] for key in shape.tables}
        self._shape = shape
        self._draw = draw
        self._chance = chance
        self._skew = skew
        self._idle = idle
        self._taken: dict[tuple[str, tuple[str, ...]], dict[tuple[Value, ...], Cells]] = {}

    def add(self, table: str, given: Mapping[str, Value], *, depth: int = 0) -> Cells | None:
        """A row with these cells, the rest made up; a row that is there already under the same key, when nothing in it
        contradicts `given`; None where the keys leave no room for it."""
        shape = self._shape.tables[table]
        there = self._same_key(shape, given)
        if there is not None:
            return there if all(there[name] == value for name, value in given.items()) else None
        for attempt in range(_TRIES):
            row = self._completed(shape, given, _Turn(depth, attempt >= _TRIES // 2))
            if row is not None and self._fits(shape, row):
                return self._keep(shape, row)
        return None

    def find(self, table: str, cells: Mapping[str, Value]) -> Cells | None:
        """The first row with these cells."""
        names = tuple(sorted(cells))
        index = self._index(table, names)
        return index.get(tuple(cells[name] for name in names))

    def _same_key(self, shape: TableShape, given: Mapping[str, Value]) -> Cells | None:
        for key in shape.keys:
            if all(given.get(name) is not None for name in key):
                there = self.find(shape.key, {name: given[name] for name in key})
                if there is not None:
                    return there
        return None

    def _completed(self, shape: TableShape, given: Mapping[str, Value], turn: _Turn) -> Cells | None:
        row = dict(given)
        for reference in shape.references:
            if not self._refer(shape, reference, row, turn):
                return None
        return {name: row[name] if name in row else self._draw(shape.key, name) for name in shape.fields}

    def _refer(self, shape: TableShape, reference: Reference, row: Cells, turn: _Turn) -> bool:
        """Set the columns of one reference to those of a parent, an existing one or a new one; False where there is none."""
        asked = {theirs: row[mine] for mine, theirs in zip(reference.columns, reference.to_columns, strict=True) if mine in row}
        if any(value is None for value in asked.values()):
            return self._blank(shape, reference, row)
        if reference.to == shape.key and len(asked) < len(reference.columns):
            return self._refer_to_own(shape, reference, row)
        parent = self._parent(shape, reference, asked, turn)
        if parent is None:
            return self._blank(shape, reference, row)
        row.update({mine: parent[theirs] for mine, theirs in zip(reference.columns, reference.to_columns, strict=True)})
        return True

    def _blank(self, shape: TableShape, reference: Reference, row: Cells) -> bool:
        """NULL in the columns that are still open: a reference with a NULL in it refers to nothing."""
        open_columns = [name for name in reference.columns if row.get(name) is None]
        row.update(dict.fromkeys(open_columns))
        return bool(open_columns) and not any(shape.fields[name].required for name in open_columns)

    def _refer_to_own(self, shape: TableShape, reference: Reference, row: Cells) -> bool:
        """A row of the same table, one that is there already; the first rows refer to nothing, or where they must, to themselves."""
        rows = self.rows[shape.key]
        if rows and self._chance.random() < 0.85:
            parent = self._pick(rows)
            row.update({mine: parent[theirs] for mine, theirs in zip(reference.columns, reference.to_columns, strict=True)})
            return True
        if self._blank(shape, reference, row):
            return True
        for mine, theirs in zip(reference.columns, reference.to_columns, strict=True):
            row[mine] = row.setdefault(theirs, self._draw(shape.key, theirs))
        return True

    def _parent(self, shape: TableShape, reference: Reference, asked: Mapping[str, Value], turn: _Turn) -> Cells | None:
        found = self._known_parent(shape, reference, asked, turn)
        return found or (self.add(reference.to, asked, depth=turn.depth + 1) if turn.depth < _DEPTH else None)

    def _known_parent(self, shape: TableShape, reference: Reference, asked: Mapping[str, Value], turn: _Turn) -> Cells | None:
        if len(asked) == len(reference.columns):
            return self.find(reference.to, asked)
        if turn.new and any(shape.fields[name].required for name in reference.columns):
            return None
        rows = self.rows[reference.to]
        if asked:
            rows = [row for row in rows if all(row[name] == value for name, value in asked.items())]
        if shape.unique(reference.columns[0]) and len(reference.columns) == 1:
            taken = self._index(shape.key, reference.columns)
            rows = [row for row in rows if (row[reference.to_columns[0]],) not in taken]
        rows = [row for row in rows if all(row[name] is not None for name in reference.to_columns)]
        return self._pick(rows) if rows else None

    def _pick(self, rows: list[Cells]) -> Cells:
        return rows[int(max(1.0, len(rows) * (1 - self._idle)) * self._chance.random() ** self._skew)]

    def _fits(self, shape: TableShape, row: Cells) -> bool:
        for key in shape.keys:
            cells = tuple(row[name] for name in key)
            if None in cells and key == shape.primary:
                return False
            if None not in cells and cells in self._index(shape.key, key):
                return False
        return True

    def _keep(self, shape: TableShape, row: Cells) -> Cells:
        self.rows[shape.key].append(row)
        for (table, names), index in self._taken.items():
            if table == shape.key:
                index.setdefault(tuple(row[name] for name in names), row)
        return row

    def _index(self, table: str, names: tuple[str, ...]) -> dict[tuple[Value, ...], Cells]:
        index = self._taken.get((table, names))
        if index is None:
            index = self._taken[table, names] = {}
            for row in self.rows[table]:
                index.setdefault(tuple(row[name] for name in names), row)
        return index
