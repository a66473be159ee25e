"""Spider's questions and schemas in, a suite out; contents where `database/<db_id>/<db_id>.sqlite` is there.

A question has `db_id`, `question` and `query` (SQLite's dialect); its category is how hard the query is, see hardness.py.
"""

from __future__ import annotations

from pathlib import Path

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.records import Base, Suite, Task
from sqlcoder_core.evaluation.suites.files import SuiteFiles, existing, plain_name
from sqlcoder_core.evaluation.suites.hardness import hardness
from sqlcoder_core.evaluation.suites.question_json import question_file, read_questions
from sqlcoder_core.evaluation.suites.schema_json import Shape, read_schemas
from sqlcoder_core.host.nearest import did_you_mean

_QUESTIONS = ("dev.json", "train_spider.json", "train.json", "test.json")
_NEEDED = ("db_id", "question", "query")
_ENDINGS = (".sqlite", ".db", ".duckdb")


def read(path: Path, databases: str | None, files: SuiteFiles) -> Suite:
    """The questions of a folder's dev.json (else train_spider.json), or of the file that is named, with the tables.json beside it."""
    file = question_file(path, _QUESTIONS)
    shapes = read_schemas(existing(file.parent / "tables.json", what="description of the databases"), files)
    tasks = tuple(_task(number, record, place, file.stem) for number, record, place in read_questions(file, files, _NEEDED))
    names = dict.fromkeys(task.base for task in tasks)
    for task in tasks:
        if task.base not in shapes:
            raise ConfigError(f"database {task.base!r} is not in tables.json", place=task.place, hint=did_you_mean(task.base, shapes))
    folder = Path(databases).expanduser() if databases else file.parent / "database"
    if databases:
        existing(folder, what="folder of databases")
    bases = tuple(contents_base(name, shapes[name], folder, files) for name in names)
    return Suite(name=file.stem, kind="spider", tasks=tasks, bases=bases, data_hash=files.data_hash)


def contents_base(name: str, shape: Shape, folder: Path, files: SuiteFiles) -> Base:
    """The database with its contents, where `folder` has them, else its shape."""
    places = [spelling for ending in _ENDINGS for spelling in (folder / name / f"{name}{ending}", folder / f"{name}{ending}")]
    found = next((place for place in places if place.is_file() and place.stat().st_size), None)
    if found is not None:
        files.note(found)
    return Base(
        name=name,
        dialect="sqlite",
        database=str(found.absolute()) if found else None,
        tables=shape.tables,
        relationships=shape.relationships,
    )


def _task(number: int, record: dict[str, str], place: str, stem: str) -> Task:
    sql = record["query"].strip().removesuffix(";")
    return Task(
        id=f"{stem}-{number}",
        question=record["question"].strip(),
        base=plain_name(record["db_id"], place),
        category=hardness(sql, "sqlite"),
        gold=(sql,),
        place=place,
    )
