"""A shape and columns that golds join in, the same shape with those joins as references out: few databases declare theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlcoder_core.evaluation.fuzz.golds import Facts, Place
from sqlcoder_core.evaluation.fuzz.shape import Reference, Shape, TableShape, in_order


class Groups:
    """Columns that share their values, found by union."""

    def __init__(self) -> None:
        self._root: dict[Place, Place] = {}

    def root(self, place: Place) -> Place:
        """The one that stands for all of its group."""
        while self._root.get(place, place) != place:
            place = self._root[place]
        return place

    def join(self, left: Place, right: Place) -> None:
        """Make them one group; the left one's root stands for it."""
        self._root.setdefault(left, left)
        self._root[self.root(right)] = self.root(left)


def with_links(shape: Shape, facts: Facts) -> Shape:
    """References for joins on a key, or on what looks like one, that nobody declared."""
    tables = dict(shape.tables)
    for left, right in facts.links:
        if left[0] == right[0] or _declared(tables, left, right) or _declared(tables, right, left):
            continue
        pair = next(((many, one) for many, one in ((left, right), (right, left)) if _one_side(tables[one[0]], one[1])), None)
        if pair is not None and not _circle(tables, *pair):
            (many, column), (one, to) = pair
            reference = Reference(columns=(column,), to=one, to_columns=(to,))
            tables[many] = replace(tables[many], references=(*tables[many].references, reference))
    return Shape(tables={key: tables[key] for key in in_order(tables)})


def groups_of(shape: Shape, facts: Facts) -> Groups:
    """Columns whose values are drawn from one domain: both ends of references, and columns that golds compare."""
    groups = Groups()
    for table in shape.tables.values():
        for reference in table.references:
            for mine, theirs in zip(reference.columns, reference.to_columns, strict=True):
                groups.join((reference.to, theirs), (table.key, mine))
    for left, right in facts.links:
        first, second = (right, left) if _one_side(shape.tables[right[0]], right[1]) else (left, right)
        groups.join(first, second)
    return groups


def looks_like_key(table: TableShape, column: str) -> bool:
    """A key; in a table without keys a column that is called like one: `id`, `order_id` of `orders`, a first column `..._id`."""
    if table.keys:
        return table.unique(column)
    name = table.name.name.lower()
    stem = column.removesuffix("id").removesuffix("_")
    if not column.endswith("id"):
        return False
    return not stem or stem in (name, name.removesuffix("s"), name.removesuffix("es")) or column == next(iter(table.fields))


def _one_side(table: TableShape, column: str) -> bool:
    return looks_like_key(table, column)


def _declared(tables: dict[str, TableShape], child: Place, parent: Place) -> bool:
    return any(
        one.to == parent[0] and (child[1], parent[1]) in zip(one.columns, one.to_columns, strict=True)
        for one in tables[child[0]].references
    )


def _circle(tables: dict[str, TableShape], many: Place, one: Place) -> bool:
    """True when the parent depends on the child already, or the child's column refers elsewhere."""
    if any(many[1] in reference.columns for reference in tables[many[0]].references):
        return True
    return many[0] in _ancestors(tables, [one[0]])


def _ancestors(tables: dict[str, TableShape], start: Iterable[str]) -> set[str]:
    found, waiting = set[str](), list(start)
    while waiting:
        table = waiting.pop()
        if table not in found:
            found.add(table)
            waiting += [reference.to for reference in tables[table].references]
    return found
