"""Prompter `llama3`: what Defog's llama-3-sqlcoder-8b was trained to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sqlcoder_core.api import Ask, Prompt, Prompter, Room, Settings, hookimpl
from sqlcoder_prompts.original_form import filled_prompt
from sqlcoder_prompts.originals import LLAMA_3
from sqlcoder_prompts.settings import OriginalSettings


class Llama3Prompter(Prompter):
    """The prompt of llama-3-sqlcoder-8b, to the letter, control tokens and all (source in originals.py)."""

    name = "llama3"
    suits = "Defog's llama-3-sqlcoder-8b, and other models of the Llama 3 family that were tuned on its prompt"
    Settings: ClassVar[type[Settings]] = OriginalSettings
    settings: OriginalSettings

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        """The form filled. Raises UsageError when not even the tables that the question names fit."""
        return filled_prompt(ask, room, self.settings, lambda rules: LLAMA_3, self.name)


@hookimpl
def sqlcoder_prompters() -> Iterable[type[Prompter]]:
    return (Llama3Prompter,)
