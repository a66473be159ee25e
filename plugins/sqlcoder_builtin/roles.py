"""Roles of tables: references that lead to one table by several ways, or back to the table itself, told apart by their columns' names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlcoder_builtin.schema import Schema, Step
from sqlcoder_core.api import Table, TableName, name_words, stem, table_words

_ABOVE = frozenset(
    "manager mgr supervisor boss parent reports lead leader head superior mentor referred referrer predecessor successor prerequisite"
    " spouse original replaced sponsor".split()
)
"""What rows of a table are to others of it."""
_KEYS = frozenset({"id", "key", "code", "no", "number", "fk", "ref", "cd"})


@dataclass(frozen=True, slots=True)
class Role:
    """A way by which rows point to a table, and the stems of the words that its column has besides the table's own: origin, manager."""

    step: Step
    words: frozenset[str]

    @property
    def back(self) -> bool:
        """True for rows that point to rows of their own table."""
        return self.step.source.key == self.step.target.key

    @property
    def name(self) -> str:
        """What the table goes by in this role: called by the way where rows point back to their own table, else beside its own name."""
        words = [word for word in name_words(self.step.pairs[0][0]) if word not in _KEYS]
        own = table_words(self.step.target.name)
        return "_".join(words) if self.back else "_".join((self.step.target.name, *(word for word in words if word not in own)))


_KEPT: WeakKeyDictionary[Schema, tuple[Role, ...]] = WeakKeyDictionary()
"""Roles of the schemas in use: a question is read several times over one."""


def roles_of(schema: Schema) -> tuple[Role, ...]:
    """All roles of the linked tables: ways over columns that are not called by their table alone."""
    if schema not in _KEPT:
        _KEPT[schema] = _found(schema)
    return _KEPT[schema]


def _found(schema: Schema) -> tuple[Role, ...]:
    found: list[Role] = []
    for table in schema.tables.values():
        steps = [step for step in schema.ways_out(table.name) if len(step.pairs) == 1]
        found += [Role(step, _words(step)) for step in (*steps, *_back(schema, table, steps))]
    return tuple(role for role in found if role.words and (role.back or not _short_form(role) or _rival(found, role)))


def _rival(found: list[Role], role: Role) -> bool:
    """Another way between the same two tables."""
    ends = role.step.source.key, role.step.target.key
    return any(other is not role and (other.step.source.key, other.step.target.key) == ends for other in found)


def _short_form(role: Role) -> bool:
    """`wo_id` of work orders, `holder_key` of policyholders: the table's own name, shortened."""
    own = table_words(role.step.target.name)
    initials = "".join(word[0] for word in own)
    return all(word == initials or any(word in whole or whole in word for whole in own) for word in role.words)


def _words(step: Step) -> frozenset[str]:
    own = {stem(word) for word in (*table_words(step.target.name), *name_words(step.pairs[0][1]))}
    return frozenset(stem(word) for word in name_words(step.pairs[0][0]) if word not in _KEYS and stem(word) not in own)


def _back(schema: Schema, table: Table, known: list[Step]) -> Iterator[Step]:
    """References to the table's own key that nobody declared: manager_id of employees, parent_id of categories."""
    key = schema.key(table.name)
    taken = {step.pairs[0][0] for step in known}
    if len(key) != 1:
        return
    kind = schema.column(table.name, key[0]).kind
    for column in table.columns:
        words = set(name_words(column.name))
        own = bool(words & _KEYS) or column.name.lower().endswith(("_to", "_by"))
        if column.name not in taken and column.name != key[0] and column.kind == kind and own and words & _ABOVE:
            yield Step(table.name, table.name, ((column.name, key[0]),), False, 1.3)


def role_table(role: Role, schema: Schema) -> TableName:
    """A name for the table in this role that no table has."""
    name = role.name if role.name.lower() not in {table.name.name.lower() for table in schema.tables.values()} else f"{role.name}_role"
    return TableName(name=name, schema=role.step.target.schema, database=role.step.target.database)
