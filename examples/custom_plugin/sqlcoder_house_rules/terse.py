"""Prompter `terse`: the names of tables and columns, and the question."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from sqlcoder_core.api import Ask, Prompt, Prompter, Room, Settings, ShownTable, UsageError, hookimpl


class TerseSettings(Settings):
    """How the prompt begins."""

    title: str = Field(default="tables", description="The word before the tables.")


class TersePrompter(Prompter):
    """Tables and their columns in one line each, then the question."""

    name = "terse"
    suits = "models that were trained on very short prompts, such as `phrasebook`"
    Settings = TerseSettings

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        tables = ask.linked.tables
        shown = tuple(ShownTable(name=table.name, columns=tuple(one.name for one in table.columns)) for table in tables)
        # `room.plain` breaks what would be a control token of the model; every text that comes from outside goes through it.
        lines = [f"{room.plain(str(one.name))}({room.plain(', '.join(one.columns))})" for one in shown]
        schema = "\n".join((f"{self.settings.title}:", *lines))
        text = f"{schema}\nquestion: {room.plain(' '.join(ask.linked.question.text.split()))}\nSQL: "
        if room.count([text])[0] > room.tokens:
            raise UsageError(f"the question and its tables do not fit into {room.tokens} tokens", hint="ask about fewer tables")
        # `shared` says how much of the text is the same for the next question, `shown` what a constrained answer may name.
        return Prompt(text=text, shared=len(schema), shown=shown, stop=("\n",))


@hookimpl
def sqlcoder_prompters() -> Iterable[type[Prompter]]:
    return (TersePrompter,)
