"""Two lists of rows in, whether each row of one has a partner of its own among the other's, numbers being close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import starmap

from sqlcoder_core.evaluation.cells import Cell, Line, by_rank

Same = Callable[[Cell, Cell], bool]
"""Whether two cells are taken for one another; what is equal always is."""

_MOST_SEARCHED = 200
"""Rows alike in all but close numbers for which partners are searched; of more, each is held against its fellow in sorted order."""


def paired(gold: Sequence[Line], ours: Sequence[Line], close: Sequence[int], same: Same) -> bool:
    """A one-to-one pairing of the rows exists in which every cell is the `same`; only columns in `close` may differ by bits at all."""
    if len(gold) != len(ours):
        return False
    one, other = _grouped(gold, close), _grouped(ours, close)
    if {key: len(lines) for key, lines in one.items()} != {key: len(lines) for key, lines in other.items()}:
        return False
    return all(_group_paired(lines, other[key], same) for key, lines in one.items())


def _grouped(lines: Sequence[Line], close: Sequence[int]) -> dict[Line, list[Line]]:
    """The cells of the `close` columns by those of the others, sorted."""
    groups: dict[Line, list[Line]] = {}
    loose = set(close)
    for line in lines:
        key = tuple(cell for place, cell in enumerate(line) if place not in loose)
        groups.setdefault(key, []).append(tuple(line[place] for place in close))
    for members in groups.values():
        members.sort(key=lambda line: tuple(map(by_rank, line)))
    return groups


def _group_paired(gold: Sequence[Line], ours: Sequence[Line], same: Same) -> bool:
    if all(_same_line(one, other, same) for one, other in zip(gold, ours, strict=True)):
        return True
    return len(gold) <= _MOST_SEARCHED and _Partners(gold, ours, same).found()


def _same_line(one: Line, other: Line, same: Same) -> bool:
    return all(starmap(same, zip(one, other, strict=True)))


class _Partners:
    """Kuhn's algorithm: a row takes a partner, and whoever had that one looks for another."""

    def __init__(self, gold: Sequence[Line], ours: Sequence[Line], same: Same) -> None:
        self._fitting = [[place for place, other in enumerate(ours) if _same_line(one, other, same)] for one in gold]
        self._taken: dict[int, int] = {}

    def found(self) -> bool:
        return all(self._fitting) and all(self._placed(number, set()) for number in range(len(self._fitting)))

    def _placed(self, number: int, tried: set[int]) -> bool:
        for place in self._fitting[number]:
            if place not in tried:
                tried.add(place)
                if place not in self._taken or self._placed(self._taken[place], tried):
                    self._taken[place] = number
                    return True
        return False
