"""Prompters: a question and the facts it may need as the text that a model was trained to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlcoder_core.contracts.component import Component
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.values.generation import ModelFacts, Prompt

_ROUNDS = 8
"""How often a text is looked at again, since breaking one control token may join another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The model that will read the prompt, and how much room there is.

    `tokens` is what the prompt may have at most; `count` gives each text's length in this model's tokens. `values` is False where
    stored values and verified examples must not be shown: a server that is not this machine, without `share_values`.
    """

    tokens: int
    count: Callable[[Sequence[str]], tuple[int, ...]]
    model: ModelFacts = field(default_factory=lambda: ModelFacts(name=""))
    values: bool = True

    def plain(self, text: str) -> str:
        """A text from outside (question, description, value) in which no piece means a control token to the model.

        What would be one gets a space after its first character: it stays readable and is no longer special. That may make another one,
        so it is looked at until there is none; what comes back for ever is taken out.
        """
        for _ in range(_ROUNDS):
            found = self._specials_in(text)
            if not found:
                return text
            for special in found:
                text = text.replace(special, f"{special[0]} {special[1:]}".rstrip())
        while found := self._specials_in(text):
            text = text.replace(found[0], "")
        return text

    def _specials_in(self, text: str) -> tuple[str, ...]:
        """White space alone is never dangerous, and every text is full of it."""
        return tuple(special for special in self.model.special_texts if special in text and special.strip())


class Prompter(Component):
    """Renders prompts. `suits` says in a sentence which models it is for; `plugins show` prints it."""

    suits: str = ""

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        """The prompt for one question. Raises UsageError when not even the least that it needs fits into the room."""
        raise NotImplementedError
