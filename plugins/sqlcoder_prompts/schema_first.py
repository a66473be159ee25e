"""Prompter `schema_first`: the schema before the question, so that its state is computed once for all questions."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.api import Ask, Prompt, Prompter, Room, hookimpl
from sqlcoder_prompts.ddl import shown
from sqlcoder_prompts.failed import failed_sql, reasons
from sqlcoder_prompts.notes import dialect_name
from sqlcoder_prompts.originals import FENCE
from sqlcoder_prompts.sections import Halves, SharingPrompter, bullets, general_rules


class SchemaFirstPrompter(SharingPrompter):
    """Plain text with the schema first: 20 questions on one catalog cost little more than one."""

    name = "schema_first"
    suits = (
        "base models and instruction-tuned models in general, and models trained with the schema first; "
        "not sqlcoder-7b-2 and its kin, which were trained with the question first (`prompt: sqlcoder`)"
    )

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        """The schema, then the question. Raises UsageError when not even the tables that the question names fit."""
        halves = self.fitted(ask, room, lambda halves: "".join(_parts(halves, ask)))
        head, tail = _parts(halves, ask)
        return Prompt(
            text=head + tail,
            opening=FENCE,
            shared=len(head) if halves.common else 0,
            stop=("```", "\n###"),
            shown=shown(halves.content),
            dropped=halves.dropped,
            prompter=self.name,
        )


def _parts(halves: Halves, ask: Ask) -> tuple[str, str]:
    head = f"### Database schema ({dialect_name(ask.dialect)})\n{halves.schema}\n\n### Task\n{bullets(general_rules(ask))}\n\n"
    plain = halves.plain
    examples = (
        f"### Question\n{plain.line(one.question)}\n\n### SQL\n```sql\n{plain.sql(one.sql)}\n```\n\n" for one in halves.content.examples
    )
    notes = f"### Notes\n{bullets(halves.notes)}\n\n" if halves.notes else ""
    before = f"### Questions before this one\n{bullets(halves.previous)}\n\n" if halves.previous else ""
    question = f"### Question\n{halves.question}\n\n{_failed(ask, halves)}### SQL\n{FENCE}"
    return head, f"{''.join(reversed(list(examples)))}{notes}{before}{question}"


def _failed(ask: Ask, halves: Halves) -> str:
    """Behind the question, so that all before it is as the model has read it."""
    if not ask.failed:
        return ""
    plain = halves.plain
    why = bullets(reasons(ask, plain))
    return f"### SQL that is wrong\n```sql\n{failed_sql(ask, plain)}\n```\n\n### What is wrong with it\n{why}\n\n"


@hookimpl
def sqlcoder_prompters() -> Iterable[type[Prompter]]:
    return (SchemaFirstPrompter,)
