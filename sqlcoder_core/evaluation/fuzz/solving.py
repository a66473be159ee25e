"""A wish in, cells that satisfy it out: candidates are tried against the conditions, nothing is calculated."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlcoder_core.evaluation.fuzz.frames import Atom, Var, reads
from sqlcoder_core.evaluation.fuzz.moments import Unknown
from sqlcoder_core.evaluation.fuzz.predicate import Evaluator
from sqlcoder_core.evaluation.fuzz.wishes import Condition, Wish

_ROUNDS = 60
Candidates = Callable[[Var], list[Any]]
Cells = dict[Var, Any]


class Solver:
    """Cells that must be equal are one unknown; `root` says which. `involved` are the unknowns that each condition reads."""

    def __init__(self, wish: Wish, now: datetime) -> None:
        self.wish = wish
        self._now = now
        self._roots: dict[Var, Var] = {}
        for left, right in wish.equal:
            self._join(left, right)
        self._merge_same_rows(wish)
        self.involved: list[tuple[Condition, tuple[Var, ...]]] = []
        for condition in wish.conditions:
            cells = tuple(dict.fromkeys(self.root(cell) for cell in reads(condition.node, condition.frame)))
            if cells:
                self.involved.append((condition, cells))
        mentioned = [cell for pair in wish.equal for cell in pair]
        self.grouped = tuple(dict.fromkeys(self.root(cell) for repeat in wish.repeats for cell in repeat.group))
        mentioned += [cell for repeat in wish.repeats for cell in repeat.group]
        mentioned += [cell for condition, _ in self.involved for cell in reads(condition.node, condition.frame)]
        self.cells = tuple(dict.fromkeys(mentioned))
        self.unknowns = tuple(dict.fromkeys(self.root(cell) for cell in self.cells))

    def root(self, cell: Var) -> Var:
        """The cell that stands for all that equal it."""
        while self._roots.get(cell, cell) != cell:
            cell = self._roots[cell]
        return cell

    def solve(
        self, candidates: Candidates, chance: random.Random, *, fixed: Mapping[Var, Any], broken: Condition | None = None
    ) -> Cells | None:
        """Values of the unknowns, those in `fixed` as they are. `broken` is the one condition that must not hold."""
        tried = {cell: [fixed[cell]] if cell in fixed else candidates(cell) for cell in self.unknowns}
        for condition, cells in self.involved:
            if len(cells) == 1:
                kept = [value for value in tried[cells[0]] if self._stands(condition, {cells[0]: value}, broken)]
                if not kept:
                    return None
                tried[cells[0]] = kept
        first = {cell: cell in self.grouped or chance.random() < 0.5 for cell in tried}
        found = {cell: values[0] if first[cell] else chance.choice(values) for cell, values in tried.items()}
        return found if self._settle(found, tried, chance, broken) else None

    def _settle(self, found: Cells, tried: Mapping[Var, list[Any]], chance: random.Random, broken: Condition | None) -> bool:
        """Draw anew what conditions on several unknowns do not like, for a while."""
        several = [(condition, cells) for condition, cells in self.involved if len(cells) > 1]
        for _ in range(_ROUNDS):
            wrong = next((cells for condition, cells in several if not self._stands(condition, found, broken)), None)
            if wrong is None:
                return True
            cell = chance.choice(wrong)
            found[cell] = chance.choice(tried[cell])
        return False

    def _stands(self, condition: Condition, found: Mapping[Var, Any], broken: Condition | None) -> bool:
        def cell(one: Var) -> Any:
            root = self.root(one)
            if root not in found:
                raise Unknown
            return found[root]

        try:
            value = Evaluator(cell, self._now).value(condition.node, condition.frame)
        except Unknown:
            return condition is not broken
        return (value is not True) if condition is broken else (value is True or value == 1)

    def _join(self, left: Var, right: Var) -> None:
        self._roots.setdefault(left, left)
        self._roots[self.root(right)] = self.root(left)

    def _merge_same_rows(self, wish: Wish) -> None:
        """Two occurrences of a table with equal keys are one row: what one is asked, the other is asked too."""
        for at, one in enumerate(wish.atoms):
            for other in wish.atoms[:at]:
                if other.table is one.table and self._same_key(one, other):
                    for name in one.table.fields:
                        self._join(Var(other, name), Var(one, name))

    def _same_key(self, one: Atom, other: Atom) -> bool:
        return any(all(self.root(Var(one, name)) == self.root(Var(other, name)) for name in key) for key in one.table.keys)
