"""Prompter `chat`: messages for models with a chat template, the schema in the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from sqlcoder_core.api import Ask, Message, Prompt, Prompter, Room, Settings, hookimpl
from sqlcoder_prompts.ddl import shown
from sqlcoder_prompts.failed import failed_sql, reasons
from sqlcoder_prompts.notes import dialect_name
from sqlcoder_prompts.originals import FENCE
from sqlcoder_prompts.sections import Halves, SharingPrompter, bullets, general_rules
from sqlcoder_prompts.settings import SharingSettings

_PER_MESSAGE = 10
"""Tokens that a chat template puts around a message, with room to spare: those of ChatML are 5, of Llama 3 are 6."""


class ChatSettings(SharingSettings):
    """How the messages are laid out."""

    system: bool = Field(default=True, description="Schema and rules as a system message; false: at the head of the first user message.")


class ChatPrompter(SharingPrompter):
    """System message with role, rules and schema; verified questions as exchanges; then the question."""

    name = "chat"
    suits = "instruction-tuned models with a chat template, and servers that speak of chat completions"
    Settings: ClassVar[type[Settings]] = ChatSettings
    settings: ChatSettings

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        """The messages. Raises UsageError when not even the tables that the question names fit."""
        most = 2 * min(self.settings.examples, len(ask.linked.verified)) + (5 if ask.failed else 3)
        inner = replace(room, tokens=room.tokens - most * _PER_MESSAGE)
        halves = self.fitted(ask, inner, lambda halves: "\n".join(one.content for one in self._messages(halves, ask)) + FENCE)
        return Prompt(
            messages=self._messages(halves, ask),
            opening=FENCE,
            shared=len(_system(halves, ask)) if halves.common else 0,
            stop=("```",),
            shown=shown(halves.content),
            dropped=halves.dropped,
            prompter=self.name,
        )

    def _messages(self, halves: Halves, ask: Ask) -> tuple[Message, ...]:
        turns = (*_turns(halves), *_failed(ask, halves))
        system = _system(halves, ask)
        if self.settings.system:
            return (Message(role="system", content=system), *turns)
        return (replace(turns[0], content=f"{system}\n\n{turns[0].content}"), *turns[1:])


def _system(halves: Halves, ask: Ask) -> str:
    role = f"You write SQL for a {dialect_name(ask.dialect)} database. The statement stands in a ```sql block."
    return f"{role}\n\n{bullets(general_rules(ask))}\n\nThe database:\n\n{halves.schema}"


def _turns(halves: Halves) -> Iterator[Message]:
    plain = halves.plain
    for example in reversed(halves.content.examples):  # the nearest stands next to the question
        yield Message(role="user", content=plain.line(example.question))
        yield Message(role="assistant", content=f"{FENCE}{plain.sql(example.sql)}\n```")
    before = f"Questions before this one:\n{bullets(halves.previous)}\n\n" if halves.previous else ""
    notes = f"\n\n{bullets(halves.notes)}" if halves.notes else ""
    yield Message(role="user", content=f"{before}{halves.question}{notes}")


def _failed(ask: Ask, halves: Halves) -> Iterator[Message]:
    """Further turns, so that all before them is as the model has read it."""
    if ask.failed:
        plain = halves.plain
        yield Message(role="assistant", content=f"{FENCE}{failed_sql(ask, plain)}\n```")
        yield Message(
            role="user", content=f"That statement is wrong:\n{bullets(reasons(ask, plain))}\n\nWrite the statement that is right."
        )


@hookimpl
def sqlcoder_prompters() -> Iterable[type[Prompter]]:
    return (ChatPrompter,)
