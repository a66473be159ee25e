"""The tree session on llama.cpp: every branch is a sequence, and sequences share the cells of what they have in common."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sqlcoder_core.api import Handle, ModelError, TreeSession
from sqlcoder_llamacpp.cache import Cache, Full
from sqlcoder_llamacpp.loaded import Loaded
from sqlcoder_llamacpp.state_file import read_branch, write_branch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FIRST_CELLS, _FIRST_BRANCHES = 512, 8
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class _Branch:
    """A branch's sequence id in llama.cpp, and the birth number of each of its tokens: equal numbers are one cell."""

    sequence: int
    births: array[int]


class LlamaSession(TreeSession):
    """Branches over one unified cache. Without `reserve` the cache starts small and grows as it must."""

    can_save: ClassVar[bool] = True

    def __init__(self, loaded: Loaded) -> None:
        super().__init__()
        self._loaded = loaded
        self.most_branches = min(256, int(loaded.llama.llama_max_parallel_sequences()))
        self._whole_only = loaded.keeps_states
        self._cache: Cache | None = None
        self._branches: dict[Handle, _Branch] = {}
        self._free_sequences: list[int] = []
        self._born = self._named = 0
        self._stopped: BaseException | None = None
        self._looked = 0.0
        self._ask = loaded.llama.ggml_abort_callback(self._is_to_stop)

    @property
    def room(self) -> tuple[int, int]:
        """Tokens and branches that there is room for now."""
        return (self._cache.cells, self._cache.sequences) if self._cache else (0, 0)

    @property
    def occupied(self) -> int:
        """Tokens of all branches together, shared ones once."""
        return len(set().union(*(branch.births for branch in self._branches.values())))

    def reserve(self, tokens: int, branches: int) -> None:
        """See `TreeSession`. What is alive moves to the larger context with one copy of each cell."""
        if branches > self.most_branches:
            raise ModelError(f"{branches} branches are more than the {self.most_branches} that llama.cpp follows", hint="set fewer `beams`")
        cache = self._cache
        if cache is None:
            self._open(tokens, branches)
        elif tokens > cache.cells or branches > cache.sequences:
            self._grow(cache, max(tokens, cache.cells), max(branches, cache.sequences))

    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, NDArray[np.float32]]:
        """See `TreeSession`. A chunk that takes long looks at `pause` while it is computed."""
        if not tokens:
            raise ValueError("nothing to compute: a new branch needs a token")
        handle = self._new_branch() if parent is None else self.fork(parent)
        try:
            self._check_length(self.length(handle) + len(tokens))
            self._compute(self._branches[handle], tokens)
        except BaseException:  # whatever stopped it, a branch that is half there must not stay; it is raised on
            self._discard(handle)
            raise
        return handle, self._opened.logits(1)[0]

    def fork(self, handle: Handle) -> Handle:
        """See `TreeSession`."""
        parent = self._branches[handle]
        child = self._new_branch()
        self._opened.copy(parent.sequence, self._branches[child].sequence)
        self._branches[child].births = parent.births[:]
        return child

    def step(self, moves: Sequence[tuple[Handle, int]]) -> NDArray[np.float32]:
        """See `TreeSession`."""
        branches = [self._branches[handle] for handle, _ in moves]
        lengths = [len(branch.births) for branch in branches]
        self._check_length(max(lengths) + 1)
        sequences = [branch.sequence for branch in branches]
        try:
            self._decode([token for _, token in moves], lengths, sequences, every=True)
        except BaseException:  # whatever stopped it, all branches must be as long as before; it is raised on
            for sequence, length in zip(sequences, lengths, strict=True):  # what was computed before the failure
                self._opened.cut(sequence, length)
            raise
        for branch in branches:
            self._bear(branch, 1)
        return self._opened.logits(len(moves))

    def assign(self, handles: Sequence[Handle], parents: Sequence[int]) -> list[Handle]:
        """See `TreeSession`. A branch that nobody continues becomes a copy of another where the two part, not from the root."""
        free = [handle for index, handle in enumerate(handles) if index not in set(parents)]
        taken: set[int] = set()
        renewed = []
        for parent in parents:
            renewed.append(self._second(handles[parent], free) if parent in taken else handles[parent])
            taken.add(parent)
        for handle in free:
            self.free(handle)
        return renewed

    def free(self, handle: Handle) -> None:
        """See `TreeSession`."""
        sequence = self._branches.pop(handle).sequence
        self._opened.cut(sequence)
        self._free_sequences.append(sequence)

    def length(self, handle: Handle) -> int:
        """See `TreeSession`."""
        return len(self._branches[handle].births)

    def save(self, handle: Handle, file: Path) -> None:
        """See `TreeSession`. The file appears complete or not at all. Raises FileError."""
        branch = self._branches[handle]
        write_branch(self._opened, branch.sequence, len(branch.births), self._loaded.identity, file)

    def restore(self, file: Path) -> Handle:
        """See `TreeSession`."""
        handle = self._new_branch()
        branch = self._branches[handle]
        try:
            length = read_branch(self._room_for, branch.sequence, self._loaded.identity, file)
            if length > self._loaded.context:
                raise ValueError(f"{file}: {length:,} tokens, more than the context of {self._loaded.context:,}")
        except BaseException:  # as in `prefill`
            self._discard(handle)
            raise
        self._bear(branch, length)
        return handle

    def close(self) -> None:
        """See `TreeSession`."""
        if self._cache is not None:
            self._cache.close()
        self._cache = None
        self._branches.clear()

    # ---- computing

    def _compute(self, branch: _Branch, tokens: Sequence[int]) -> None:
        chunk = min(self._loaded.batch, self._room_for(len(tokens)).cells)
        for start in range(0, len(tokens), chunk):
            self.pause()
            part = tokens[start : start + chunk]
            first = len(branch.births)
            self._interruptibly(part, range(first, first + len(part)), [branch.sequence] * len(part))
            self._bear(branch, len(part))

    def _interruptibly(self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int]) -> None:
        self._looked, self._stopped = time.monotonic(), None
        self._opened.interruptible(self._ask)
        try:
            self._decode(tokens, positions, sequences, every=False)
        except InterruptedError:
            if self._stopped is not None:
                raise self._stopped from None
            raise
        finally:
            self._opened.interruptible(None)

    def _decode(self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int], *, every: bool) -> None:
        try:
            self._opened.decode(tokens, positions, sequences, every=every)
        except Full:
            self._grow(self._opened, self._opened.cells + max(len(tokens), self._opened.cells // 2), self._opened.sequences)
            self._opened.decode(tokens, positions, sequences, every=every)

    def _is_to_stop(self, _: Any) -> bool:
        """Called by llama.cpp between operations, on this thread: an exception cannot pass through it and is kept."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return False
        self._looked = now
        try:
            self.pause()
        except BaseException as stopped:  # noqa: BLE001 - whatever it is, it is raised again behind llama.cpp
            self._stopped = stopped
            return True
        return False

    def _check_length(self, length: int) -> None:
        if length > self._loaded.context:
            said = f"{length:,} tokens are more than the model's context of {self._loaded.context:,}"
            raise ModelError(said, place=self._loaded.place, hint="shorten the prompt, or set `context` where the model can bear it")

    # ---- branches

    def _new_branch(self) -> Handle:
        if self._cache is None:
            self._open(_FIRST_CELLS, _FIRST_BRANCHES)
        if not self._free_sequences:
            if len(self._branches) >= self.most_branches:
                raise ModelError(f"llama.cpp follows no more than {self.most_branches} branches", hint="set fewer `beams` or `together`")
            self._grow(self._opened, self._opened.cells, min(self.most_branches, 2 * self._opened.sequences))
        self._named += 1
        self._branches[self._named] = _Branch(self._free_sequences.pop(), array("q"))
        return self._named

    def _discard(self, handle: Handle) -> None:
        """Free a branch that was not finished; with the cache lost, it is gone already."""
        if handle in self._branches:
            self.free(handle)

    def _bear(self, branch: _Branch, count: int) -> None:
        branch.births.extend(range(self._born, self._born + count))
        self._born += count

    def _second(self, parent: Handle, free: list[Handle]) -> Handle:
        """Another branch like `parent`: one of `free` that has the most in common with it, else a fork."""
        if not free or self._whole_only:
            return self.fork(parent)
        source = self._branches[parent]
        shared, index = max((_common(source.births, self._branches[handle].births), index) for index, handle in enumerate(free))
        handle = free.pop(index)
        branch = self._branches[handle]
        self._opened.cut(branch.sequence, shared)
        self._opened.copy(source.sequence, branch.sequence, shared)
        branch.births = source.births[:]
        return handle

    # ---- room

    @property
    def _opened(self) -> Cache:
        assert self._cache is not None, "a branch without a cache"
        return self._cache

    def _open(self, cells: int, branches: int) -> None:
        branches = min(self.most_branches, max(branches, _FIRST_BRANCHES))
        self._cache = Cache(self._loaded, max(cells, _FIRST_CELLS), branches)
        self._free_sequences = list(range(branches))[::-1]

    def _room_for(self, more: int) -> Cache:
        """The cache with so many free cells, at least."""
        wanted = sum(len(branch.births) for branch in self._branches.values()) + more
        if wanted > self._opened.cells:
            wanted = self.occupied + more  # takes longer to tell
        if wanted > self._opened.cells:
            self._grow(self._opened, wanted, self._opened.sequences)
        return self._opened

    def _grow(self, old: Cache, cells: int, branches: int) -> None:
        """Move to a larger context. llama.cpp carries all cells over with their sequences, so what is shared stays shared."""
        state = old.state() if self._branches else None
        self._cache = None
        old.close()
        try:
            self._cache = Cache(self._loaded, cells, branches)
            self._free_sequences[:0] = range(branches - 1, old.sequences - 1, -1)
        except ModelError:
            self._cache = Cache(self._loaded, old.cells, old.sequences)
            raise
        finally:
            if self._cache is None:
                self._branches.clear()
            elif state is not None:
                self._cache.take_state(state)


def _common(one: array[int], other: array[int]) -> int:
    """How many tokens two branches share: births are equal up to where they part, and never again."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high) // 2
        if one[middle] == other[middle]:
            low = middle + 1
        else:
            high = middle
    return low
