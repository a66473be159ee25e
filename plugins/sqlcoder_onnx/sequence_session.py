"""A tree session on graphs of others: branches share nothing but arrays, and those of one length are computed together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sqlcoder_core.api import Handle, ModelError, TreeSession
from sqlcoder_onnx.sequence_graph import Past, SequenceGraph, joined
from sqlcoder_onnx.state_file import read_state, write_state

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

_CHUNK = 256
_TOGETHER = 8
"""Branches in one call: each call copies the pasts of all of its branches."""


class SequenceSession(TreeSession):
    """Each branch has its own past; a fork refers to its parent's. Right before fast: a step copies every past that it lengthens."""

    can_save = True

    def __init__(self, graph: SequenceGraph, *, identity: str, context: int) -> None:
        super().__init__()
        self._graph, self._identity, self._context = graph, identity, context
        self._pasts: dict[Handle, Past] = {}
        self._next = 0

    def reserve(self, tokens: int, branches: int) -> None:
        """Nothing: these graphs make their own memory."""

    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        """See `TreeSession`."""
        if not len(tokens):
            raise ValueError("prefill needs a token")
        past = self._graph.empty() if parent is None else self._pasts[parent]
        self._fits(past[0].shape[2] + len(tokens))
        size = 1 if self._graph.one_by_one else _CHUNK
        for start in range(0, len(tokens), size):
            self.pause()
            logits, past = self._graph.run(np.array([tokens[start : start + size]], np.int64), past)
        return self._hold(past), logits[0]

    def fork(self, handle: Handle) -> Handle:
        """See `TreeSession`."""
        return self._hold(self._pasts[handle])

    def step(self, moves: Sequence[tuple[Handle, int]]) -> Logits:
        """See `TreeSession`."""
        if len({handle for handle, _ in moves}) < len(moves):
            raise ValueError("a branch can take one token at a time")
        self._fits(max(self.length(handle) for handle, _ in moves) + 1)
        found: list[Logits | None] = [None] * len(moves)
        renewed: dict[Handle, Past] = {}
        for group in self._groups([handle for handle, _ in moves]):
            self.pause()
            tokens = np.array([[moves[place][1]] for place in group], np.int64)
            logits, past = self._graph.run(tokens, joined([self._pasts[moves[place][0]] for place in group]))
            for row, place in enumerate(group):
                found[place] = logits[row]
                renewed[moves[place][0]] = tuple(part[row : row + 1] for part in past)
        self._pasts.update(renewed)
        return np.stack([row for row in found if row is not None])

    def free(self, handle: Handle) -> None:
        """See `TreeSession`."""
        del self._pasts[handle]

    def length(self, handle: Handle) -> int:
        """See `TreeSession`."""
        return int(self._pasts[handle][0].shape[2])

    def save(self, handle: Handle, file: Path) -> None:
        """See `TreeSession`. Raises FileError."""
        write_state(file, self._identity, np.stack([part[0] for part in self._pasts[handle]]))

    def restore(self, file: Path) -> Handle:
        """See `TreeSession`."""
        heads, size = self._graph.shapes[0]
        block = read_state(file, self._identity, (len(self._graph.shapes), heads, size), self._graph.dtype)
        return self._hold(tuple(np.array(part)[None] for part in block))

    def close(self) -> None:
        """See `TreeSession`."""
        self._pasts.clear()

    def _groups(self, handles: Sequence[Handle]) -> Iterator[list[int]]:
        """Places of branches that can be computed together: of one length, and not too many."""
        by_length: dict[int, list[int]] = {}
        for place, handle in enumerate(handles):
            by_length.setdefault(self.length(handle), []).append(place)
        most = 1 if self._graph.alone else _TOGETHER
        for places in by_length.values():
            yield from (places[start : start + most] for start in range(0, len(places), most))

    def _hold(self, past: Past) -> Handle:
        self._next += 1
        self._pasts[self._next] = past
        return self._next

    def _fits(self, tokens: int) -> None:
        if tokens > self._context:
            hint = "show the model fewer tables, or use a model with a longer context"
            raise ModelError(f"{tokens} tokens are more than the model's context of {self._context}", hint=hint)
