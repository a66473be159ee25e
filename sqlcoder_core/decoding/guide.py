"""What may come next: the contract between decoding and a constraint on its text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

State = TypeVar("State")


class Guide(ABC, Generic[State]):
    """Follows answers token by token. A state belongs to one beam and is never changed in place: `advance` returns the next.

    Decoding masks the log-probabilities with `masks`, looks at the best tokens of each beam in order of their scores, and asks `accepts`
    of those alone; what it does not accept counts as masked. When nothing is left of a beam, decoding asks `relax`ed states.
    """

    @abstractmethod
    def start(self) -> State:
        """Before the first token."""

    @abstractmethod
    def masks(self, states: Sequence[State], left: int) -> NDArray[np.bool_]:
        """`[n, vocabulary]`, True where a token may follow. `left` is how many tokens there may still be, this one included: when it gets
        short, only what closes the statement is let through, so that no answer is cut off. End tokens are True where the text may end."""

    def accepts(self, state: State, token: int) -> bool:
        """A closer look at one token that the mask lets through (names in scope)."""
        return True

    @abstractmethod
    def advance(self, state: State, token: int) -> State:
        """The state after a token."""

    def relax(self, state: State) -> State | None:
        """The state without the closer look, for a beam that has come to a dead end; None where there is nothing to relax."""
        return None
