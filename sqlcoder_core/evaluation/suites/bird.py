"""BIRD's questions, schemas and descriptions in, a suite out.

A question has `question_id`, `db_id`, `question`, `evidence` (told as instructions), `SQL` (SQLite's dialect) and `difficulty` (its
category). Contents are in `dev_databases/<db_id>/<db_id>.sqlite`, descriptions beside them in `database_description/<table>.csv`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.records import Base, Suite, Task
from sqlcoder_core.evaluation.suites.ddl import described
from sqlcoder_core.evaluation.suites.files import SuiteFiles, existing, plain_name
from sqlcoder_core.evaluation.suites.question_json import question_file, read_questions
from sqlcoder_core.evaluation.suites.schema_json import Shape, read_schemas
from sqlcoder_core.evaluation.suites.spider import contents_base
from sqlcoder_core.host.nearest import did_you_mean
from sqlcoder_core.values.catalog import Table

_QUESTIONS = ("dev.json", "train.json", "mini_dev_sqlite.json")
_NEEDED = ("db_id", "question", "SQL")


def read(path: Path, databases: str | None, files: SuiteFiles) -> Suite:
    """The questions of a folder's dev.json (else train.json), or of the file that is named."""
    file = question_file(path, _QUESTIONS)
    part = "train" if file.stem.startswith("train") else "dev"
    tables = file.parent / f"{part}_tables.json"
    tasks = tuple(_task(number, record, place, file.stem) for number, record, place in read_questions(file, files, _NEEDED))
    folder = Path(databases).expanduser() if databases else file.parent / f"{part}_databases"
    if databases:
        existing(folder, what="folder of databases")
    shapes = read_schemas(existing(tables, what="description of the databases"), files)
    for task in tasks:
        if task.base not in shapes:
            raise ConfigError(f"database {task.base!r} is not in {tables.name}", place=task.place, hint=did_you_mean(task.base, shapes))
    bases = tuple(_base(name, shapes[name], folder, files) for name in dict.fromkeys(task.base for task in tasks))
    return Suite(name=file.stem, kind="bird", tasks=tasks, bases=bases, data_hash=files.data_hash)


def _base(name: str, shape: Shape, folder: Path, files: SuiteFiles) -> Base:
    base = contents_base(name, shape, folder, files)
    told = {path.stem.lower(): path for path in sorted((folder / name / "database_description").glob("*.csv"))}
    tables = tuple(_described(table, told.get(table.name.name.lower()), files) for table in base.tables)
    return replace(base, tables=tables)


def _described(table: Table, path: Path | None, files: SuiteFiles) -> Table:
    if path is None:
        return table
    with path.open("rb") as file:
        encoding = "utf-8" if _is_utf8(file.read()) else "cp1252"  # some of BIRD's files were saved on Windows
    files.note(path)
    rows = csv.DictReader(io.StringIO(path.read_text(encoding=encoding, errors="replace").removeprefix("\ufeff"), newline=""))
    return described(table, {(row.get("original_column_name") or "").strip(): _description(row) for row in rows})


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _description(row: dict[str, Any]) -> str:
    """The column's natural name, what it means, and what its values mean, each where it says something new."""
    said: list[str] = []
    for name in ("column_name", "column_description", "value_description"):
        text = " ".join(str(row.get(name) or "").split())
        known = (row.get("original_column_name") or "").strip().lower()
        if text and text.lower() != known and text not in said:
            said.append(text)
    return "; ".join(said)


def _task(number: int, record: dict[str, Any], place: str, stem: str) -> Task:
    return Task(
        id=f"{stem}-{record.get('question_id', number)}",
        question=record["question"].strip(),
        base=plain_name(record["db_id"], place),
        category=str(record.get("difficulty") or ""),
        gold=(record["SQL"].strip().removesuffix(";"),),
        instructions=str(record.get("evidence") or "").strip() or None,
        place=place,
    )
