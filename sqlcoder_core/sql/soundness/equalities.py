"""Which columns of a block its conditions make equal, and which they hold to one value."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TypeAlias

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.spelling import fold

Place: TypeAlias = tuple[int, str]
"""The number of a source in its block, and the column's name."""


class Equalities:
    """Classes of equal columns, from ON, USING and WHERE as far as they must all hold."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self._parents: dict[Place, Place] = {}
        self._constant: set[Place] = set()
        self.linked: list[tuple[int, int]] = []
        """Pairs of sources that some condition speaks of together, equalities or not."""
        for source in block.sources:
            self._using(source)
        for condition in conditions(block):
            self._take(condition)

    def place(self, column: exp.Expr) -> Place | None:
        """Where a bare column of this block stands; None for anything else."""
        if not isinstance(column, exp.Column):
            return None
        owned = self.block.owner(column)
        number = next((at for at, source in enumerate(self.block.sources) if owned and source is owned.source), None)
        return None if number is None else (number, fold(column.name))

    def bound(self, number: int, reached: Set[int], fixed: Set[Place] = frozenset()) -> set[str]:
        """Columns of one source that equal a column of `reached` sources, a constant, or one of the places in `fixed`."""
        roots = {self._root(place) for place in self._parents if place[0] in reached}
        roots |= {self._root(place) for place in (*self._constant, *fixed)}
        mine = {place for place in (*self._parents, *self._constant, *fixed) if place[0] == number}
        return {place[1] for place in mine if self._root(place) in roots}

    def equal_to(self, place: Place) -> Iterator[Place]:
        """All places of its class, itself among them."""
        root = self._root(place)
        yield place
        yield from (other for other in self._parents if other != place and self._root(other) == root)

    def columns_beside(self, number: int, other: int) -> list[str]:
        """Columns of one source that equal a column of the other."""
        mine = [place for place in self._parents if place[0] == number]
        return sorted(place[1] for place in mine if any(same[0] == other for same in self.equal_to(place)))

    def _using(self, source: Source) -> None:
        number = self.block.sources.index(source)
        for name in source.join.args.get("using") or () if source.join else ():
            column = fold(name.name)
            for earlier in range(number):
                if self.block.sources[earlier].has(column):
                    self._equate((earlier, column), (number, column))

    def _take(self, condition: exp.Expr) -> None:
        places = [place for node in condition.find_all(exp.Column) if (place := self.place(node))]
        numbers = sorted({place[0] for place in places})
        self.linked += [(numbers[0], other) for other in numbers[1:]]
        if not isinstance(condition, exp.EQ):
            return
        left, right = self.place(condition.this), self.place(condition.expression)
        if left and right:
            self._equate(left, right)
        elif left and is_constant(condition.expression):
            self._constant.add(left)
        elif right and is_constant(condition.this):
            self._constant.add(right)

    def _equate(self, one: Place, other: Place) -> None:
        self._parents.setdefault(one, one)
        self._parents.setdefault(other, other)
        self._parents[self._root(other)] = self._root(one)
        self.linked.append((one[0], other[0]))

    def _root(self, place: Place) -> Place:
        while self._parents.get(place, place) != place:
            place = self._parents[place]
        return place


def conditions(block: Block) -> Iterator[exp.Expr]:
    """The parts of ON and WHERE that must all hold."""
    parts = [source.join.args.get("on") for source in block.sources if source.join is not None]
    where = block.select.args.get("where")
    for part in (*parts, where.this if where else None):
        if isinstance(part, exp.Expr):
            yield from _conjuncts(part)


def is_constant(node: exp.Expr) -> bool:
    """Whether it is one value for the whole query: no column in it, or a query that gives one row."""
    if isinstance(node, exp.Subquery):
        return isinstance(node.this, exp.Select)
    return not isinstance(node, exp.Query) and node.find(exp.Column, exp.Query) is None


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    stack = [node]
    while stack:
        part = stack.pop().unnest()
        if isinstance(part, exp.And):
            stack += (part.expression, part.this)
        else:
            yield part
