"""How often the linker keeps every table that the gold query needs, on a catalog of 10,000 tables and 100,000s of columns.

    python benchmarks/linker_recall.py DATA_DIR [--tables 10000] [--alone] [--sample 300] [--miss]

The catalog holds FIBEN's warehouse and all of Spider's training schemas at once, each a schema of its own, and up to `--tables`
tables of real warehouses as distractors (Spider2's, dbt projects', web tables). `--alone`: FIBEN's 152 tables and nothing else.
CPU milliseconds of a warm `link` stand beside; `of 20` counts the first 20 tables that the linker keeps.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp
from training_sets import kind_of

from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.index_build import SourceFacts, build_index
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.catalog import Column, Fact, Relationship, Table, TableName
from sqlcoder_core.values.question import Question

SETS = ("fiben", "spider_train", "spider_syn_train")


class Case(NamedTuple):
    """A question and the keys of the tables that its gold query reads."""

    set: str
    question: str
    gold: frozenset[str]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Records of a gzipped JSON lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def schema_of(record: dict[str, Any]) -> str:
    """FIBEN's records name no database."""
    return str(record["db_id"] or "fiben").lower()


def own_facts(record: dict[str, Any]) -> Iterator[Fact]:
    """The tables and foreign keys of a record's schema."""
    home = schema_of(record)
    for table in record["schema"]["tables"]:
        columns = [
            Column(name=one["name"], type=one["type"], kind=kind_of(one["name"], one["type"]), description=one.get("nl"))
            for one in table["columns"]
        ]
        yield Table(name=TableName(name=table["name"], schema=home), columns=tuple(columns), primary_key=tuple(table.get("pk") or ()))
    for left, left_column, right, right_column in record["schema"].get("fks", []):
        yield Relationship(
            left=TableName(name=left, schema=home),
            left_columns=(left_column,),
            right=TableName(name=right, schema=home),
            right_columns=(right_column,),
            origin="declared",
        )


def distractors(data: Path) -> Iterator[Table]:
    """Tables of real warehouses, projects and pages, each once."""
    seen = set()
    for name in ("spider2_tables", "dbt_models", "squall_tables"):
        for number, record in enumerate(lines(data / "schemas" / f"{name}.jsonl.gz")):
            called = str(record.get("table") or f"web_table_{number}").rpartition(".")[2]
            key = (str(record["db"]).lower(), called.lower())
            if key not in seen:
                seen.add(key)
                columns = {one["name"].lower(): one for one in record["columns"]}
                yield Table(
                    name=TableName(name=called, schema=record["db"]),
                    description=record.get("desc"),
                    columns=tuple(
                        Column(
                            name=one["name"],
                            type=one.get("type"),
                            kind="text",
                            description=one.get("desc"),
                            values=tuple(dict.fromkeys(value for value in one.get("samples") or () if isinstance(value, str))),
                        )
                        for one in columns.values()
                    ),
                )


def cases_of(data: Path, name: str, sample: int) -> list[Case]:
    """A fixed sample of one set's questions."""
    found = []
    for record in lines(data / "train" / f"{name}.jsonl.gz"):
        if not record.get("unresolved"):
            there = {table["name"].lower() for table in record["schema"]["tables"]}
            read = {table.name.lower() for table in sqlglot.parse_one(record["sql"], dialect="postgres").find_all(exp.Table)}
            if read & there:
                found.append(Case(name, record["question"], frozenset(f"{schema_of(record)}.{table}" for table in read & there)))
    return random.Random(1).sample(found, min(sample, len(found)))


def facts(data: Path, most: int, alone: bool) -> list[Fact]:
    """The whole catalog."""
    homes = {schema_of(record): record for name in SETS[: 1 if alone else 2] for record in lines(data / "train" / f"{name}.jsonl.gz")}
    found = [fact for record in homes.values() for fact in own_facts(record)]
    own = sum(isinstance(fact, Table) for fact in found)
    others = [] if alone else [table for _, table in zip(range(most - own), distractors(data), strict=False)]
    columns = sum(len(fact.columns) for fact in [*found, *others] if isinstance(fact, Table))
    print(f"{own + len(others):,} tables, {own} of them of the questions' own schemas; {columns:,} columns")
    return [*found, *others]


def measure(catalog: IndexedCatalog, cases: list[Case], miss: bool) -> str:
    """One line of figures."""
    whole = whole20 = 0
    part = 0.0
    sizes, spent = [], []
    for case in cases:
        begin = time.process_time()
        kept = [table.name.key for table in link(Question(text=case.question), catalog).tables]
        spent.append(1000 * (time.process_time() - begin))
        sizes.append(len(kept))
        whole += case.gold <= set(kept)
        whole20 += case.gold <= set(kept[:20])
        part += len(case.gold & set(kept[:20])) / len(case.gold)
        if miss and not case.gold <= set(kept):
            print(f"    {case.question}   missing {', '.join(sorted(case.gold - set(kept)))}")
    spent.sort()
    count = len(cases)
    return (
        f"{cases[0].set:18} {count:4} questions"
        f"  all tables of 20: {100 * whole20 / count:5.1f} %  each table of 20: {100 * part / count:5.1f} %"
        f"  all kept: {100 * whole / count:5.1f} %  kept p50 {sorted(sizes)[count // 2]}, most {max(sizes)}"
        f"  CPU ms p50 {spent[count // 2]:.0f}, p95 {spent[int(count * 0.95)]:.0f}"
    )


def main() -> None:
    """Build, link, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tables", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--miss", action="store_true", help="print the questions that miss a table")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        everything = facts(chosen.data, chosen.tables, chosen.alone)
        changed = [replace(fact, tags=("new",)) if isinstance(fact, Table) and not at % 100 else fact for at, fact in enumerate(everything)]
        spent = []
        for version in (everything, changed, changed):
            begin = time.process_time()
            catalog = build_index(Path(folder) / "index.sqlite", [SourceFacts(name="given", facts=version)])
            spent.append(time.process_time() - begin)
        print("built in {:.1f} CPU s, again with 1 % of the tables changed in {:.1f}, with none in {:.1f}".format(*spent))
        for name in SETS[: 1 if chosen.alone else 3]:
            print(measure(catalog, cases_of(chosen.data, name, chosen.sample), chosen.miss), flush=True)
        catalog.close()


if __name__ == "__main__":
    main()
