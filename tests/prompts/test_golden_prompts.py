"""Every prompter's prompt for one small catalog, as committed text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.values.generation import Prompt
from sqlcoder_prompts.chat import ChatPrompter
from sqlcoder_prompts.llama3 import Llama3Prompter
from sqlcoder_prompts.schema_first import SchemaFirstPrompter
from sqlcoder_prompts.sqlcoder import SqlcoderPrompter
from sqlcoder_prompts.template import TemplatePrompter

from .conftest import ask_about, pinned, room_for

GOLDEN = Path(__file__).parent / "golden"
REFRESH = "SQLCODER_REFRESH_PROMPTS=1 python -m pytest tests/prompts/test_golden_prompts.py"
QUESTION = "What was the turnover of big orders in New York by city?"
TEMPLATE = """\
{{ schema }}
{{ question_starts }}{% for example in examples %}
Q: {{ example.question }}
A: {{ example.sql }}
{% endfor %}
{% for note in notes %}
({{ note }})
{% endfor %}
Q: {{ question }}
A: """
CASES: dict[str, tuple[type[Prompter], int, dict[str, object]]] = {
    "sqlcoder": (SqlcoderPrompter, 4_000, {}),
    "sqlcoder_short": (SqlcoderPrompter, 330, {}),
    "sqlcoder_fenced": (SqlcoderPrompter, 4_000, {"variant": "fenced"}),
    "sqlcoder_rules": (SqlcoderPrompter, 4_000, {"variant": "rules"}),
    "llama3": (Llama3Prompter, 4_000, {}),
    "schema_first": (SchemaFirstPrompter, 4_000, {}),
    "schema_first_short": (SchemaFirstPrompter, 330, {}),
    "chat": (ChatPrompter, 4_000, {}),
    "chat_without_system": (ChatPrompter, 4_000, {"system": False}),
    "template": (TemplatePrompter, 4_000, {"file": "mine.jinja"}),
}


def laid_out(prompt: Prompt) -> str:
    turns = "".join(f"--- {message.role}\n{message.content}\n" for message in prompt.messages)
    head = f"shared: {prompt.shared}\nstop: {prompt.stop}\nopening: {prompt.opening!r}\ndropped: {prompt.dropped}\n"
    return f"{head}--- text\n{prompt.text}<end>\n" if prompt.text else f"{head}{turns}"


@pytest.mark.parametrize("name", CASES)
def test_a_prompt_is_the_committed_one(name: str, built: Callable[..., Prompter], tmp_path: Path) -> None:
    (tmp_path / "mine.jinja").write_text(TEMPLATE, encoding="utf-8")
    cls, tokens, settings = CASES[name]
    ask = ask_about(QUESTION, clock=pinned(), limit=20, previous="how many orders\nand last year?", instructions="no `guesses`")
    text = laid_out(built(cls, **settings).prompt(ask, room_for(tokens)))
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("SQLCODER_REFRESH_PROMPTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text, f"refresh it with: {REFRESH}"


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)
