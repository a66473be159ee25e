"""Prompts in, one branch for each out, what they begin with alike computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from sqlcoder_core.contracts.model_engine import Handle, TreeSession
from sqlcoder_core.decoding.kept import Kept
from sqlcoder_core.decoding.token_runs import common_length

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

RUN = 1024
"""Tokens of a beginning after which what there is of it is kept."""
WORTH = 16
"""Tokens in common from which on a branch of their own pays."""


@dataclass(slots=True)
class Root:
    """A prompt on its way to a branch. Its first `shared` tokens are worth keeping. `computed` counts tokens that were computed for it,
    each for one prompt only; `spent` are seconds of prefill that it had to wait for; `late`: they were more than it had."""

    tokens: list[int]
    shared: int = 0
    handle: Handle | None = None
    logits: Logits | None = None
    computed: int = 0
    spent: float = 0.0
    late: bool = False


class _OutOfTime(Exception):
    """Raised out of a prefill that takes longer than its prompts have."""


@dataclass(slots=True)
class PromptTree:
    """Grows branches in a session. `seconds` is what a prompt has; `pause` is asked between chunks of a prefill, and may raise."""

    session: TreeSession
    kept: Kept | None
    seconds: float
    pause: Callable[[], None]
    _between: list[Handle] = field(default_factory=list)

    def grow(self, roots: Sequence[Root]) -> None:
        """Give every root its handle and logits, or find it `late`. Should it raise, roots that have a handle are to be freed."""
        leaders: dict[tuple[int, ...], Root] = {}
        for root in roots:
            leaders.setdefault(tuple(root.tokens), root)
        try:
            self._keep_marks(list(leaders.values()))
            for start, group in self._by_kept([root for root in leaders.values() if not root.late]):
                self._grow(group, *start)
        finally:
            for handle in self._between:
                self.session.free(handle)
            self._between.clear()
        for root in roots:
            self._follow(root, leaders[tuple(root.tokens)])

    def _follow(self, root: Root, leader: Root) -> None:
        if root is not leader:
            root.spent, root.late, root.logits = leader.spent, leader.late, leader.logits
            root.handle = None if leader.handle is None else self.session.fork(leader.handle)

    def _keep_marks(self, roots: list[Root]) -> None:
        """Compute or fetch the beginnings that are worth keeping."""
        if self.kept is None:
            return
        marks: dict[tuple[int, ...], list[Root]] = {}
        for root in roots:
            if root.shared >= WORTH:
                marks.setdefault(tuple(root.tokens[: root.shared]), []).append(root)
        for mark in sorted(marks, key=len):
            if self.kept.read(list(mark)) is None:
                self._keep(self.kept, list(mark), marks[mark])

    def _keep(self, kept: Kept, tokens: list[int], roots: list[Root]) -> None:
        """Compute a beginning in runs, so that what there is of it stays when time runs out or the caller stops: the next goes on there."""
        base = kept.longest(tokens)
        handle, done = (base.handle, len(base.tokens)) if base else (None, 0)
        for end in (*range(done + RUN, len(tokens), RUN), len(tokens)):
            handle = self._compute(roots, tokens[done:end], handle)[0]
            if handle is None:
                return
            kept.add(tokens[:end], handle, whole=end == len(tokens))
            done = end

    def _by_kept(self, roots: list[Root]) -> list[tuple[tuple[Handle | None, int], list[Root]]]:
        groups: dict[tuple[Handle | None, int], list[Root]] = {}
        for root in roots:
            base = self.kept.longest(root.tokens) if self.kept is not None else None
            groups.setdefault((base.handle, len(base.tokens)) if base else (None, 0), []).append(root)
        return list(groups.items())

    def _grow(self, roots: list[Root], parent: Handle | None, depth: int) -> None:
        """Grow prompts that differ and have their first `depth` tokens, which are `parent`'s, in common."""
        if len(roots) == 1:
            self._finish(roots[0], parent, depth)
            return
        first = roots[0].tokens
        common = min(min(common_length(first, root.tokens), len(root.tokens) - 1) for root in roots)
        if common - depth >= WORTH:
            parent = self._compute(roots, first[depth:common], parent)[0]
            if parent is None:
                return
            self._between.append(parent)
            depth = common
        ways: dict[int, list[Root]] = {}
        for root in roots:
            if len(root.tokens) == common + 1:
                self._finish(root, parent, depth)
            else:
                ways.setdefault(root.tokens[common], []).append(root)
        for way in ways.values():
            self._grow(way, parent, depth)

    def _finish(self, root: Root, parent: Handle | None, depth: int) -> None:
        root.handle, root.logits = self._compute([root], root.tokens[depth:], parent)

    def _compute(self, roots: list[Root], tokens: list[int], parent: Handle | None) -> tuple[Handle | None, Logits | None]:
        """Prefill for all of these prompts; the first of them is charged the tokens, all of them the time."""
        start = monotonic()
        left = self.seconds - min(root.spent for root in roots)

        def pause() -> None:
            self.pause()
            if monotonic() - start > left:
                raise _OutOfTime

        self.session.pause = pause
        try:
            if left <= 0:
                raise _OutOfTime
            handle, logits = self.session.prefill(tokens, parent)
            roots[0].computed += len(tokens)
            return handle, logits.copy()
        except _OutOfTime:
            for root in roots:
                root.late = True
            return None, None
        finally:
            self.session.pause = self.pause
            for root in roots:
                root.spent += monotonic() - start
