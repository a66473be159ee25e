"""Question and linked catalog in, checked-to-be SQL with its reading out."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sqlcoder_builtin.answering import answer
from sqlcoder_builtin.definitions import told
from sqlcoder_builtin.weighing import digest
from sqlcoder_core.api import Ask, Proposal, Proposer, Settings


class BuiltinSettings(Settings):
    """How sure it has to be. At the default about four of five answers are right on Spider schemas that nothing was fitted on."""

    floor: float = Field(default=0.6, ge=0, le=1, description="Readings that score lower are abstained from, 0 to 1.")


class BuiltinProposer(Proposer):
    """Turns questions into SQL by rules: no model, no download, milliseconds; abstains when it does not understand."""

    name = "builtin"
    Settings: ClassVar[type[Settings]] = BuiltinSettings
    settings: BuiltinSettings

    def propose(self, asks: tuple[Ask, ...]) -> Iterator[Proposal]:
        """One proposal per ask, in order."""
        return (self._safely(ask) for ask in asks)

    def _safely(self, ask: Ask) -> Proposal:
        """A rule that fails on one question is told as the reason why that one has no answer: ten thousand others shall have theirs."""
        try:
            return self._answer(ask)
        except Exception as error:  # noqa: BLE001 - a defect of ours in one of many rules; it is said by name, with the question kept
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            return Proposal(reason=f"a rule failed on this question ({type(error).__name__}: {error}, {place}); please report it")

    def _answer(self, ask: Ask) -> Proposal:
        """The answer to the question with its definitions; sentences that were not understood are noted beside it."""
        read = told(ask)
        proposal = answer(read.ask, self.settings.floor)
        notes = tuple(f"this instruction was not heeded: {sentence}" for sentence in read.unread)
        if not notes:
            return proposal
        return replace(proposal, candidates=tuple(replace(one, notes=(*one.notes, *notes)) for one in proposal.candidates))

    def identity(self) -> tuple[tuple[str, str], ...]:
        """The rules come with the package, so its version says them; the weights by their digest; the floor is a setting."""
        return (("rules", "1"), ("weights", digest()), ("floor", str(self.settings.floor)))
