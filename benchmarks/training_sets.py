"""Figures of the builtin proposer on the training sets, split by schema into parts (see `half_of`).

    python benchmarks/training_sets.py DATA_DIR [--set spider_train] [--half dev|fit|held|both] [--values none|samples] [--show OUTCOME]

A question counts as right when its rows match the gold query's, by sqlcoder_core.evaluation.matching (exact or subset; strict), on every
one of a few fuzzed instances (sqlcoder_core.evaluation.fuzz), which `--instances` counts. The order of rows is free.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlcoder_builtin.proposer import BuiltinProposer, BuiltinSettings
from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.errors import DatabaseError, SqlcoderError
from sqlcoder_core.evaluation.fuzz.instances import Instances, Recipe, untied_files
from sqlcoder_core.evaluation.matching import exact, strict, subset
from sqlcoder_core.evaluation.records import Base, Rows
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.linking.words import name_words
from sqlcoder_core.values.catalog import Column, ColumnKind, Fact, Relationship, Table, TableName
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.question import Clock, Question

SECONDS = 2.0
MOST_ROWS = 20_000
CLOCK = Clock(now=datetime(2022, 6, 15, 12, 0))


def half_of(db: str) -> str:
    """The part that a schema belongs to, by hash of its name: half for developing rules ("dev"), a quarter on which the confidence is
    fitted and no rule is written ("fit"), a quarter on which figures are reported ("held")."""
    number = int(hashlib.sha256(db.encode()).hexdigest(), 16)
    return "dev" if number % 2 == 0 else "fit" if number // 2 % 2 == 0 else "held"


def kind_of(name: str, type_text: str) -> ColumnKind:
    """The kind of a column by its type's text, and by its name where types are loose."""
    low = type_text.lower()
    words = name_words(name)
    if low.startswith(("int", "bigint", "smallint", "tinyint")):
        return "integer"
    if low.startswith(("number", "real", "float", "double", "decimal", "numeric")):
        return "number"
    if low.startswith("bool"):
        return "boolean"
    if low.startswith(("time", "date")):
        return "timestamp" if "time" in low or "time" in words else "date"
    return "text"


def facts_of(schema: dict[str, Any], samples: dict[str, Any] | None) -> list[Fact]:
    """Catalog facts of one record's schema; sampled values only where wanted."""
    values = {
        (table["name"].lower(), column["name"].lower()): column.get("samples", [])
        for table in (samples or {}).get("tables", [])
        for column in table["columns"]
    }
    facts: list[Fact] = []
    for table in schema["tables"]:
        columns = tuple(
            Column(
                name=column["name"],
                type=column["type"],
                kind=kind_of(column["name"], column["type"]),
                values=tuple(value for value in values.get((table["name"].lower(), column["name"].lower()), []) if isinstance(value, str)),
            )
            for column in table["columns"]
        )
        facts.append(Table(name=TableName(name=table["name"]), columns=columns, primary_key=tuple(table.get("pk") or ())))
    for left, left_column, right, right_column in schema.get("fks", []):
        facts.append(
            Relationship(
                left=TableName(name=left),
                left_columns=(left_column,),
                right=TableName(name=right),
                right_columns=(right_column,),
                origin="declared",
            )
        )
    return facts


def base_of(record: dict[str, Any]) -> Base:
    """The record's schema as a base without contents."""
    facts = facts_of(record["schema"], None)
    return Base(
        name=record["db_id"] or record["id"],
        dialect="sqlite",
        tables=tuple(fact for fact in facts if isinstance(fact, Table)),
        relationships=tuple(fact for fact in facts if isinstance(fact, Relationship)),
    )


# ---------------------------------------------------------------- instances in this process


class InMemory:
    """Instances as throwaway databases in memory: what runs there passed the guard, and there is nothing else to be read or spoilt."""

    def __init__(self) -> None:
        self._connections: list[sqlite3.Connection] = []

    def place(self, files: Sequence[bytes]) -> None:
        """Take these in place of those before."""
        for connection in self._connections:
            connection.close()
        self._connections = [sqlite3.connect(":memory:") for _ in files]
        for connection, content in zip(self._connections, files, strict=True):
            connection.deserialize(content)

    def run(self, index: int, query: CheckedQuery) -> Rows:
        """Rows of one instance; DatabaseError for what SQLite refuses or what takes too long."""
        deadline = time.monotonic() + SECONDS
        self._connections[index].set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
        try:
            cursor = self._connections[index].execute(query.text)
            return Rows(columns=tuple(column[0] for column in cursor.description), rows=tuple(cursor.fetchmany(MOST_ROWS)))
        except sqlite3.Error as error:
            raise DatabaseError(str(error)) from error


def instances_of(record: dict[str, Any], count: int) -> Instances:
    """The instances of one question; raises UsageError for a gold that cannot be read."""
    bench = InMemory()
    recipe = Recipe.of(base_of(record), [record["sql_raw"]], seed=1, dialect="sqlite", now=None)
    return Instances(untied_files(recipe, count, bench), "sqlite", bench, lambda: None)


