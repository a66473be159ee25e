"""How each form of prompt says that a statement is wrong, and that what comes before it is as the model has read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.contracts.proposer import FailedTry
from sqlcoder_core.values.generation import Message, Prompt
from sqlcoder_prompts.chat import ChatPrompter
from sqlcoder_prompts.llama3 import Llama3Prompter
from sqlcoder_prompts.schema_first import SchemaFirstPrompter
from sqlcoder_prompts.sqlcoder import SqlcoderPrompter
from sqlcoder_prompts.template import TemplatePrompter

from .conftest import ask_about, room_for

FAILED = FailedTry(sql="SELECT nme\nFROM customers", problems=("there is no column nme (did you mean full name?)", "no `LIMIT`"))
LINE = "Do not answer with `SELECT nme FROM customers`, which is wrong: there is no column nme (did you mean full name?); no `LIMIT`"
ASK = ask_about("How many customers are there?")


def both(prompter: Prompter) -> tuple[Prompt, Prompt]:
    """The first prompt, and the one that says what failed."""
    return prompter.prompt(ASK, room_for()), prompter.prompt(replace(ASK, failed=FAILED), room_for())


@pytest.mark.parametrize(
    ("cls", "settings", "line"),
    [
        (SqlcoderPrompter, {}, f"- {LINE}\n"),
        (SqlcoderPrompter, {"variant": "rules"}, f"- {LINE}\n"),
        (SqlcoderPrompter, {"variant": "fenced"}, f"-- {LINE}\n"),
        (Llama3Prompter, {}, f"- {LINE}\n"),
    ],
)
def test_original_forms_say_it_as_a_rule(cls: type[Prompter], settings: dict[str, str], line: str, built: Callable[..., Prompter]) -> None:
    before, after = both(built(cls, **settings))
    assert line not in before.text
    assert after.text.count(line) == 1
    assert after.text.endswith(before.text[-40:])


def test_schema_first_says_it_behind_the_question(built: Callable[..., Prompter]) -> None:
    before, after = both(built(SchemaFirstPrompter))
    ending = "### SQL\n```sql\n"
    assert after.text.startswith(before.text.removesuffix(ending))
    assert after.shared == before.shared > 0
    assert after.text.removeprefix(before.text.removesuffix(ending)) == (
        "### SQL that is wrong\n```sql\nSELECT nme FROM customers\n```\n\n"
        "### What is wrong with it\n- there is no column nme (did you mean full name?)\n- no `LIMIT`\n\n" + ending
    )


@pytest.mark.parametrize("system", [True, False])
def test_a_chat_goes_on(system: bool, built: Callable[..., Prompter]) -> None:
    before, after = both(built(ChatPrompter, system=system))
    assert after.messages[: len(before.messages)] == before.messages
    assert after.shared == before.shared
    assert after.messages[len(before.messages) :] == (
        Message(role="assistant", content="```sql\nSELECT nme FROM customers\n```"),
        Message(
            role="user",
            content="That statement is wrong:\n- there is no column nme (did you mean full name?)\n- no `LIMIT`\n\n"
            "Write the statement that is right.",
        ),
    )


def test_a_template_may_say_it_or_not(built: Callable[..., Prompter], tmp_path: Path) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text("{{ question }}{% if failed %} not {{ failed.sql }}: {{ failed.problems|join(', ') }}{% endif %}", encoding="utf-8")
    before, after = both(built(TemplatePrompter, file=file))
    assert after.text == f"{before.text} not SELECT nme FROM customers: {FAILED.problems[0]}, {FAILED.problems[1]}"
    file.write_text("{{ question }}", encoding="utf-8")
    before, after = both(built(TemplatePrompter, file=file))
    assert after.text == before.text


def test_a_statement_of_any_length_leaves_room_for_the_question(built: Callable[..., Prompter]) -> None:
    long = FailedTry(sql="SELECT " + "a, " * 5_000, problems=("x" * 5_000,))
    prompt = built(SchemaFirstPrompter).prompt(replace(ASK, failed=long), room_for())
    assert len(prompt.text) < 8_000
