"""Prompter `sqlcoder`: what Defog's models of the sqlcoder family were trained to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from sqlcoder_core.api import Ask, Prompt, Prompter, Room, Settings, hookimpl
from sqlcoder_prompts.original_form import filled_prompt
from sqlcoder_prompts.originals import FORMS, Original, variant_of
from sqlcoder_prompts.settings import OriginalSettings


class SqlcoderSettings(OriginalSettings):
    """Which of the original forms."""

    variant: Literal["auto", "7b-2", "instructions", "fenced", "rules"] = Field(
        default="auto", description="The form: by the model's name, or the one of sqlcoder-7b-2, 70b-alpha, 7b and 34b-alpha, or 15B."
    )


class SqlcoderPrompter(Prompter):
    """The original prompts of the sqlcoder models, to the letter (sources in originals.py); the question stands before the schema."""

    name = "sqlcoder"
    suits = "Defog's sqlcoder, sqlcoder2, sqlcoder-7b, sqlcoder-7b-2, sqlcoder-34b-alpha and sqlcoder-70b-alpha"
    Settings: ClassVar[type[Settings]] = SqlcoderSettings
    settings: SqlcoderSettings

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        """The form filled. Raises UsageError when not even the tables that the question names fit."""

        def choose(rules: bool) -> Original:
            chosen = self.settings.variant
            return FORMS[variant_of(room.model.name, rules=rules) if chosen == "auto" else chosen]

        return filled_prompt(ask, room, self.settings, choose, self.name)


@hookimpl
def sqlcoder_prompters() -> Iterable[type[Prompter]]:
    return (SqlcoderPrompter,)
