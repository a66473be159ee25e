"""Pointers between relations in (constraints, tests, entities), relationships between tables out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlcoder_core.api import Relationship, Table, TableName
from sqlcoder_dbt.artifacts import Node
from sqlcoder_dbt.declared import Pointer, plain_columns
from sqlcoder_dbt.keys import Constraints
from sqlcoder_dbt.references import References
from sqlcoder_dbt.relations import parsed_name


@dataclass(slots=True, kw_only=True)
class End:
    """What joins need of a table: its name, its columns as they are spelled, its unique sets of columns in lower case."""

    name: TableName
    spelled: dict[str, str]
    unique: set[frozenset[str]]


@dataclass(slots=True, kw_only=True)
class Ends:
    """All tables that were yielded, by identifier; `same` maps a relation's second identifier to its first."""

    tables: dict[str, End] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)

    def add(self, table: Table) -> None:
        """Note a table that is offered."""
        uid = table.uid or ""
        unique = {frozenset(name.lower() for name in key) for key in (table.primary_key, *table.unique_keys) if key}
        self.tables[uid] = End(name=table.name, spelled={column.name.lower(): column.name for column in table.columns}, unique=unique)
        self.by_key.setdefault(table.name.key, uid)

    def end(self, uid: str) -> End | None:
        """The table of that identifier; None when it is not offered."""
        return self.tables.get(self.same.get(uid, uid))

    def names(self) -> Mapping[str, TableName]:
        """Names by every identifier."""
        named = {uid: end.name for uid, end in self.tables.items()}
        return {**named, **{uid: named[first] for uid, first in self.same.items() if first in named}}


def constraint_pointers(uid: str, node: Node, constraints: Constraints, references: References) -> Iterator[Pointer]:
    """Foreign key constraints: `to: ref('x')` with `to_columns`, or the older `expression: other_table (id)`."""
    near = [each for each in (node.depends_on.nodes if node.depends_on is not None else None) or () if each != uid]
    for columns, constraint in constraints.get("foreign_key", ()):
        text, _, inside = (constraint.to or constraint.expression or "").partition("(" if not constraint.to else "\0")
        target_columns = plain_columns(constraint.to_columns) or plain_columns(inside.rstrip(" )")) or ()
        if text and len(target_columns) == len(columns):
            targets = references.find(text, near)
            yield Pointer(uid=uid, columns=columns, targets=targets, target_columns=target_columns, origin="dbt constraint", text=text)


def relationships(pointers: Iterable[Pointer], ends: Ends) -> Iterator[Relationship]:
    """One relationship for each pair of columns, by the first that says so; what points at something not offered is left out."""
    seen: set[tuple[str, tuple[str, ...], str, tuple[str, ...]]] = set()
    for pointer in pointers:
        left, right = ends.end(pointer.uid), _target(pointer, ends)
        if left is None or right is None or left is right:
            continue
        made = _relationship(pointer, left, right)
        sides = sorted(((made.left.key, made.left_columns), (made.right.key, made.right_columns)))
        key = (*sides[0], *sides[1])
        if key not in seen:
            seen.add(key)
            yield made


def _target(pointer: Pointer, ends: Ends) -> End | None:
    found = next((end for end in map(ends.end, pointer.targets) if end is not None), None)
    if found is not None or pointer.targets:
        return found
    name = parsed_name(pointer.text)
    return ends.end(ends.by_key.get(name.key, "")) if name is not None else None


def _relationship(pointer: Pointer, left: End, right: End) -> Relationship:
    """Many to one, as written; the other way round where only the left side is a key ("every customer has an order")."""
    columns = tuple(left.spelled.get(name.lower(), name) for name in pointer.columns)
    target_columns = tuple(right.spelled.get(name.lower(), name) for name in pointer.target_columns)
    left_unique = frozenset(name.lower() for name in columns) in left.unique
    right_unique = frozenset(name.lower() for name in target_columns) in right.unique
    if left_unique and not right_unique and right.unique:
        left, columns, right, target_columns, left_unique = right, target_columns, left, columns, False
    return Relationship(
        left=left.name,
        left_columns=columns,
        right=right.name,
        right_columns=target_columns,
        cardinality="one_to_one" if left_unique and right_unique else "many_to_one",
        certainty=pointer.certainty,
        origin=pointer.origin,
    )
