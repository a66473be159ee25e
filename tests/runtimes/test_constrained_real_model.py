"""SmolLM2, which nobody trained for SQL, under the constraint: every answer is a query over real names. Without it, hardly one is."""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path

import pytest

pytest.importorskip("llguidance")
pytest.importorskip("llama_cpp")

import sqlglot
from constrained_queries import SCHEMAS
from loaded_models import Loaded, loaded
from sqlglot import exp

from sqlcoder_core.decoding.constrain.sql_guide import guide_for
from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.errors import Refused
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.catalog import Catalog, Column, Table
from sqlcoder_core.values.generation import Decoding

pytestmark = pytest.mark.real_model

SHOP = SCHEMAS["shop"]
WAYS = ("how many {0} are there per {1}", "which {0} have the highest {1}", "list {0} without {1}", "average {1} of {0} last year")
QUESTIONS = [
    way.format(table.name.name.replace("_", " "), column.replace("_", " "))
    for way, table in product(WAYS, SHOP)
    for column in [*table.columns, "revenue", "margin", "growth", "country", "manager"]
][:200]
DDL = "\n".join(f"CREATE TABLE {table.name.name} ({', '.join(table.columns)});" for table in SHOP)
SHORT = Decoding(beams=1, hypotheses=1, max_tokens=40)


@pytest.fixture(scope="module")
def model(smollm2_gguf: Path) -> Loaded:
    return loaded("llamacpp", smollm2_gguf)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return memory_catalog([Table(name=table.name, columns=tuple(Column(name=column) for column in table.columns)) for table in SHOP])


def answers(model: Loaded, questions: list[str], *, constrained: bool) -> list[str]:
    """One greedy answer of 40 tokens at most for each question."""
    jobs = []
    for question in questions:
        text = f"{DDL}\n-- {question}\n"
        guide = guide_for(SHOP, "duckdb", model.engine.tokenizer) if constrained else None
        jobs.append(Job(text=text, shared=len(DDL), guide=guide))
    decoder = Decoder(model.engine, model.facts)
    try:
        found = list(decoder.generate(jobs, SHORT, pause=lambda: None))
    finally:
        decoder.close()
    return [one.hypotheses[0].text if one.hypotheses else "" for one in found]


def names_only_what_is_real(sql: str) -> bool:
    """Every table is one that was shown or that the query defines, every column one of theirs or a name that the query gives."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    given = {alias.alias.lower() for alias in tree.find_all(exp.Alias, exp.CTE, exp.Subquery, exp.Table) if alias.alias}
    tables = {table.name.name for table in SHOP} | given
    columns = {column for table in SHOP for column in table.columns} | given
    named = all(table.name.lower() in tables for table in tree.find_all(exp.Table))
    return named and all(column.name.lower() in columns or isinstance(column.this, exp.Star) for column in tree.find_all(exp.Column))


def passes(sql: str, catalog: Catalog) -> bool:
    try:
        check(sql, "duckdb", catalog)
    except Refused:
        return False
    return True


def test_200_of_200_constrained_answers_parse_and_name_only_what_is_real(
    model: Loaded, catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(QUESTIONS) == 200
    found = answers(model, QUESTIONS, constrained=True)
    wrong = [sql for sql in found if not sql or not names_only_what_is_real(sql)]
    in_scope = sum(passes(sql, catalog) for sql in found)
    with capsys.disabled():
        print(f"\n  SmolLM2 under the constraint: of 200 answers {200 - len(wrong)} name only what is real, {in_scope} pass the guard")
    assert not wrong
    assert in_scope >= 190


def test_without_the_constraint_most_answers_fail(model: Loaded, catalog: Catalog) -> None:
    found = answers(model, list(islice(QUESTIONS, 0, 200, 8)), constrained=False)
    assert sum(passes(sql, catalog) for sql in found) < len(found) / 2
