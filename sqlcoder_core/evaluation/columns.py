"""Two tables of one shape in, whether they are the same but for the order of their columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.cells import Line, is_inexact, is_same
from sqlcoder_core.evaluation.paired_rows import paired

_MOST = 2_000
"""Columns tried in all; tables that take more than this are the same by chance, if at all."""


def same_columns(gold: Sequence[Line], ours: Sequence[Line], ordered: bool) -> bool:
    """Some order of the columns of `ours` makes its rows those of `gold`: each as often, in the same order where `ordered`.

    Numbers need only be close where one of them is inexact (see `is_same`).
    """
    if len(gold) != len(ours):
        return False
    return not gold or _Search(gold, ours, ordered).found()


class _Search:
    """Columns are placed one after the other; what has been placed so far must already be the same table."""

    def __init__(self, gold: Sequence[Line], ours: Sequence[Line], ordered: bool) -> None:
        self._gold, self._ours = gold, ours
        self._ordered = ordered
        self._width = len(gold[0])
        self._twins = _twins(ours, self._width)
        self._left = _MOST
        self._inexact_gold, self._inexact_ours = _inexact(gold, self._width), _inexact(ours, self._width)

    def found(self) -> bool:
        return self._placed(())

    def _placed(self, taken: tuple[int, ...]) -> bool:
        if len(taken) == self._width:
            return True
        return any(self._fits((*taken, place)) and self._placed((*taken, place)) for place in self._choices(taken))

    def _choices(self, taken: tuple[int, ...]) -> Iterator[int]:
        """Places not taken, the gold's own first; of columns that are equal in every row only one."""
        tried = set()
        for place in sorted(set(range(self._width)) - set(taken), key=lambda place: (place != len(taken), place)):
            if self._twins[place] not in tried and self._left > 0:
                tried.add(self._twins[place])
                self._left -= 1
                yield place

    def _fits(self, taken: tuple[int, ...]) -> bool:
        wanted = [line[: len(taken)] for line in self._gold]
        found = [tuple(line[place] for place in taken) for line in self._ours]
        if wanted == found or (not self._ordered and Counter(wanted) == Counter(found)):
            return True
        close = [column for column, place in enumerate(taken) if self._inexact_gold[column] or self._inexact_ours[place]]
        if not close:
            return False
        if self._ordered:
            return all(is_same(*cells) for lines in zip(wanted, found, strict=True) for cells in zip(*lines, strict=True))
        return paired(wanted, found, close, is_same)


def _inexact(lines: Sequence[Line], width: int) -> list[bool]:
    """For each column whether it has a number that need only be close."""
    return [any(is_inexact(line[place]) for line in lines) for place in range(width)]


def _twins(lines: Sequence[Line], width: int) -> list[int]:
    """For each column the first one that is equal to it in every row."""
    columns = [tuple(line[place] for line in lines) for place in range(width)]
    return [columns.index(column) for column in columns]
