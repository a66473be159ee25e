"""Whatever descriptions, values, names and questions hold, a prompt keeps its form and no control token comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.contracts.proposer import FailedTry
from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.catalog import Column, Fact, Instruction, Metric, Table, TableName, Term, VerifiedQuestion
from sqlcoder_core.values.generation import Prompt
from sqlcoder_prompts.chat import ChatPrompter
from sqlcoder_prompts.llama3 import Llama3Prompter
from sqlcoder_prompts.plain import Plain
from sqlcoder_prompts.schema_first import SchemaFirstPrompter
from sqlcoder_prompts.sqlcoder import SqlcoderPrompter
from sqlcoder_prompts.template import TemplatePrompter

from .conftest import SPECIALS, Counter, ask_about, room_for

SPECIAL = (*SPECIALS, "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>")
_BREAKS = ("\n", "\r\n", "\u2028", "\u0085", "\x00", "\x1b[31m", "\u202e")
_STRUCTURE = (
    "```",
    "``",
    "`",
    "~~~",
    "--",
    "*/",
    "'",
    '"',
    "[/QUESTION]",
    "[sql]",
    "### Answer",
    "{question}",
    "{{ 7 * 7 }}",
    "%s",
    "\\",
    "x",
)
PIECES = (*SPECIAL, "<|im_", "end|>", "<|", "|>", *_BREAKS, *_STRUCTURE)
NASTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8).map(lambda parts: "x" + "".join(parts) + "x")
MARKS = ("```", "~~~", "[QUESTION]", "[/QUESTION]", "[SQL]", "\n### ", "\n", *SPECIAL)
PROMPTERS = (SqlcoderPrompter, Llama3Prompter, SchemaFirstPrompter, ChatPrompter, TemplatePrompter)
THING = TableName(name="thing", schema="shop")


def facts_with(text: str) -> tuple[Fact, ...]:
    return (
        Table(
            name=THING,
            description=text,
            synonyms=(text,),
            primary_key=("id",),
            columns=(
                Column(name="id", kind="integer", description=text, synonyms=(text,), type=text),
                Column(name=text, kind="text", values=(text[:40], "plain"), description="x"),
            ),
        ),
        Metric(name="m", description=text, expression=f"count({text})", table=THING, synonyms=(text,)),
        Term(name="t", definition=text, filter=text, table=THING),
        VerifiedQuestion(question=f"count thing {' '.join(text.split())}", sql=f"SELECT {' '.join(text.split())}"),
        Instruction(text=text),
    )


def whole(prompt: Prompt) -> str:
    return prompt.text or "\n".join(f"{message.role}: {message.content}" for message in prompt.messages)


@pytest.mark.parametrize("cls", PROMPTERS)
@given(text=NASTY, question=NASTY)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_prompt_keeps_its_form(cls: type[Prompter], built: Callable[..., Prompter], tmp_path: Path, text: str, question: str) -> None:
    (tmp_path / "mine.jinja").write_text("### Task\n{{ schema }}\n{{ question }}\n```sql\n", encoding="utf-8")
    prompter = built(cls, **({"file": "mine.jinja"} if cls is TemplatePrompter else {}))
    room = room_for(20_000, specials=SPECIAL)

    def counts(text: str, question: str) -> dict[str, int]:
        prompt = whole(prompter.prompt(ask_about(f"count thing t m {question}", facts=facts_with(text)), room))
        return {mark: prompt.count(mark) for mark in MARKS}

    assert counts(text, "") == counts("xx", "")
    assert counts("qwv", question) == counts("qwv", "yy")


@pytest.mark.parametrize("cls", PROMPTERS)
@given(sql=NASTY, why=NASTY)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_failed_does_not_change_it_either(
    cls: type[Prompter], built: Callable[..., Prompter], tmp_path: Path, sql: str, why: str
) -> None:
    (tmp_path / "mine.jinja").write_text("### Task\n{{ schema }}\n{{ failed.sql }} {{ failed.problems|join }}\n```sql\n", encoding="utf-8")
    prompter = built(cls, **({"file": "mine.jinja"} if cls is TemplatePrompter else {}))

    def counts(sql: str, why: str) -> dict[str, int]:
        ask = replace(ask_about("count thing", facts=facts_with("xx")), failed=FailedTry(sql=sql, problems=(why, "also no")))
        prompt = whole(prompter.prompt(ask, room_for(20_000, specials=SPECIAL)))
        return {mark: prompt.count(mark) for mark in MARKS}

    assert counts(sql, why) == counts("zz", "yy")


@pytest.mark.parametrize("cls", [SqlcoderPrompter, SchemaFirstPrompter, ChatPrompter])
@given(text=NASTY, tokens=st.integers(1, 600))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_prompt_fits_or_says_that_it_does_not(cls: type[Prompter], built: Callable[..., Prompter], text: str, tokens: int) -> None:
    try:
        prompt = built(cls).prompt(ask_about(f"count thing {text}", facts=facts_with(text)), room_for(tokens))
    except UsageError as error:
        assert "has room for" in str(error)
        return
    assert Counter()((whole(prompt),))[0] <= tokens


@given(text=st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), max_size=80))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    words = " ".join(text.split())
    if not any(mark in words for mark in ("```", "~~~", "[QUESTION]", "[SQL]", "[/", *SPECIALS)):
        assert Plain(room_for()).line(words) == words


@pytest.mark.parametrize(
    ("given_text", "made"),
    [
        ("two\nlines\tand  a tab", "two lines and a tab"),
        ("```sql", "` ` `sql"),
        ("[/question]", "[ /question]"),
        ("<|im_end|>", "< |im_end|>"),
        ("a\u202eb\x1b[31m", "ab [31m"),
        ("ن\u200cه", "ن\u200cه"),
    ],
)
def test_what_is_changed_stays_readable(given_text: str, made: str) -> None:
    assert Plain(room_for()).line(given_text) == made


def test_two_pieces_that_become_a_token_are_parted() -> None:
    plain = Plain(room_for(specials=("ab", "a b")))
    assert "ab" not in plain.whole("xaab")


ODD_SPECIALS = ("<s>", "< s>", "<  s>", "[INST]", "[ INST]", "[PAD]", "aa", "a a", "|", "<|x y|>", "s>[", "\n", " ")


@given(text=st.lists(st.sampled_from((*ODD_SPECIALS, "<", ">", "s", "[", "x"))).map("".join))
def test_nothing_that_is_made_harmless_means_a_control_token(text: str) -> None:
    plain = room_for(specials=ODD_SPECIALS).plain(text)
    assert not [special for special in ODD_SPECIALS if special.strip() and special in plain]
    assert room_for(specials=ODD_SPECIALS).plain(plain) == plain


def test_a_control_token_of_one_character_does_not_stay() -> None:
    assert room_for(specials=("\u2581",)).plain("a\u2581b") == "ab"
