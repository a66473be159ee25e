"""Hidden things are not shown, values only where they may be, names as the dialect writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.values.catalog import Column, Table, TableName, Term
from sqlcoder_core.values.generation import Prompt
from sqlcoder_core.values.question import Clock
from sqlcoder_prompts.chat import ChatPrompter
from sqlcoder_prompts.llama3 import Llama3Prompter
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.plain import Plain
from sqlcoder_prompts.schema_first import SchemaFirstPrompter
from sqlcoder_prompts.sqlcoder import SqlcoderPrompter

from .conftest import FACTS, ORDERS, Counter, ask_about, room_for

ALL = (SqlcoderPrompter, Llama3Prompter, SchemaFirstPrompter, ChatPrompter)
SHARING = (SchemaFirstPrompter, ChatPrompter)
QUESTION = "Which customers in New York placed big orders, by salary and ssn, and what is the number of distinct_people?"


def said(prompt: Prompt) -> str:
    return prompt.text + "".join(message.content for message in prompt.messages)


@pytest.mark.parametrize("cls", ALL)
def test_hidden_tables_and_columns_are_named_nowhere_but_in_the_question(cls: type[Prompter], built: Callable[..., Prompter]) -> None:
    prompt = built(cls).prompt(ask_about(QUESTION), room_for())
    text = said(prompt).replace(QUESTION, "")
    assert "ssn" not in text
    assert "salary" not in text
    assert "payroll" not in text
    assert "secret" not in text
    assert {name for table in prompt.shown for name in table.columns} >= {"city", "status"}
    assert "ssn" not in {name for table in prompt.shown for name in table.columns}


@pytest.mark.parametrize("cls", ALL)
def test_values_and_verified_examples_stay_here_when_they_may_not_go(cls: type[Prompter], built: Callable[..., Prompter]) -> None:
    ask = ask_about("How many customers live in new york by order status?")
    shown, kept = (said(built(cls).prompt(ask, room_for(values=values))) for values in (True, False))
    for value in ("New York", "San Francisco", "shipped"):
        assert value in shown
        assert value not in kept
    assert "WHERE city" in shown
    assert "WHERE city" not in kept
    assert "status ENUM" in kept


@pytest.mark.parametrize("cls", SHARING)
def test_the_shared_beginning_is_the_same_for_every_question(cls: type[Prompter], built: Callable[..., Prompter]) -> None:
    prompter, room = built(cls), room_for()
    facts = FACTS
    prompts = [prompter.prompt(ask_about(text, facts=facts), room) for text in ("How many big orders?", "Who lives in New York?")]
    heads = {(one.text or one.messages[0].content)[: one.shared] for one in prompts}
    assert len(heads) == 1
    assert "CREATE TABLE orders" in heads.pop()
    assert said(prompts[0]) != said(prompts[1])


@pytest.mark.parametrize("cls", SHARING)
def test_a_catalog_too_large_for_its_share_is_not_shared(cls: type[Prompter], built: Callable[..., Prompter]) -> None:
    more = tuple(Table(name=TableName(name=f"other_{i}", schema="shop"), columns=(Column(name="a", kind="integer"),)) for i in range(80))
    prompt = built(cls, share=0.2).prompt(ask_about("How many big orders?", facts=(*FACTS, *more)), room_for(900))
    assert prompt.shared == 0
    assert ORDERS in [table.name for table in prompt.shown]


@pytest.mark.parametrize("cls", SHARING)
def test_a_definition_that_the_shared_part_has_no_room_for_comes_with_the_question(
    cls: type[Prompter], built: Callable[..., Prompter]
) -> None:
    many = tuple(Term(name=f"word {number}", definition="meaning " * 20) for number in range(40))
    prompter, room = built(cls), room_for(700)
    prompt = prompter.prompt(ask_about("What was the net_revenue?", facts=(*FACTS, *many)), room)
    other = prompter.prompt(ask_about("How many staff?", facts=(*FACTS, *many)), room)
    assert prompt.shared == other.shared > 0
    text = said(prompt)
    assert "net_revenue (also called turnover): computed as sum(total_amt)" in text
    assert text.index("CREATE TABLE orders") < text.index("computed as sum(total_amt)")
    assert "computed as" not in said(other)


def test_of_a_long_glossary_what_the_question_names_comes_first(built: Callable[..., Prompter]) -> None:
    many = tuple(Term(name=f"word{number:03}", definition="x") for number in range(100))
    text = said(
        built(SchemaFirstPrompter, share=0).prompt(ask_about("What was the turnover of word099?", facts=(*FACTS, *many)), room_for())
    )
    assert 30 < text.count("- word") <= 41
    assert text.index("- word099") < text.index("- word000")


def test_lengths_are_asked_for_once_a_question_when_the_schema_is_known(built: Callable[..., Prompter]) -> None:
    prompter, room = built(SchemaFirstPrompter), room_for()
    counter = room.count
    assert isinstance(counter, Counter)
    ask = ask_about("How many big orders?")
    prompter.prompt(ask, room)
    first = counter.calls
    prompter.prompt(ask, room)
    assert (first, counter.calls - first) == (2, 1)


def test_another_room_is_another_schema(built: Callable[..., Prompter]) -> None:
    prompter, ask = built(SchemaFirstPrompter), ask_about("How many big orders?")
    assert "shipped" in said(prompter.prompt(ask, room_for()))
    assert "shipped" not in said(prompter.prompt(ask, room_for(values=False)))


def test_the_nearest_example_stands_next_to_the_question(built: Callable[..., Prompter]) -> None:
    prompt = built(ChatPrompter).prompt(ask_about("What is the turnover by customer city?"), room_for())
    contents = [message.content for message in prompt.messages]
    assert contents[-3] == "What is the turnover by city?"
    assert contents[-1].startswith("What is the turnover by customer city?")
    assert [message.role for message in prompt.messages] == ["system", "user", "assistant", "user", "assistant", "user"]


def test_questions_before_it_count_for_a_follow_up(built: Callable[..., Prompter]) -> None:
    prompt = built(SqlcoderPrompter).prompt(ask_about("and by placed_on?", previous="How many orders from New York?"), room_for(190))
    assert "city TEXT -- for example 'New York'" in prompt.text
    assert "`How many orders from New York?`" in prompt.text


def test_a_limit_and_the_calendar_are_said_only_where_they_are_set(built: Callable[..., Prompter]) -> None:
    ask = ask_about("How many orders?")
    plain = said(built(ChatPrompter).prompt(ask, room_for()))
    assert "LIMIT" not in plain
    assert "Weeks start" not in plain
    assert "write CURRENT_DATE" in plain
    wished = replace(ask, limit=7, clock=Clock(week_start="saturday", fiscal_year_start=7))
    text = said(built(ChatPrompter).prompt(wished, room_for()))
    assert "add LIMIT 7" in text
    assert "Weeks start on Saturday" in text
    assert "The fiscal year starts in July" in text


def test_pages_of_description_become_their_first_sentences(built: Callable[..., Prompter]) -> None:
    long = "The city. " + "Where the customer lives, as the form has it. " * 40
    nested = f"STRUCT({', '.join(f'field_{number} INTEGER' for number in range(200))})"
    columns = (Column(name="city", type="TEXT", description=long), Column(name="more", type=nested, synonyms=tuple("abcdefghijkl")))
    facts = (Table(name=TableName(name="people", schema="shop"), description="word" * 900, columns=columns),)
    lines = said(built(SqlcoderPrompter).prompt(ask_about("people by city", facts=facts), room_for())).splitlines()
    assert max(map(len, lines)) < 300
    assert any(line.endswith("as the form has it.") and line.startswith("  city TEXT, -- The city. Where") for line in lines)
    assert any("also called a, b, c, d, e, f, g, h" in line and "INTEGER, ..." not in line for line in lines)


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("dialect", "name", "written"),
    [
        ("duckdb", "Orders", "Orders"),
        ("postgres", "Orders", '"Orders"'),
        ("snowflake", "ORDERS", "ORDERS"),
        ("snowflake", "Orders", '"Orders"'),
        ("mysql", "order", "`order`"),
        ("bigquery", "full name", "`full name`"),
        ("tsql", "full name", "[full name]"),
        ("sqlite", 'say "hi"', '"say ""hi"""'),
        ("duckdb", "größe", '"größe"'),
    ],
)
def test_a_name_is_quoted_where_the_dialect_needs_it(dialect: str, name: str, written: str) -> None:
    assert Names(dialect, None, (), Plain(room_for())).column(name) == written


