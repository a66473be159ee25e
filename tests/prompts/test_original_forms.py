"""The original prompts, to the letter: the sample of the repository defog-ai/sqlcoder, written as its own files have it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.catalog import Column, Fact, Instruction, Relationship, Table, TableName
from sqlcoder_core.values.question import Clock, Question
from sqlcoder_prompts.llama3 import Llama3Prompter
from sqlcoder_prompts.originals import variant_of
from sqlcoder_prompts.sqlcoder import SqlcoderPrompter

from .conftest import ask_about, room_for

METADATA = """\
CREATE TABLE products (
  product_id INTEGER PRIMARY KEY, -- Unique ID for each product
  name VARCHAR(50), -- Name of the product
  price DECIMAL(10,2), -- Price of each unit of the product
  quantity INTEGER -- Current quantity in stock
);

CREATE TABLE sales (
  sale_id INTEGER PRIMARY KEY, -- Unique ID for each sale
  product_id INTEGER, -- ID of product sold
  sale_date DATE, -- Date the sale occurred
  quantity INTEGER -- Quantity of product sold
);

-- sales.product_id can be joined with products.product_id"""
QUESTION = "What products sold most?"


def column(name: str, type_text: str, description: str) -> Column:
    return Column(name=name, type=type_text, description=description)


PRODUCTS, SALES = TableName(name="products", schema="public"), TableName(name="sales", schema="public")
FACTS: tuple[Fact, ...] = (
    Table(
        name=PRODUCTS,
        primary_key=("product_id",),
        columns=(
            column("product_id", "INTEGER", "Unique ID for each product"),
            column("name", "VARCHAR(50)", "Name of the product"),
            column("price", "DECIMAL(10,2)", "Price of each unit of the product"),
            column("quantity", "INTEGER", "Current quantity in stock"),
        ),
    ),
    Table(
        name=SALES,
        primary_key=("sale_id",),
        columns=(
            column("sale_id", "INTEGER", "Unique ID for each sale"),
            column("product_id", "INTEGER", "ID of product sold"),
            column("sale_date", "DATE", "Date the sale occurred"),
            column("quantity", "INTEGER", "Quantity of product sold"),
        ),
    ),
    Relationship(left=SALES, left_columns=("product_id",), right=PRODUCTS, right_columns=("product_id",)),
)
SEVEN_B_2 = f"""\
### Task
Generate a SQL query to answer [QUESTION]{QUESTION}[/QUESTION]

### Database Schema
The query will run on a database with the following schema:
{METADATA}

### Answer
Given the database schema, here is the SQL query that [QUESTION]{QUESTION}[/QUESTION]
[SQL]
"""
INSTRUCTIONS = f"""\
### Task
Generate a SQL query to answer [QUESTION]{QUESTION}[/QUESTION]

### Instructions
- If you cannot answer the question with the available database schema, return 'I do not know'

### Database Schema
The query will run on a database with the following schema:
{METADATA}

### Answer
Given the database schema, here is the SQL query that answers [QUESTION]{QUESTION}[/QUESTION]
[SQL]
"""
FENCED = f"""\
### Task
Generate a SQL query to answer the following question:
`{QUESTION}`

### Database Schema
This query will run on a database whose schema is represented in this string:
{METADATA}

### SQL
Given the database schema, here is the SQL query that answers `{QUESTION}`:
```sql
"""
RULES = f"""\
### Instructions:
Your task is convert a question into a SQL query, given a Postgres database schema.
Adhere to these rules:
- **Deliberately go through the question and database schema word by word** to appropriately answer the question
- **Use Table Aliases** to prevent ambiguity. For example, `SELECT table1.col1, table2.col1 FROM table1 JOIN table2 ON table1.id = table2.id`.
- When creating a ratio, always cast the numerator as float

### Input:
Generate a SQL query that answers the question `{QUESTION}`.
This query will run on a database whose schema is represented in this string:
{METADATA}

### Response:
Based on your instructions, here is the SQL query I have generated to answer the question `{QUESTION}`:
```sql
"""  # noqa: E501
LLAMA_3 = f"""\
<|begin_of_text|><|start_header_id|>user<|end_header_id|>

Generate a SQL query to answer this question: `{QUESTION}`


DDL statements:
{METADATA}<|eot_id|><|start_header_id|>assistant<|end_header_id|>

The following SQL query best answers the question `{QUESTION}`:
```sql
"""
FORMS = {
    "defog/sqlcoder-7b-2": SEVEN_B_2,
    "defog/sqlcoder-70b-alpha": INSTRUCTIONS,
    "defog/sqlcoder-34b-alpha": FENCED,
    "defog/sqlcoder-7b": FENCED,
    "defog/sqlcoder2": FENCED,
    "defog/sqlcoder": RULES,
}


def ask() -> Ask:

    catalog = memory_catalog(FACTS, "public")
    linked = link(Question(text=QUESTION), catalog)
    return Ask(linked=linked, dialect="postgres", clock=Clock(), catalog=catalog)


@pytest.mark.parametrize("model", FORMS)
def test_each_model_reads_its_own_form_to_the_letter(model: str, built: Callable[..., Prompter]) -> None:
    prompt = built(SqlcoderPrompter).prompt(ask(), room_for(model=model))
    assert prompt.text == FORMS[model]
    assert prompt.shared == 0
    assert prompt.text.endswith(prompt.opening)
    assert [table.name.name for table in prompt.shown] == ["products", "sales"]


def test_llama_3_reads_its_form_to_the_letter(built: Callable[..., Prompter]) -> None:
    specials = ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    prompt = built(Llama3Prompter).prompt(ask(), room_for(specials=specials))
    assert prompt.text == LLAMA_3
    assert (prompt.opening, prompt.stop) == ("```sql\n", ("```",))


@pytest.mark.parametrize(
    ("model", "form"),
    [
        ("sqlcoder-7b-q5_k_m.gguf", "7b-2"),
        ("/models/SQLCoder-7B-2.Q4_K_M.gguf", "7b-2"),
        ("sqlcoder:15b", "rules"),
        ("sqlcoder-7b.Q8_0.gguf", "fenced"),
        ("somebody/else", "7b-2"),
    ],
)
def test_the_form_is_known_by_the_models_name(model: str, form: str) -> None:
    assert variant_of(model, rules=False) == form


def test_rules_of_ones_own_are_further_instructions(built: Callable[..., Prompter]) -> None:
    facts = (*FACTS, Instruction(text="Revenue is price multiplied by quantity"))
    prompt = built(SqlcoderPrompter).prompt(ask_about(QUESTION, facts=facts, dialect="postgres"), room_for(model="sqlcoder-7b-2"))
    assert "return 'I do not know'\n- Revenue is price multiplied by quantity\n\n### Database Schema" in prompt.text


def test_a_form_without_a_place_for_rules_has_them_behind_the_schema(built: Callable[..., Prompter]) -> None:
    clock = Clock(now=datetime(2026, 5, 6))
    prompt = built(SqlcoderPrompter, variant="7b-2").prompt(ask_about(QUESTION, facts=FACTS, clock=clock), room_for())
    assert "### Instructions" not in prompt.text
    assert "\n-- Today is Wednesday, 2026-05-06; write that date, not CURRENT_DATE\n\n### Answer" in prompt.text


def test_another_dialect_is_said(built: Callable[..., Prompter]) -> None:
    prompt = built(SqlcoderPrompter).prompt(ask_about(QUESTION, facts=FACTS, dialect="tsql"), room_for())
    assert "- Write SQL for Microsoft SQL Server (T-SQL)\n" in prompt.text
