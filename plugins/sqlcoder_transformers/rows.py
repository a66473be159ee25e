"""Which rows of the key-value store belong to which branch; free rows are the lowest ones again."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


class RowBook:
    """Branches as lists of rows. A row is given back when no branch holds it any more.

    `bias[slot, row]` is 0 where the branch in that slot sees the row and minus infinity elsewhere: a line of the attention mask.
    `high` is one more than the highest row in use. Nothing here looks at rows one by one in Python but for those that come and go.
    """

    def __init__(self) -> None:
        self.bias: NDArray[np.float32] = np.full((0, 0), -np.inf, np.float32)
        self.high = 0
        self._lines: Rows = np.zeros((0, 0), np.int64)
        self._lengths: list[int] = []
        self._held: NDArray[np.int32] = np.zeros(0, np.int32)
        self._free_rows: list[int] = []
        self._free_slots: list[int] = []

    @property
    def capacity(self) -> int:
        """Rows there are."""
        return int(self.bias.shape[1])

    @property
    def free(self) -> int:
        """Rows that nobody holds."""
        return len(self._free_rows)

    def grow(self, rows: int, slots: int) -> None:
        """Make it at least so large; what is there stays."""
        old_slots, old_rows = self.bias.shape
        rows, slots = max(rows, old_rows), max(slots, old_slots)
        if (slots, rows) == (old_slots, old_rows):
            return
        more = ((0, slots - old_slots), (0, rows - old_rows))
        self.bias = np.pad(self.bias, more, constant_values=-np.inf)
        self._lines = np.pad(self._lines, more)
        self._held = np.pad(self._held, more[1])
        self._lengths += [0] * (slots - old_slots)
        self._free_rows += range(old_rows, rows)  # the highest so far, at the end of a heap: it stays one
        self._free_slots += range(old_slots, slots)

    def branch(self, parent: int | None) -> int:
        """A new branch with the parent's rows; returns its slot."""
        if not self._free_slots:
            self.grow(self.capacity, max(8, 2 * len(self._lengths)))
        slot = heapq.heappop(self._free_slots)
        if parent is None:
            self._lengths[slot] = 0
            self.bias[slot] = -np.inf
            return slot
        rows = self.rows(parent)
        self._lines[slot, : len(rows)] = rows
        self._lengths[slot] = len(rows)
        self._held[rows] += 1
        self.bias[slot] = self.bias[parent]
        return slot

    def take(self, slots: Sequence[int]) -> Rows:
        """One new row for each slot (a slot may come several times), lowest first; they are the branches' own at once."""
        taken = np.asarray([heapq.heappop(self._free_rows) for _ in slots], np.int64)
        for slot, row in zip(slots, taken, strict=True):
            self._lines[slot, self._lengths[slot]] = row
            self._lengths[slot] += 1
        self._held[taken] += 1
        self.bias[list(slots), taken] = 0.0
        self.high = max(self.high, int(taken[-1]) + 1)
        return taken

    def rows(self, slot: int) -> Rows:
        """A branch's rows from the root on."""
        return self._lines[slot, : self._lengths[slot]]

    def length(self, slot: int) -> int:
        """How many rows a branch has."""
        return self._lengths[slot]

    def drop(self, slot: int) -> None:
        """Forget a branch."""
        rows = self.rows(slot)
        self._held[rows] -= 1
        for row in rows[self._held[rows] == 0]:
            heapq.heappush(self._free_rows, int(row))
        heapq.heappush(self._free_slots, slot)
        self._lengths[slot] = 0
        while self.high and not self._held[self.high - 1]:
            self.high -= 1
