"""Ways to join several tables: shortest trees over declared and inferred relationships, through bridge tables where needed."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlcoder_core.values.catalog import Relationship, TableName

_UNSURE = 2.0
"""A join of certainty 0.5 costs as much as one more table."""
_SHARED_PARENT = 1.5
"""Going up to a shared table and down again (orders - customers - tickets) pairs rows that have nothing to do with each other."""
_NONE, _UP, _DOWN = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinStep:
    """`left`, which is already there, is joined with `right` on the columns pairwise.

    `fans_out`: a row of the left side may find several rows on the right, so an aggregate over what was there before
    would count rows more than once. `relationship` is the fact it rests on.
    """

    left: TableName
    left_columns: tuple[str, ...]
    right: TableName
    right_columns: tuple[str, ...]
    fans_out: bool
    relationship: Relationship


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTree:
    """One way to join all wanted tables. `tables` in join order, the first is FROM; `bridges` are those nobody asked for.

    `certainty` is the product over the steps; `cost` orders trees, lower is better.
    """

    tables: tuple[TableName, ...]
    steps: tuple[JoinStep, ...] = ()
    bridges: tuple[TableName, ...] = ()
    cost: float = 0.0
    certainty: float = 1.0


@dataclass(frozen=True, slots=True)
class _Edge:
    left: str
    right: str
    step: JoinStep
    cost: float
    direction: int


_Edges: TypeAlias = Mapping[str, Sequence[_Edge]]


def join_paths(wanted: Sequence[TableName], relationships: Sequence[Relationship], limit: int = 3) -> tuple[JoinTree, ...]:
    """Up to `limit` different ways to join the wanted tables, best first; none when they cannot be joined.

    `relationships` may be more than those among the wanted tables: others serve as bridges. The first wanted table is FROM.
    The same input gives the same output: ties are broken by names.
    """
    wanted = tuple({name.key: name for name in wanted}.values())
    if len(wanted) < 2:
        return (JoinTree(tables=wanted),) if wanted else ()
    best = _grow(wanted, _edges(relationships, frozenset()))
    if best is None:
        return ()
    trees = {_identity(best): best}
    # Another way must do without one of the joins of a way already found.
    for tree in _without_each(best, wanted, relationships):
        trees.setdefault(_identity(tree), tree)
    return tuple(sorted(trees.values(), key=lambda tree: (tree.cost, _identity(tree)))[:limit])


def bridges_between(names: Sequence[TableName], relationships: Sequence[Relationship], limit: int) -> list[TableName]:
    """Up to `limit` tables that nobody named and that join two of these which are not joined themselves, those that join most first."""
    inside = {name.key for name in names}
    joined: dict[str, set[str]] = defaultdict(set)
    outside: dict[str, TableName] = {}
    for join in relationships:
        for here, there in ((join.left, join.right), (join.right, join.left)):
            joined[here.key].add(there.key)
            if here.key not in inside:
                outside[here.key] = here
    found = []
    for key, name in outside.items():
        beside = joined[key] & inside
        apart = sum(1 for one in beside if beside - joined[one] - {one})
        if apart:
            found.append((-apart, key, name))
    return [name for _, _, name in sorted(found)[:limit]]


def _without_each(tree: JoinTree, wanted: tuple[TableName, ...], relationships: Sequence[Relationship]) -> Iterator[JoinTree]:
    for step in tree.steps:
        other = _grow(wanted, _edges(relationships, frozenset({step.relationship})))
        if other is not None:
            yield other


def _edges(relationships: Sequence[Relationship], without: frozenset[Relationship]) -> _Edges:
    edges: dict[str, list[_Edge]] = defaultdict(list)
    for join in relationships:
        if join in without or join.left.key == join.right.key:
            continue
        cost = 1.0 + _UNSURE * (1.0 - join.certainty)
        up = JoinStep(
            left=join.left,
            left_columns=join.left_columns,
            right=join.right,
            right_columns=join.right_columns,
            fans_out=join.cardinality == "many_to_many",
            relationship=join,
        )
        down = JoinStep(
            left=join.right,
            left_columns=join.right_columns,
            right=join.left,
            right_columns=join.left_columns,
            fans_out=join.cardinality != "one_to_one",
            relationship=join,
        )
        one_to_one = join.cardinality == "one_to_one"
        edges[join.left.key].append(_Edge(join.left.key, join.right.key, up, cost, _NONE if one_to_one else _UP))
        edges[join.right.key].append(_Edge(join.right.key, join.left.key, down, cost, _NONE if one_to_one else _DOWN))
    return edges


def _grow(wanted: tuple[TableName, ...], edges: _Edges) -> JoinTree | None:
    """A tree from the first wanted table, each time extended by the shortest path to a table that is still missing."""
    inside: dict[str, TableName] = {wanted[0].key: wanted[0]}
    missing = {name.key for name in wanted[1:]}
    steps: list[JoinStep] = []
    cost = 0.0
    while missing:
        path = _shortest(inside, missing, edges)
        if path is None:
            return None
        for edge in path:
            inside[edge.right] = edge.step.right
            steps.append(edge.step)
            missing.discard(edge.right)
        cost += _cost(path)
    asked = {name.key for name in wanted}
    certainty = 1.0
    for step in steps:
        certainty *= step.relationship.certainty
    return JoinTree(
        tables=tuple(inside.values()),
        steps=tuple(steps),
        bridges=tuple(name for key, name in inside.items() if key not in asked),
        cost=round(cost, 6),
        certainty=round(certainty, 6),
    )


def _shortest(inside: Mapping[str, TableName], missing: set[str], edges: _Edges) -> list[_Edge] | None:
    """Dijkstra over (table, direction it was reached in), since going up and then down costs more than two joins."""
    queue: list[tuple[float, tuple[str, ...], int, list[_Edge]]] = [(0.0, (key,), _NONE, []) for key in inside]
    heapq.heapify(queue)
    done: set[tuple[str, int]] = set()
    ticket = 0
    while queue:
        cost, names, direction, path = heapq.heappop(queue)
        here = names[-1] if not path else path[-1].right
        if here in missing:
            return path
        if (here, direction) in done:
            continue
        done.add((here, direction))
        for edge in edges.get(here, ()):
            if edge.right in inside:
                continue
            ticket += 1
            turned = _SHARED_PARENT if direction == _UP and edge.direction == _DOWN else 0.0
            further = edge.direction or direction
            mark = (*names, edge.right, *edge.step.left_columns, f"{ticket:09}")
            heapq.heappush(queue, (cost + edge.cost + turned, mark, further, [*path, edge]))
    return None


def _cost(path: Sequence[_Edge]) -> float:
    cost, direction = 0.0, _NONE
    for edge in path:
        cost += edge.cost + (_SHARED_PARENT if direction == _UP and edge.direction == _DOWN else 0.0)
        direction = edge.direction or direction
    return cost


def _identity(tree: JoinTree) -> tuple[str, ...]:
    return tuple(sorted(f"{step.left}.{step.left_columns} {step.right}.{step.right_columns}".lower() for step in tree.steps))
