"""Figures of the builtin proposer on the training sets, split by schema into a development and a held-out half.

    python benchmarks/training_sets.py DATA_DIR [--set spider_train] [--half dev|held|both] [--values none|samples] [--show N] [--grep TEXT]

A question counts as right when its rows equal the gold query's on two small random databases that satisfy the schema's keys and hold
the gold's constants. `strict` compares multisets of rows (column order free); `lenient` drops duplicates and lets extra columns pass.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from sqlcoder_builtin.proposer import BuiltinProposer, BuiltinSettings
from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.linking.words import name_words
from sqlcoder_core.values.catalog import Column, ColumnKind, Fact, Relationship, Table, TableName
from sqlcoder_core.values.question import Clock, Question

ROWS = 24
CLOCK = Clock(now=datetime(2022, 6, 15, 12, 0))
WORDS = ["alpha", "beta", "gamma", "delta", "kappa", "omega", "north", "south", "east", "west", "red", "blue", "green", "open", "closed"]


def half_of(db: str) -> str:
    """The half that a schema belongs to, by hash of its name."""
    return "dev" if int(hashlib.sha256(db.encode()).hexdigest(), 16) % 2 == 0 else "held"


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


# ---------------------------------------------------------------- random databases


def build_database(schema: dict[str, Any], gold: str, seed: int) -> sqlite3.Connection:
    """A small database with random rows, keys satisfied, seeded with the gold query's constants."""
    chance = random.Random(seed)
    connection = sqlite3.connect(":memory:")
    constants = constants_of(gold)
    pools: dict[tuple[str, str], list[Any]] = {}
    references = {
        (left.lower(), left_column.lower()): (right.lower(), right_column.lower())
        for left, left_column, right, right_column in schema.get("fks", [])
    }
    for table in in_order(schema):
        quoted = ", ".join(f'"{column["name"]}"' for column in table["columns"])
        connection.execute(f'CREATE TABLE "{table["name"]}" ({quoted})')
        columns = []
        for column in table["columns"]:
            place = (table["name"].lower(), column["name"].lower())
            parent = references.get(place)
            unique = [name.lower() for name in table.get("pk") or ()] == [place[1]]
            pool = pools.get(parent) if parent else None
            columns.append(fill(column, unique, pool, constants.get(place[1], []), chance))
            pools[place] = columns[-1]
        for row in zip(*columns, strict=True):
            connection.execute(f'INSERT INTO "{table["name"]}" VALUES ({", ".join("?" * len(row))})', row)
    return connection


