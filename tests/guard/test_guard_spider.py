"""Spider's training queries and mutants of them: nothing right is refused, nearly nothing wrong passes.

The data is not part of the project. It is looked for under $SQLCODER_SHARED_DATA, then ../shared/data.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.listed import ListedCatalog

DATA = Path(os.environ.get("SQLCODER_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data") / "train" / "spider_train.jsonl.gz"
WORD = re.compile(r"[A-Za-z_]\w*")
NAME_ERROR = re.compile(r"no such (column|table)|ambiguous column")

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"Spider's training set is not at {DATA}")


class Database(NamedTuple):
    engine: sqlite3.Connection
    catalog: ListedCatalog
    columns: list[str]
    tables: list[str]


@cache
def records() -> list[dict[str, Any]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if not row.get("unresolved")]


@cache
def database(name: str) -> Database:
    schema = next(row["schema"]["tables"] for row in records() if row["db_id"] == name)
    listed = {table["name"]: [column["name"] for column in table["columns"]] for table in schema}
    engine = sqlite3.connect(":memory:")
    for table, columns in listed.items():
        if not table.startswith("sqlite_"):
            engine.execute('CREATE TABLE "{}" ({})'.format(table, ", ".join(f'"{column}"' for column in columns)))
    return Database(engine, ListedCatalog(listed), sorted({c for columns in listed.values() for c in columns}), sorted(listed))


def is_refused(sql: str, catalog: ListedCatalog) -> bool:
    try:
        check(sql, "sqlite", catalog)
    except Refused:
        return True
    return False


def engine_says(sql: str, engine: sqlite3.Connection) -> str | None:
    try:
        engine.execute(f"EXPLAIN {sql}")
    except sqlite3.Error as error:
        return str(error)
    return None


def mutant(sql: str, known: Database, chance: random.Random) -> str:
    """The query with one name misspelt or exchanged for another name of the database."""
    names = {name.lower() for name in known.columns + known.tables}
    without_strings = re.sub(r"'[^']*'", lambda string: " " * len(string[0]), sql)
    places = [match for match in WORD.finditer(without_strings) if match[0].lower() in names]
    if not places:
        return sql
    place = chance.choice(places)
    word = chance.choice([f"{place[0]}x", place[0][:-1] or "_", chance.choice(known.columns), chance.choice(known.tables)])
    return sql[: place.start()] + (word if WORD.fullmatch(word) else f'"{word}"') + sql[place.end() :]


def sample(count: int, seed: int) -> list[tuple[str, Database]]:
    rows = random.Random(seed).choices(records(), k=count)
    return [(row["sql_raw"].rstrip("; "), database(row["db_id"])) for row in rows]


def test_gold_queries_pass() -> None:
    rows = records()
    refused = [row["sql_raw"] for row in rows if is_refused(row["sql_raw"], database(row["db_id"]).catalog)]
    assert len(rows) > 6000
    assert len(refused) <= len(rows) // 1000, refused[:5]


def test_strings_in_double_quotes_raise_no_alarm() -> None:
    rows = [row for row in records() if "'" in row["sql_raw"]][::5]
    refused = [row["sql_raw"] for row in rows if is_refused(row["sql_raw"].replace("'", '"'), database(row["db_id"]).catalog)]
    assert len(rows) > 400
    assert not refused, refused[:5]


def wrong_verdicts(count: int, seed: int) -> tuple[int, list[str], list[str]]:
    """How many mutants have a name that the engine does not know, which of them pass, and which good ones are refused."""
    chance, errors = random.Random(seed), 0
    missed: list[str] = []
    false_alarms: list[str] = []
    for sql, known in sample(count, seed):
        changed = mutant(sql.replace("'", chance.choice("'\"")), known, chance)
        complaint = engine_says(changed, known.engine)
        if complaint is None:
            false_alarms += [changed] * is_refused(changed, known.catalog)
        elif NAME_ERROR.match(complaint):
            errors += 1
            missed += [changed] * (not is_refused(changed, known.catalog))
    return errors, missed, false_alarms


def test_misspelt_names_are_found_and_right_ones_raise_no_alarm() -> None:
    errors, missed, false_alarms = wrong_verdicts(1500, seed=7)
    assert errors > 500
    assert len(missed) <= errors // 100, missed[:5]
    assert not false_alarms, false_alarms[:5]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_misspelt_names_are_found_over_many_seeds(seed: int) -> None:
    errors, missed, false_alarms = wrong_verdicts(6000, seed=100 + seed)
    assert len(missed) <= errors // 100, missed[:5]
    assert not false_alarms, false_alarms[:5]
