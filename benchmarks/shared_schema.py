"""Twenty questions on one synthetic catalog, as the prompter `schema_first` renders them: the schema's part is the same for all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlcoder_core.decoding.decoder import Job

QUESTIONS = tuple(
    text.format(table=table)
    for table in ("orders", "customers", "products", "invoices", "shipments")
    for text in (
        "how many {table} are there",
        "total amount of {table} per region",
        "the ten newest {table}",
        "average amount of {table} by status last year",
    )
)
_TABLES = ("orders", "customers", "products", "invoices", "shipments", "payments", "returns", "stores", "suppliers", "employees")
_COLUMNS = (("id", "integer"), ("region", "text"), ("status", "text"), ("amount", "number"), ("created_on", "date"), ("note", "text"))


def prompts(tokens: int, count: Callable[[Sequence[str]], tuple[int, ...]]) -> list[Job]:
    """A job for each question; the catalog has as many tables as make its text about so many tokens long."""
    tables, made = 2, _rendered(2, count)
    length = count([made[0].text])[0]
    while length < tokens:
        tables = max(tables + 1, int(tables * min(4, 0.95 * tokens / length)))
        made = _rendered(tables, count)
        length = count([made[0].text])[0]
    return made


def written(jobs: Sequence[Job], file: Path) -> None:
    """Keep them, for machines that have no prompters."""
    file.write_text(json.dumps([[job.text, job.shared] for job in jobs]))


def read(file: Path) -> list[Job]:
    """What `written` kept."""
    return [Job(text, shared) for text, shared in json.loads(file.read_text())]


def _rendered(tables: int, count: Callable[[Sequence[str]], tuple[int, ...]]) -> list[Job]:
    from sqlcoder_core.contracts.component import Context
    from sqlcoder_core.contracts.prompter import Room
    from sqlcoder_core.contracts.proposer import Ask
    from sqlcoder_core.linking.catalog_index import memory_catalog
    from sqlcoder_core.linking.linker import link
    from sqlcoder_core.values.catalog import Column, Table, TableName
    from sqlcoder_core.values.question import Clock, Question
    from sqlcoder_prompts.schema_first import SchemaFirstPrompter

    def table(number: int) -> Table:
        name = _TABLES[number % len(_TABLES)] + (f"_{number // len(_TABLES)}" if number >= len(_TABLES) else "")
        columns = tuple(Column(name=column, type=kind.upper(), kind=kind) for column, kind in _COLUMNS)  # type: ignore[arg-type]
        return Table(
            name=TableName(schema="shop", name=name), columns=columns, primary_key=("id",), description=f"One row for each of {name}"
        )

    catalog = memory_catalog([table(number) for number in range(tables)], "shop")
    here = Path()
    prompter = SchemaFirstPrompter(SchemaFirstPrompter.Settings(share=1.0), Context(project_dir=here, config_dir=here, cache_dir=here))
    room = Room(tokens=1 << 16, count=count)
    jobs = []
    for text in QUESTIONS:
        ask = Ask(linked=link(Question(text=text), catalog), dialect="duckdb", clock=Clock(), catalog=catalog)
        prompt = prompter.prompt(ask, room)
        assert prompt.shared, "the catalog is not shared"
        jobs.append(Job(prompt.text, prompt.shared))
    return jobs