@pytest.mark.parametrize(
    ("dialect", "value", "written"),
    [
        ("duckdb", "it's", "'it''s'"),
        ("bigquery", "it's", "'it\\'s'"),
        ("mysql", "a\\b", "'a\\\\b'"),
        ("postgres", "a\\b", "'a\\b'"),
        ("duckdb", "two\nlines", "'two lines'"),
        ("duckdb", 1.5, "1.5"),
        ("duckdb", True, "TRUE"),
    ],
)
def test_a_value_is_written_as_the_dialect_reads_it(dialect: str, value: str | float | bool, written: str) -> None:
    assert Names(dialect, None, (), Plain(room_for())).literal(value) == written


def table(name: str, schema: str | None = None, database: str | None = None) -> TableName:
    return TableName(name=name, schema=schema, database=database)


@pytest.mark.parametrize(
    ("tables", "written"),
    [
        ([table("a", "main")], ["a"]),
        ([table("a", "MAIN")], ["a"]),
        ([table("a", "other")], ["other.a"]),
        ([table("a", "main"), table("b", "other")], ["main.a", "other.b"]),
        ([table("a")], ["a"]),
        ([table("a", "main", "x"), table("a", "main", "y")], ["x.main.a", "y.main.a"]),
    ],
)
def test_a_table_has_its_schema_where_it_needs_one(tables: list[TableName], written: list[str]) -> None:
    names = Names("duckdb", "main", tables, Plain(room_for()))
    assert [names.table(one) for one in tables] == written
