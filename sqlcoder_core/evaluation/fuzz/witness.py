"""Wishes in, rows into the contents: witnesses that satisfy a gold, repeats and duplicates of them, and rows that miss one condition."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from sqlcoder_core.evaluation.fuzz.contents import Contents
from sqlcoder_core.evaluation.fuzz.frames import Atom, Frame, Var
from sqlcoder_core.evaluation.fuzz.moments import Unknown
from sqlcoder_core.evaluation.fuzz.predicate import constant
from sqlcoder_core.evaluation.fuzz.profiles import Profile
from sqlcoder_core.evaluation.fuzz.shape import Shape
from sqlcoder_core.evaluation.fuzz.solving import Candidates, Solver
from sqlcoder_core.evaluation.fuzz.wishes import Condition, Repeat, Side

_ATTEMPTS = 5
_MOST_ROUNDS = 14
"""More rows than a LIMIT lets through are made up to here."""
_MOST_REPEATS = 120
_FEW_REPEATS = 12
"""Larger groups are made once, not in every round."""
Placed = dict[Atom, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Where witnesses go: the contents of one instance, and the values that its columns may take."""

    shape: Shape
    contents: Contents
    candidates: Candidates
    fresh: Callable[[Var], Any]
    chance: random.Random
    now: datetime


class Witnesses:
    """Adds the rows of one wish to the contents of one instance."""

    def __init__(self, solver: Solver, scene: Scene) -> None:
        self._wish = wish = solver.wish
        self._scene = scene
        self._solver = solver
        order = {key: place for place, key in enumerate(scene.shape.tables)}
        self._atoms = sorted(wish.atoms, key=lambda atom: order[atom.table.key])

    @property
    def limit(self) -> int:
        """How many rows the query returns at most."""
        return self._wish.limit

    def meant(self, round_number: int) -> None:
        """Rows that satisfy the wish, as many as its groups need, and a second set with the same output."""
        first = self._placed({}) if self._wish.repeats else self._placed_apart()
        if first is None:
            return
        for repeat in self._wish.repeats:
            times = _times(repeat, self._scene.now, holds=True)
            if times <= _FEW_REPEATS or not round_number:
                self._repeated(first, repeat, times)
        if not self._wish.repeats:
            self._again(first, self._wish.shown if round_number % 2 == 0 else self._one_side(self._wish.shown, self._atoms))

    def missed(self) -> None:
        """For each condition rows that satisfy all others, for each child its parents without it, and groups one row short."""
        for condition, _ in self._solver.involved * 2:
            self._placed_apart(condition)
        for child in self._atoms:
            if any(self._has_children(parent, [child]) for parent in self._atoms if parent != child):
                self._placed_apart(without=child)
        for repeat in self._wish.repeats[:1]:
            times = _times(repeat, self._scene.now, holds=False)
            first = self._placed({}) if times else None
            if first is not None:
                self._repeated(first, repeat, times)

    def _repeated(self, first: Placed, repeat: Repeat, times: int) -> None:
        """More rows of the group: rows that are not the group's stay, and so do those that the group hangs on."""
        outside = [cell for atom in self._atoms if atom not in repeat.atoms for cell in _cells(atom)]
        kept = [*outside, *repeat.group, *self._one_side(repeat.group, [atom for atom in self._atoms if atom in repeat.atoms])]
        for _ in range(times - 1):
            self._again(first, kept)

    def _one_side(self, cells: Sequence[Var], atoms: Sequence[Atom]) -> list[Var]:
        """All cells of the rows with these cells, where other rows refer to them: their children are what is repeated."""
        held = [atom for atom in atoms if any(cell.atom == atom for cell in cells) and self._has_children(atom, atoms)]
        return [cell for atom in held for cell in _cells(atom)]

    def _has_children(self, atom: Atom, atoms: Sequence[Atom]) -> bool:
        keys = {self._solver.root(Var(atom, name)) for key in atom.table.keys for name in key}
        others = [cell for cell in self._solver.cells if cell.atom != atom and cell.atom in atoms]
        return any(self._solver.root(cell) in keys and (cell.column,) not in cell.atom.table.keys for cell in others)

    def _again(self, first: Placed, kept: Sequence[Var]) -> None:
        self._placed({self._solver.root(cell): first[cell.atom][cell.column] for cell in kept if cell.atom in first}, kept=kept)

    def _placed_apart(self, broken: Condition | None = None, *, without: Atom | None = None) -> Placed | None:
        """Rows whose output is a value of their own: a measure that drops duplicates must see them too."""
        asked = {cell for _, cells in self._solver.involved for cell in cells}
        free = [cell for cell in self._wish.shown if self._solver.root(cell) not in asked]
        return self._placed({self._solver.root(cell): self._scene.fresh(cell) for cell in free}, broken, kept=free, without=without)

    def _candidates(self, cell: Var) -> list[Any]:
        """A group begins with a value of its own, so that its rows can be counted."""
        known = self._scene.candidates(cell)
        return [self._scene.fresh(cell), *known] if cell in self._solver.grouped else known

    def _placed(
        self, fixed: dict[Var, Any], broken: Condition | None = None, *, kept: Sequence[Var] = (), without: Atom | None = None
    ) -> Placed | None:
        """One set of rows; None where the conditions or the keys leave no room for it."""
        for _ in range(_ATTEMPTS):
            found = self._solver.solve(self._candidates, self._scene.chance, fixed=fixed, broken=broken)
            if found is None:
                continue
            placed: Placed = {}
            for atom in self._atoms:
                if atom == without:
                    continue
                given = {
                    cell.column: found[root]
                    for cell in self._solver.cells
                    if cell.atom == atom and (root := self._solver.root(cell)) in found
                }
                given.update({cell.column: fixed[self._solver.root(cell)] for cell in kept if cell.atom == atom})
                row = self._scene.contents.add(atom.table.key, given)
                if row is None:
                    break
                placed[atom] = row
            else:
                return placed
        return None


def add_witnesses(wishes: Sequence[Solver], scene: Scene, profile: Profile) -> None:
    """Rows for all wishes of a gold, the first of which is what it returns.

    Near misses that come first take the keys that conditions name, and leave witnesses without them.
    """
    makers = [Witnesses(one, scene) for one in wishes if one.wish.side is Side.MEANT or profile.near_misses]
    if profile.near_misses and profile.misses_first:
        makers[0].missed()
    beyond = min(makers[0].limit + 2, _MOST_ROUNDS) if makers[0].limit > 1 else 1
    for number in range(max(profile.witnesses, beyond)):
        for maker in makers:
            maker.meant(number)
    if profile.near_misses and not profile.misses_first:
        makers[0].missed()


def _cells(atom: Atom) -> list[Var]:
    return [Var(atom, name) for name in atom.table.fields]


def _times(repeat: Repeat, now: datetime, *, holds: bool) -> int:
    """The smallest number of rows for which the condition holds, or one next to it for which it does not; 0 for none."""
    numbers = range(1, _MOST_REPEATS + 1)
    least = next((number for number in numbers if _holds(repeat.node, number, now)), 0)
    if holds:
        return least or 2
    return least - 1 if least != 1 else next((number for number in numbers if not _holds(repeat.node, number, now)), 0)


def _holds(node: exp.Expr, number: int, now: datetime) -> bool:
    counted = node.transform(lambda one: exp.Literal.number(number) if isinstance(one, exp.Count) else one)
    try:
        return constant(counted, Frame(exp.Select(), None, {}), now) is True
    except Unknown:
        return number == 2
