"""Question and linked catalog in, checked-to-be SQL with its reading out."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.answering import answer
from sqlcoder_core.api import Ask, Proposal, Proposer


class BuiltinProposer(Proposer):
    """Turns questions into SQL by rules: no model, no download, milliseconds; abstains when it does not understand."""

    name = "builtin"

    def propose(self, asks: tuple[Ask, ...]) -> Iterator[Proposal]:
        """One proposal per ask, in order."""
        return (answer(ask) for ask in asks)

    def identity(self) -> tuple[tuple[str, str], ...]:
        """The rules come with the package, so its version says it all."""
        return (("rules", "1"),)