def right(gold: Sequence[Rows | str], ours: Sequence[Rows | str], *, ordered: bool) -> tuple[bool, bool]:
    """Correct (exact or subset) and strict, each on every instance; as `sqlcoder eval` judges where the order of rows is free."""
    pairs = [(one, other) for one, other in zip(gold, ours, strict=True) if isinstance(one, Rows) and isinstance(other, Rows)]
    if len(pairs) < len(gold):
        return False, False
    correct = all(exact(one, other, ordered=ordered) or subset(one, other, ordered=ordered) for one, other in pairs)
    return correct, all(strict(one, other, ordered=ordered) for one, other in pairs)


# ---------------------------------------------------------------- the run


@dataclass(slots=True)
class Tally:
    """Counts of one half."""

    asked: int = 0
    answered: int = 0
    strict: int = 0
    lenient: int = 0
    milliseconds: list[float] = field(default_factory=list)
    bands: dict[int, list[int]] = field(default_factory=dict)

    @staticmethod
    def share(part: int, whole: int) -> float:
        """In percent."""
        return 100.0 * part / whole if whole else 0.0

    def line(self, name: str) -> str:
        """One line of figures."""
        times = sorted(self.milliseconds) or [0.0]
        precise, exact = self.share(self.lenient, self.answered), self.share(self.strict, self.answered)
        right, strictly = self.share(self.lenient, self.asked), self.share(self.strict, self.asked)
        return (
            f"{name:30} asked {self.asked:5}  coverage {self.share(self.answered, self.asked):5.1f}%"
            f"  precision {precise:5.1f}% (strict {exact:5.1f}%)"
            f"  accuracy {right:5.1f}% (strict {strictly:5.1f}%)  p50 {times[len(times) // 2]:.1f} ms"
        )


def records(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """Records of one set whose gold runs on SQLite."""
    with gzip.open(data / "train" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if not record.get("unresolved"):
                yield record


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", dest="sets", action="append")
    parser.add_argument("--half", default="dev", choices=["dev", "fit", "held", "both"])
    parser.add_argument("--values", default="none", choices=["none", "samples"])
    parser.add_argument("--show", default="", help="wrong, abstained or right: print those")
    parser.add_argument("--grep", default="")
    parser.add_argument("--every", type=int, default=1, help="take every N-th question")
    parser.add_argument("--instances", type=int, default=6, help="fuzzed databases for each question")
    parser.add_argument("--floor", type=float, default=0.0, help="answers below this score count as abstained")
    chosen = parser.parse_args()
    sample_file = chosen.data / "train" / "spider_train_samples.json.gz"
    samples = json.loads(gzip.decompress(sample_file.read_bytes())) if chosen.values == "samples" else {}
    for name in chosen.sets or ["spider_train"]:
        for half in ("dev", "fit", "held") if chosen.half == "both" else (chosen.half,):
            tally = evaluate(chosen, name, half, samples)
            print(tally.line(f"{name} {half} ({chosen.values})"), flush=True)
            for band, (right, total) in sorted(tally.bands.items()):
                print(f"    score {band / 10:.1f}: {right}/{total} right")


def evaluate(chosen: argparse.Namespace, name: str, half: str, samples: dict[str, Any]) -> Tally:
    """All questions of one set and half."""
    tally = Tally()
    proposer = BuiltinProposer(BuiltinSettings(), Context(project_dir=Path(), config_dir=Path(), cache_dir=Path()))
    catalogs: dict[str, Any] = {}
    for number, record in enumerate(records(chosen.data, name)):
        if (
            (record["db_id"] and half_of(record["db_id"]) != half)
            or number % chosen.every
            or (chosen.grep and chosen.grep.lower() not in record["question"].lower())
        ):
            continue
        key = record["db_id"]
        if key not in catalogs:
            catalogs[key] = memory_catalog(facts_of(record["schema"], samples.get(key)))
        one(chosen, record, proposer, catalogs[key], tally)
    return tally


def one(chosen: argparse.Namespace, record: dict[str, Any], proposer: BuiltinProposer, catalog: Any, tally: Tally) -> None:
    """One question: propose, run on the instances, compare."""
    gold = record["sql_raw"]
    try:
        instances = instances_of(record, chosen.instances)
    except SqlcoderError:
        return
    expected = instances.rows(gold)
    if any(isinstance(rows, str) for rows in expected):
        return
    tally.asked += 1
    begin = time.perf_counter()
    linked = link(Question(text=record["question"]), catalog)
    proposal = next(iter(proposer.propose((Ask(linked=linked, dialect="sqlite", clock=CLOCK),))))
    tally.milliseconds.append(1000 * (time.perf_counter() - begin))
    if not proposal.candidates or proposal.candidates[0].score < chosen.floor:
        show(chosen, "abstained", record, proposal.reason or "")
        return
    tally.answered += 1
    best = proposal.candidates[0]
    ours = instances.rows(best.sql)
    correct, exactly = right(expected, ours, ordered=False)
    tally.lenient += correct
    tally.strict += exactly
    band = tally.bands.setdefault(int(best.score * 10), [0, 0])
    band[0] += correct
    band[1] += 1
    failed = next((f" FAILS: {rows}" for rows in ours if isinstance(rows, str)), "")
    show(chosen, "right" if correct else "wrong", record, f"{best.sql}   [{best.score}]{failed}")


def show(chosen: argparse.Namespace, outcome: str, record: dict[str, Any], ours: str) -> None:
    """Print one question when its outcome was asked for."""
    if chosen.show == outcome:
        print(f"{record['db_id']} | {record['question']}\n    gold {record['sql_raw']}\n    ours {ours}")


if __name__ == "__main__":
    main()
