"""Branches of prompt beginnings that later questions share, kept in memory and, where asked for, on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlcoder_core.contracts.model_engine import Handle, TreeSession
from sqlcoder_core.decoding.kept_files import KeptFiles
from sqlcoder_core.decoding.token_runs import common_length

MOST_BRANCHES = 8


@dataclass(slots=True)
class KeptBranch:
    """Some first tokens and their branch. `alone`: read from a file, so that it shares nothing with other branches;
    not `whole`: a longer one was begun."""

    tokens: list[int]
    handle: Handle
    alone: bool = False
    whole: bool = True


class Kept:
    """The branches, least recently used first. `budget` is how many tokens they may have between questions; the newest always stays."""

    def __init__(self, session: TreeSession, budget: int, files: KeptFiles | None = None) -> None:
        self._session, self._budget, self._files = session, budget, files
        self._branches: list[KeptBranch] = []

    @property
    def runs(self) -> list[list[int]]:
        """The tokens of every branch."""
        return [branch.tokens for branch in self._branches]

    def longest(self, tokens: Sequence[int]) -> KeptBranch | None:
        """The longest branch that the tokens begin with and go beyond; it is the most recently used from now on."""
        fitting = [one for one in self._branches if len(one.tokens) < len(tokens) and one.tokens == tokens[: len(one.tokens)]]
        if not fitting:
            return None
        found = max(fitting, key=lambda one: len(one.tokens))
        self._branches.remove(found)
        self._branches.append(found)
        return found

    def read(self, tokens: list[int]) -> KeptBranch | None:
        """The branch of exactly these tokens, from memory or from its file."""
        known = next((one for one in self._branches if one.tokens == tokens), None)
        if known is not None:
            known.whole = True
            return known
        handle = self._files.read(tokens) if self._files is not None else None
        return None if handle is None else self._add(KeptBranch(tokens, handle, alone=True))

    def add(self, tokens: list[int], handle: Handle, *, whole: bool) -> None:
        """Keep a branch that was just computed, in place of what there was of it before."""
        self._drop([one for one in self._branches if not one.whole and one.tokens == tokens[: len(one.tokens)]])
        self._add(KeptBranch(tokens, handle, whole=whole))
        if whole and self._files is not None:
            self._files.write(tokens, handle)

    def held_twice(self, marks: Iterable[Sequence[int]]) -> int:
        """At most how many tokens branches from files hold once more than a tree would; `marks` may yet be read."""
        runs = self.runs
        known = [(branch.tokens, place) for place, branch in enumerate(self._branches) if branch.alone]
        new = [(mark, -1) for mark in marks if mark not in runs] if self._files is not None else []
        return sum(max((common_length(one, run) for at, run in enumerate(runs) if at != place), default=0) for one, place in (*known, *new))

    def trim(self) -> None:
        """Free what is beyond the budget."""
        while len(self._branches) > 1 and (len(self._branches) > MOST_BRANCHES or sum(map(len, self.runs)) > self._budget):
            self._session.free(self._branches.pop(0).handle)

    def forget(self, needed: Iterable[Sequence[int]] = ()) -> bool:
        """Free every branch that none of the `needed` tokens begin with; False where there was none."""
        needed = list(needed)
        gone = [one for one in self._branches if not any(tokens[: len(one.tokens)] == one.tokens for tokens in needed)]
        self._drop(gone)
        return bool(gone)

    def _drop(self, branches: Iterable[KeptBranch]) -> None:
        for branch in branches:
            self._branches.remove(branch)
            self._session.free(branch.handle)

    def _add(self, branch: KeptBranch) -> KeptBranch:
        self._branches.append(branch)
        return branch
