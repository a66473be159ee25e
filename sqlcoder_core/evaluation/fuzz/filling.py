"""Facts of the golds and a profile in, one instance's contents out: random rows, then rows that the golds' conditions ask for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from sqlcoder_core.evaluation.fuzz.contents import Contents
from sqlcoder_core.evaluation.fuzz.domains import Domain, domain_of
from sqlcoder_core.evaluation.fuzz.frames import Var
from sqlcoder_core.evaluation.fuzz.golds import Facts, Place, facts_of
from sqlcoder_core.evaluation.fuzz.linked import Groups, groups_of, looks_like_key, with_links
from sqlcoder_core.evaluation.fuzz.neighbours import Constant
from sqlcoder_core.evaluation.fuzz.profiles import Profile
from sqlcoder_core.evaluation.fuzz.shape import Shape
from sqlcoder_core.evaluation.fuzz.solving import Solver
from sqlcoder_core.evaluation.fuzz.wishes import wishes_of
from sqlcoder_core.evaluation.fuzz.witness import Scene, add_witnesses

_ROWS_ASIDE = 6
"""Rows of tables that no gold reads: enough for a wrong query to find something."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What all instances for some golds have in common."""

    shape: Shape
    facts: Facts
    groups: Groups
    constants: dict[Place, list[Constant]]
    nulls: frozenset[Place]
    wishes: Sequence[Sequence[Solver]]
    now: datetime


def plan_for(shape: Shape, trees: Sequence[exp.Expr], now: datetime) -> Plan:
    """Read the golds once."""
    facts = facts_of(trees, shape, now)
    linked = with_links(shape, facts)
    groups = groups_of(linked, facts)
    constants: dict[Place, list[Constant]] = {}
    for place, found in facts.constants.items():
        constants.setdefault(groups.root(place), []).extend(found)
    wishes = [[Solver(wish, now) for wish in wishes_of(tree, linked)] for tree in trees]
    return Plan(linked, facts, groups, constants, frozenset(map(groups.root, facts.nulls)), list(filter(None, wishes)), now)


def fill(plan: Plan, profile: Profile, chance: random.Random) -> Contents:
    """One instance."""
    domains = Domains(plan, profile, chance)
    contents = Contents(plan.shape, domains.draw, chance, skew=profile.skew, idle=profile.idle)
    for key in plan.shape.tables:
        for _ in range(_room(plan, contents, key, _rows(plan, profile, key) + chance.randint(-2, 2))):
            contents.add(key, {})
    scene = Scene(plan.shape, contents, domains.candidates, domains.fresh, chance, plan.now)
    for wishes in plan.wishes:
        add_witnesses(wishes, scene, profile)
    for rows_of_table in contents.rows.values():
        chance.shuffle(rows_of_table)
    return contents


def _rows(plan: Plan, profile: Profile, key: str) -> int:
    """Children outnumber their parents, so that groups differ in size."""
    read = plan.facts.tables
    if key in read:
        references = plan.shape.tables[key].references
        return profile.rows * 3 // 2 if any(one.to in read and one.to != key for one in references) else profile.rows
    needed = any(one.to == key for child in read for one in plan.shape.tables[child].references)
    return profile.rows // 2 if needed else _ROWS_ASIDE


def _room(plan: Plan, contents: Contents, key: str, rows: int) -> int:
    """Where a parent has one child at most, some have none."""
    table = plan.shape.tables[key]
    single = [one.to for one in table.references if one.columns in table.keys and one.to != key]
    return min([rows, *(len(contents.rows[parent]) * 3 // 4 for parent in single if contents.rows[parent])])


class Domains:
    """The domain of each column, made when it is first asked for; joined columns share one."""

    def __init__(self, plan: Plan, profile: Profile, chance: random.Random) -> None:
        self.profile = profile
        self.chance = chance
        self._plan = plan
        self._made: dict[Place, Domain] = {}

    def of(self, table: str, column: str) -> Domain:
        """The domain of a column."""
        place = (table, column)
        found = self._made.get(place)
        if found is None:
            root = self._plan.groups.root(place)
            found = self._made[place] = self._made[root] if root in self._made else self._make(root)
            self._made[root] = found
        return found

    def draw(self, table: str, column: str) -> object:
        """A cell that nobody asked anything of."""
        return self.of(table, column).draw(self.chance, self.profile)

    def candidates(self, cell: Var) -> list[Any]:
        """Values to try where conditions must hold."""
        return self.of(cell.atom.table.key, cell.column).candidates(self.chance, self.profile)

    def fresh(self, cell: Var) -> Any:
        """A value that no other row has, where the column's kind allows one."""
        return self.of(cell.atom.table.key, cell.column).fresh(self.chance, self.profile)

    def _make(self, place: Place) -> Domain:
        table = self._plan.shape.tables[place[0]]
        domain = domain_of(table.fields[place[1]], self._plan.constants.get(place, ()), self._plan.now, self.profile, self.chance)
        domain.unique = looks_like_key(table, place[1])
        domain.blank = place in self._plan.nulls and not table.fields[place[1]].required
        return domain