def in_order(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Parents before children, as far as there are no circles."""
    parents: dict[str, set[str]] = {table["name"].lower(): set() for table in schema["tables"]}
    for left, _, right, _ in schema.get("fks", []):
        if left.lower() != right.lower():
            parents.setdefault(left.lower(), set()).add(right.lower())
    done: list[dict[str, Any]] = []
    waiting = list(schema["tables"])
    while waiting:
        ready = [table for table in waiting if parents[table["name"].lower()] <= {other["name"].lower() for other in done}] or waiting[:1]
        done += ready
        waiting = [table for table in waiting if table not in ready]
    return done


def fill(column: dict[str, Any], unique: bool, pool: list[Any] | None, constants: list[Any], chance: random.Random) -> list[Any]:
    """ROWS values for one column."""
    if pool:
        if unique:
            return chance.sample(pool, len(pool))[:ROWS] + [None] * max(0, ROWS - len(pool))
        # Skewed, so that "the most" is seldom a tie; a third of the parents has no child.
        return [pool[int(max(2, len(pool) * 2 // 3) * chance.random() ** 2.2)] for _ in range(ROWS)]
    kind = kind_of(column["name"], column["type"])
    if unique:
        made = list(range(1, ROWS + 1)) if kind in ("integer", "number") else [f"k{number}" for number in range(ROWS)]
        chosen = [value for value in constants if value not in made][: ROWS // 2]
        return chosen + made[len(chosen) :]
    return [
        chance.choice(constants) if constants and chance.random() < 0.45 else value(kind, column["name"], constants, chance)
        for _ in range(ROWS)
    ]


def value(kind: str, name: str, constants: list[Any], chance: random.Random) -> Any:
    """One random value; numbers lie around the constants so that comparisons split the rows."""
    numbers = [constant for constant in constants if isinstance(constant, (int, float))]
    if kind in ("integer", "number") or numbers:
        middle = chance.choice(numbers) if numbers else 50
        return (
            round(middle + chance.randint(-9, 9) * max(1, abs(middle) / 20))
            if kind != "number"
            else round(middle + chance.uniform(-9, 9) * max(1, abs(middle) / 20), 2)
        )
    if kind in ("date", "timestamp") or "date" in name.lower():
        day = date(2022, 6, 1) - timedelta(days=chance.randint(0, 1500))
        return day.isoformat() if kind != "timestamp" else f"{day.isoformat()} {chance.randint(0, 23):02}:00:00"
    return f"{chance.choice(WORDS)} {chance.randint(1, 5)}"


def constants_of(gold: str) -> dict[str, list[Any]]:
    """Column name -> constants that the gold query compares it with."""
    found: dict[str, list[Any]] = {}
    tree = sqlglot.parse_one(gold, dialect="sqlite")
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.Between, exp.In):
        columns = [column.name.lower() for column in node.find_all(exp.Column)]
        for constant in node.find_all(exp.Literal):
            text = constant.this.strip("%") if constant.is_string else float(constant.this)
            text = int(text) if isinstance(text, float) and text.is_integer() else text
            for name in columns[:1]:
                found.setdefault(name, []).append(f"x{text}y" if isinstance(node, exp.Like) and len(found.get(name, [])) % 2 else text)
    # Double-quoted constants come as columns.
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.Like):
        if isinstance(node.expression, exp.Column) and not node.expression.table and isinstance(node.this, exp.Column):
            found.setdefault(node.this.name.lower(), []).append(node.expression.name.strip("%"))
    return found


# ---------------------------------------------------------------- comparing


def run(connection: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]] | None:
    """Rows, or None when the query fails or takes too long."""
    steps = 0

    def stop() -> int:
        nonlocal steps
        steps += 1
        return int(steps > 200)

    connection.set_progress_handler(stop, 10_000)
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.Error:
        return None


def cell(value: Any) -> str:
    """A cell as it is compared: numbers as floats to six digits."""
    if isinstance(value, (int, float)):
        return f"{float(value):.5g}"
    return str(value)


def columns_of(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Columns as tuples of compared cells."""
    return [tuple(cell(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []


def strict(gold: list[tuple[Any, ...]], ours: list[tuple[Any, ...]]) -> bool:
    """Same multiset of rows for some order of the columns."""
    if len(gold) != len(ours):
        return False
    if not gold:
        return True
    if len(gold[0]) != len(ours[0]):
        return False
    left, right = (Counter(zip(*sorted(columns_of(rows), key=sorted), strict=True)) for rows in (gold, ours))
    return left == right


def lenient(gold: list[tuple[Any, ...]], ours: list[tuple[Any, ...]]) -> bool:
    """Duplicates dropped, extra columns of ours free: each gold column is found among ours with equal sorted values."""
    gold, ours = list(dict.fromkeys(gold)), list(dict.fromkeys(ours))
    if not gold or not ours:
        return not gold and not ours
    places = []
    free = list(range(len(ours[0])))
    for column in columns_of(gold):
        match = next((at for at in free if set(columns_of(ours)[at]) == set(column)), None)
        if match is None:
            return False
        places.append(match)
        free.remove(match)
    return {tuple(map(cell, row)) for row in gold} == {tuple(cell(row[at]) for at in places) for row in ours}


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
    parser.add_argument("--half", default="dev", choices=["dev", "held", "both"])
    parser.add_argument("--values", default="none", choices=["none", "samples"])
    parser.add_argument("--show", default="", help="wrong, abstained or right: print those")
    parser.add_argument("--grep", default="")
    parser.add_argument("--every", type=int, default=1, help="take every N-th question")
    parser.add_argument("--floor", type=float, default=0.0, help="answers below this score count as abstained")
    chosen = parser.parse_args()
    sample_file = chosen.data / "train" / "spider_train_samples.json.gz"
    samples = json.loads(gzip.decompress(sample_file.read_bytes())) if chosen.values == "samples" else {}
    for name in chosen.sets or ["spider_train"]:
        for half in ("dev", "held") if chosen.half == "both" else (chosen.half,):
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
    """One question: propose, run on two databases, compare."""
    gold = record["sql_raw"]
    try:
        bases = [build_database(record["schema"], gold, seed) for seed in (1, 2)]
    except (sqlglot.errors.ParseError, sqlite3.Error):
        return
    expected = [run(base, gold) for base in bases]
    if None in expected:
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
    ours = [run(base, best.sql) for base in bases]
    right = all(mine is not None and lenient(wanted or [], mine) for wanted, mine in zip(expected, ours, strict=True))
    exact = all(mine is not None and strict(wanted or [], mine) for wanted, mine in zip(expected, ours, strict=True))
    tally.lenient += right
    tally.strict += exact
    band = tally.bands.setdefault(int(best.score * 10), [0, 0])
    band[0] += right
    band[1] += 1
    show(chosen, "right" if right else "wrong", record, f"{best.sql}   [{best.score}]{' FAILS' if None in ours else ''}")


def show(chosen: argparse.Namespace, outcome: str, record: dict[str, Any], ours: str) -> None:
    """Print one question when its outcome was asked for."""
    if chosen.show == outcome:
        print(f"{record['db_id']} | {record['question']}\n    gold {record['sql_raw']}\n    ours {ours}")


if __name__ == "__main__":
    main()
