"""A gold query's tree in, its blocks out: which rows of which tables each SELECT speaks of, and what its column names mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from sqlglot import exp

from sqlcoder_core.evaluation.fuzz.shape import Shape, TableShape


@dataclass(frozen=True, slots=True)
class Atom:
    """One row of a table: an occurrence in a FROM clause. `number` tells occurrences apart."""

    number: int
    table: TableShape = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Var:
    """One cell of such a row."""

    atom: Atom
    column: str


@dataclass(slots=True)
class Frame:
    """One SELECT. `sources` by alias in lower case; `parent` is the SELECT around a subquery, whose names it may use too."""

    select: exp.Select
    parent: Frame | None
    ctes: dict[str, exp.Query]
    sources: dict[str, Atom | Block] = field(default_factory=dict)
    joined: list[exp.Join] = field(default_factory=list)

    def atoms(self) -> Iterator[Atom]:
        """Its own occurrences, then those of its derived tables."""
        for source in self.sources.values():
            if isinstance(source, Atom):
                yield source
            else:
                for frame in source.frames():
                    yield from frame.atoms()


@dataclass(slots=True)
class Both:
    """A set operation."""

    kind: type[exp.SetOperation]
    left: Block
    right: Block

    def frames(self) -> Iterator[Frame]:
        """Of both sides."""
        yield from self.left.frames()
        yield from self.right.frames()


@dataclass(slots=True)
class Single:
    """A SELECT by itself."""

    frame: Frame

    def frames(self) -> Iterator[Frame]:
        """The one."""
        yield self.frame


Block: TypeAlias = Single | Both
Meaning: TypeAlias = "Var | tuple[exp.Expr, Frame] | None"
"""A cell, an expression of an inner SELECT, or not known (a quoted text of SQLite, a column of something that is no table)."""


class Reader:
    """Makes blocks of trees, over one shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._numbers = count()

    def block(self, query: exp.Expr, parent: Frame | None = None, ctes: Mapping[str, exp.Query] | None = None) -> Block | None:
        """The blocks of a query; None for what is no query (VALUES)."""
        query = _unwrapped(query)
        known = {**(ctes or {}), **_named_queries(query)}
        if isinstance(query, exp.SetOperation):
            left, right = (self.block(side, parent, known) for side in (query.this, query.expression))
            return Both(type(query), left, right) if left and right else left or right
        if not isinstance(query, exp.Select):
            return None
        frame = Frame(query, parent, known)
        froms = query.args.get("from_")
        if froms is not None:
            self._source(froms.this, frame)
        for join in query.args.get("joins") or ():
            self._source(join.this, frame)
            frame.joined.append(join)
        return Single(frame)

    def _source(self, node: exp.Expr, frame: Frame) -> None:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            self._table(node, frame)
        elif isinstance(node, exp.Subquery):
            inner = self.block(node.this, frame, frame.ctes)
            if inner is not None:
                frame.sources[node.alias.lower() or f"({len(frame.sources)})"] = inner
            elif isinstance(node.this, exp.Table):
                self._source(node.this, frame)
        for join in node.args.get("joins") or ():
            self._source(join.this, frame)
            frame.joined.append(join)

    def _table(self, node: exp.Table, frame: Frame) -> None:
        alias = node.alias_or_name.lower()
        named = None if node.db else frame.ctes.get(node.name.lower())
        if named is not None:
            # A recursive query names itself: inside, the name is out of sight.
            others = {name: query for name, query in frame.ctes.items() if query is not named}
            inner = self.block(named, None, others)
            if inner is not None:
                frame.sources[alias] = inner
            return
        table = self._shape.find(node.name, node.db)
        if table is not None:
            frame.sources[alias] = Atom(next(self._numbers), table)


def meaning(column: exp.Column, frame: Frame) -> Meaning:
    """What a column name means where it stands."""
    name, qualifier = column.name.lower(), column.table.lower()
    place: Frame | None = frame
    while place is not None:
        for alias, source in place.sources.items():
            if qualifier in ("", alias):
                found = _inside(name, source)
                if found is not None:
                    return found
        place = place.parent
    return None if qualifier else _alias(name, frame)


def var(node: exp.Expr | None, frame: Frame) -> Var | None:
    """The cell that an expression is, seen through derived tables; None when it is anything else."""
    while isinstance(node, exp.Paren | exp.Alias):
        node = node.this
    if not isinstance(node, exp.Column):
        return None
    found = meaning(node, frame)
    if isinstance(found, tuple):
        return var(*found)
    return found


def reads(node: exp.Expr, frame: Frame) -> tuple[Var, ...]:
    """The cells that a condition reads, those inside its subqueries left out."""
    found: dict[Var, None] = {}
    for column in _own(node):
        cell = var(column, frame)
        if cell is not None:
            found[cell] = None
        else:
            inner = meaning(column, frame)
            if isinstance(inner, tuple) and not isinstance(inner[0], exp.Column):
                found.update(dict.fromkeys(reads(*inner)))
    return tuple(found)


def _own(node: exp.Expr) -> list[exp.Column]:
    return [one for one in node.walk(prune=lambda one: isinstance(one, exp.Query)) if isinstance(one, exp.Column)]


def projections(block: Block) -> list[tuple[exp.Expr, Frame]]:
    """The output columns of the leftmost SELECT, `*` left out."""
    frame = next(block.frames())
    return [(one, frame) for one in frame.select.expressions if not one.is_star]


def _inside(name: str, source: Atom | Block) -> Meaning:
    if isinstance(source, Atom):
        return Var(source, name) if name in source.table.fields else None
    frame = next(source.frames())
    for one in frame.select.expressions:
        if one.alias_or_name.lower() == name:
            return one.unalias(), frame
        if one.is_star:
            for inner in frame.sources.values():
                found = _inside(name, inner)
                if found is not None:
                    return found
    return None


def _alias(name: str, frame: Frame) -> Meaning:
    """HAVING and ORDER BY may name an output column."""
    for one in frame.select.expressions:
        if isinstance(one, exp.Alias) and one.alias.lower() == name and not isinstance(one.this, exp.Column):
            return one.this, frame
    return None


def _unwrapped(query: exp.Expr) -> exp.Expr:
    while isinstance(query, exp.Subquery | exp.Paren) and isinstance(query.this, exp.Query) and not query.args.get("joins"):
        query = query.this
    return query


def _named_queries(query: exp.Expr) -> dict[str, exp.Query]:
    clause = query.args.get("with_")
    return {one.alias.lower(): one.this for one in clause.expressions if isinstance(one.this, exp.Query)} if clause else {}
