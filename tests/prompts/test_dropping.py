"""What goes first when a prompt is too long, and when there is nothing more to leave out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.catalog import Column, Fact, Instruction, Relationship, Table, TableName
from sqlcoder_prompts import dropping
from sqlcoder_prompts.content import Content, linked_content
from sqlcoder_prompts.dropping import Rung, fit, rungs
from sqlcoder_prompts.focus import focus_of
from sqlcoder_prompts.schema_first import SchemaFirstPrompter
from sqlcoder_prompts.sqlcoder import SqlcoderPrompter
from sqlcoder_prompts.stored_values import Amounts

from .conftest import FACTS, Counter, ask_about, room_for

QUESTION = "How many orders by city of the customers, and by status?"
REGIONS = TableName(name="regions", schema="shop")
LONELY = TableName(name="lonely", schema="shop")
MORE: tuple[Fact, ...] = (
    *FACTS,
    Table(name=REGIONS, description="Far away", columns=(Column(name="region_id", kind="integer"), Column(name="manager", kind="text"))),
    Table(name=LONELY, columns=(Column(name="thing", kind="text"),)),
    Relationship(left=TableName(name="staff", schema="shop"), left_columns=("number",), right=REGIONS, right_columns=("region_id",)),
)


def ladder() -> list[Rung]:
    ask = ask_about(QUESTION, facts=MORE)
    focus = focus_of(ask.linked)
    return list(rungs(Rung(linked_content(ask, focus, Amounts(allowed=True, listed=20, samples=3), examples=3)), focus))


def test_the_order_is_the_one_that_the_module_states() -> None:
    assert [rung.dropped for rung in ladder()] == [
        "",
        "1 of 2 examples",
        "sample values",
        "descriptions of columns",
        "dashboards and reports",
        "1 column of tables that the question does not touch",
        "the table shop.lonely",
        "the table shop.regions",
        "the table shop.staff",
        "3 columns that the question does not speak of",
        "2 definitions",
        "lists of values",
        "descriptions of tables",
        "the last example",
        "instructions of the catalog",
    ]


def test_the_modules_page_lists_as_many_steps_as_there_are() -> None:
    assert len(re.findall(r"^ ?\d+\. ", dropping.__doc__ or "", re.MULTILINE)) == len(dropping._STEPS)


def test_keys_joined_columns_and_what_the_question_names_stay_to_the_end() -> None:
    last = ladder()[-1].content
    assert {table.name.name: [column.name for column in table.columns] for table in last.tables} == {
        "customers": ["customer_id", "city"],
        "orders": ["order_id", "customer_id", "status"],
    }
    assert [join.left_columns for join in last.relationships] == [("customer_id",)]


def test_tables_on_the_way_between_two_that_are_named_stay() -> None:
    a, b, c = (TableName(name=name, schema="shop") for name in ("pupils", "enrolments", "lessons"))
    facts = (
        *(Table(name=name, columns=(Column(name="p", kind="integer"), Column(name="l", kind="integer"))) for name in (a, b, c)),
        Relationship(left=b, left_columns=("p",), right=a, right_columns=("p",)),
        Relationship(left=b, left_columns=("l",), right=c, right_columns=("l",)),
    )
    ask = ask_about("pupils by lessons", facts=facts)
    focus = focus_of(ask.linked)
    content = linked_content(ask, focus, Amounts(allowed=True, listed=20, samples=3), examples=3)
    assert {table.name.name for table in list(rungs(Rung(content), focus))[-1].content.tables} == {"pupils", "enrolments", "lessons"}


@pytest.mark.parametrize("cls", [SqlcoderPrompter, SchemaFirstPrompter])
@pytest.mark.parametrize("tokens", [1_000, 400, 330, 300, 270, 250, 220])
def test_whatever_the_room_the_prompt_is_the_fullest_that_fits(cls: type[Prompter], tokens: int, built: Callable[..., Prompter]) -> None:
    ask, room, counter = ask_about(QUESTION, facts=MORE), room_for(tokens), Counter()
    try:
        prompt = built(cls, share=0).prompt(ask, room) if cls is SchemaFirstPrompter else built(cls).prompt(ask, room)
    except UsageError:
        assert tokens < 250
        return
    assert counter((prompt.text,))[0] <= tokens
    assert isinstance(room.count, Counter)
    assert room.count.calls <= 5


def test_what_is_left_out_is_recorded_and_so_is_what_is_shown(built: Callable[..., Prompter]) -> None:
    prompt = built(SqlcoderPrompter).prompt(ask_about(QUESTION, facts=MORE), room_for(170))
    assert "the table shop.staff" in prompt.dropped
    for table in prompt.shown:
        for column in table.columns:
            assert f"  {column} " in prompt.text or f'  "{column}" ' in prompt.text
    assert "staff" not in prompt.text


def test_the_search_finds_the_first_rung_that_fits() -> None:
    texts = ["word " * length for length in range(100, 0, -1)]
    for most in (0, 1, 37, 99, 100, 200):
        contents = [
            Rung(Content(tables=(), instructions=(Instruction(text=text),)), text if place else "") for place, text in enumerate(texts)
        ]

        def render(content: Content) -> str:
            return content.instructions[0].text

        room = room_for(most)
        if most == 0:
            with pytest.raises(UsageError, match="take 1 tokens"):
                fit(iter(contents), render, room)
            continue
        fitted = fit(iter(contents), render, room)
        assert len(fitted.text.split()) == min(most, 100)
        assert len(fitted.dropped) == 100 - min(most, 100)


def test_tables_that_others_are_built_on_are_left_out_unless_they_are_meant_or_asked_for(built: Callable[..., Prompter]) -> None:
    columns = (Column(name="order_id", kind="integer"), Column(name="raw_state", kind="text"))
    stages = tuple(Table(name=TableName(name=name, schema="shop"), columns=columns, rank=0.7) for name in ("stg_orders", "raw_orders"))

    def shown(question: str, cls: type[Prompter] = SqlcoderPrompter, **settings: bool) -> set[str]:
        prompt = built(cls, **settings).prompt(ask_about(question, facts=(*FACTS, *stages)), room_for())
        return {table.name.name for table in prompt.shown}

    for cls in (SqlcoderPrompter, SchemaFirstPrompter):
        assert shown("How many orders?", cls) == {"customers", "orders", "staff"}
        assert shown("How many orders?", cls, behind=True) == {"customers", "orders", "staff", "stg_orders", "raw_orders"}
        assert "stg_orders" in shown("How many rows are in stg_orders?", cls)
    assert "the table" not in " ".join(built(SqlcoderPrompter).prompt(ask_about("How many orders?"), room_for()).dropped)
    prompt = built(SqlcoderPrompter).prompt(ask_about("How many orders?", facts=(*FACTS, *stages)), room_for())
    assert prompt.dropped == ("2 tables that others are built on",)


def test_a_question_that_does_not_fit_says_how_much_it_takes_and_what_to_do(built: Callable[..., Prompter]) -> None:
    with pytest.raises(UsageError, match=r"take \d+ tokens, and this model's prompt has room for 50; raise the runtime's `context:`"):
        built(SqlcoderPrompter).prompt(ask_about(QUESTION), room_for(50))
