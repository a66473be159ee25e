"""A tree session on one of our graphs: every branch is a set of rows of one sequence, told apart by positions and a mask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sqlcoder_core.api import Handle, ModelError, TreeSession
from sqlcoder_onnx.state_file import read_state, write_state
from sqlcoder_onnx.tree_graph import TreeGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sqlcoder_core.contracts.model_engine import Logits

_HIDDEN = np.float32(-1e9)
"""What is added to the score of a row that must not be seen: far below any score, and finite, since two infinities make a NaN."""
_WORK = 1e11
"""Operations of a chunk of prefill, about: the time between two questions whether to go on."""
_TIDY = 64
"""Rows after which it is looked whether too many belong to nobody any more."""


class OnnxSession(TreeSession):
    """New rows always come behind all others, a child's behind its parent's. A branch is a line of `_masks`: 0 where it sees a row.

    So a fork copies a line, and reordering beams never touches keys and values. Rows that no line sees are squeezed out when
    room is needed or a quarter of the rows is dead.
    """

    can_save = True

    def __init__(self, graph: TreeGraph, *, identity: str, context: int) -> None:
        super().__init__()
        self._graph, self._identity, self._context = graph, identity, context
        self._chunk = int(min(256, max(32, _WORK / max(1, graph.layout.parameters))))
        self._masks: NDArray[np.float32] = np.full((0, 0), _HIDDEN, np.float32)
        self._lengths: dict[Handle, int] = {}
        self._slots: dict[Handle, int] = {}
        self._free_slots: list[int] = []
        self._next = 0
        self._used = self._since_tidy = 0

    def reserve(self, tokens: int, branches: int) -> None:
        """See `TreeSession`."""
        self._tidy()
        self._graph.buffers.grow(tokens, self._used)
        self._widen(branches)

    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        """See `TreeSession`."""
        if not len(tokens):
            raise ValueError("prefill needs a token")
        self._fits(len(tokens) + (self._lengths[parent] if parent is not None else 0))
        self._tidy()
        handle = self._branch(parent)
        try:
            for start in range(0, len(tokens), self._chunk):
                self.pause()
                logits = self._extend(handle, tokens[start : start + self._chunk])
        except BaseException:  # whatever stopped it, a branch that is half there must not stay; it is raised on
            self.free(handle)
            raise
        return handle, logits[0].copy()

    def fork(self, handle: Handle) -> Handle:
        """See `TreeSession`."""
        return self._branch(handle)

    def step(self, moves: Sequence[tuple[Handle, int]]) -> Logits:
        """See `TreeSession`."""
        self.pause()
        handles = [handle for handle, _ in moves]
        if len(set(handles)) < len(handles):
            raise ValueError("a branch can take one token at a time")
        positions = [self._lengths[handle] for handle in handles]
        self._fits(max(positions) + 1)
        self._make_room(len(moves))
        slots, rows = [self._slots[handle] for handle in handles], range(self._used, self._used + len(moves))
        bias = self._masks[slots, : rows.stop]
        bias[range(len(moves)), rows] = 0
        logits = self._graph.run([token for _, token in moves], positions, bias, self._used, range(len(moves)))
        self._took(slots, rows)
        for handle in handles:
            self._lengths[handle] += 1
        return logits

    def free(self, handle: Handle) -> None:
        """See `TreeSession`."""
        slot = self._slots.pop(handle)
        del self._lengths[handle]
        self._masks[slot] = _HIDDEN
        self._free_slots.append(slot)
        if not self._slots:
            self._used = 0

    def length(self, handle: Handle) -> int:
        """See `TreeSession`."""
        return self._lengths[handle]

    def save(self, handle: Handle, file: Path) -> None:
        """See `TreeSession`. Raises FileError."""
        rows = np.flatnonzero(self._masks[self._slots[handle], : self._used] == 0)
        write_state(file, self._identity, self._graph.buffers.read(rows))

    def restore(self, file: Path) -> Handle:
        """See `TreeSession`."""
        layout = self._graph.layout
        block = read_state(file, self._identity, (2 * layout.layers, layout.kv_heads, layout.head_dim))
        length = block.shape[2]
        self._tidy()
        self._make_room(length)
        self._graph.buffers.write(self._used, block)
        handle = self._branch(None)
        self._took([self._slots[handle]] * length, range(self._used, self._used + length))
        self._lengths[handle] = length
        return handle

    def close(self) -> None:
        """See `TreeSession`."""
        for handle in list(self._slots):
            self.free(handle)
        self._graph.forget()

    def _extend(self, handle: Handle, tokens: Sequence[int]) -> Logits:
        """One chunk of a branch's tokens, each of which sees the branch and those before it."""
        self._make_room(len(tokens))
        count, slot, length = len(tokens), self._slots[handle], self._lengths[handle]
        rows = range(self._used, self._used + count)
        bias = np.repeat(self._masks[None, slot, : rows.stop], count, axis=0)
        bias[:, rows.start :] = np.triu(np.full((count, count), _HIDDEN, np.float32), 1)
        logits = self._graph.run(tokens, range(length, length + count), bias, self._used, [count - 1])
        self._took([slot] * count, rows)
        self._lengths[handle] += count
        return logits

    def _took(self, slots: Sequence[int], rows: range) -> None:
        self._masks[slots, rows] = 0
        self._used = rows.stop
        self._since_tidy += len(rows)

    def _branch(self, parent: Handle | None) -> Handle:
        if not self._free_slots:
            self._widen(2 * len(self._masks) + 8)
        slot = self._free_slots.pop()
        if parent is not None:
            self._masks[slot] = self._masks[self._slots[parent]]
        self._next += 1
        self._slots[self._next], self._lengths[self._next] = slot, self._lengths[parent] if parent is not None else 0
        return self._next

    def _fits(self, tokens: int) -> None:
        if tokens > self._context:
            hint = "show the model fewer tables, or use a model with a longer context"
            raise ModelError(f"{tokens} tokens are more than the model's context of {self._context}", hint=hint)

    def _make_room(self, rows: int) -> None:
        """Room for so many rows behind those that are there."""
        capacity = self._graph.buffers.capacity
        if self._used + rows > capacity:
            self._tidy(squeeze=True)
        elif self._since_tidy >= _TIDY:
            self._tidy()
        missing = self._used + rows - capacity
        if missing > 0:
            self._graph.buffers.grow(capacity + max(missing, capacity // 2), self._used)
        self._widen(0)

    def _widen(self, branches: int) -> None:
        """Lines for so many branches, as long as there are rows."""
        lines, rows = self._masks.shape
        more, longer = max(0, branches - lines), self._graph.buffers.capacity - rows
        if more or longer:
            self._masks = np.pad(self._masks, ((0, more), (0, longer)), constant_values=_HIDDEN)
            self._free_slots += range(lines, lines + more)

    def _tidy(self, *, squeeze: bool = False) -> None:
        """Forget rows at the end that no branch sees, and squeeze out those between where they are many, or `squeeze` says so.

        What follows keeps its order, and so every parent its place before its children.
        """
        self._since_tidy = 0
        seen = (self._masks[:, : self._used] == 0).any(axis=0)
        rows = np.flatnonzero(seen)
        self._used = int(rows[-1]) + 1 if len(rows) else 0
        dead = self._used - len(rows)
        if not dead or (not squeeze and dead < max(_TIDY, self._used // 4)):
            return
        first = int(np.argmin(seen))
        self._graph.buffers.move(rows[first:], first)
        kept = self._masks[:, rows]
        self._masks[:, : self._used] = _HIDDEN
        self._masks[:, : len(rows)] = kept
        self._used = len(rows)
