"""A suite in our own format in, YAML or JSON lines; every mistake is said with its line."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sqlcoder_core.config.problems import from_validation, in_order
from sqlcoder_core.config.yaml_nodes import Document, Steps, read_yaml
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.gold import expanded
from sqlcoder_core.evaluation.records import Base, Rows, Suite, Task
from sqlcoder_core.evaluation.suites.ddl import schema_of
from sqlcoder_core.evaluation.suites.dialects import dialect_of
from sqlcoder_core.evaluation.suites.files import SuiteFiles, existing
from sqlcoder_core.evaluation.suites.own_entries import Head, QuestionEntry, ResultEntry
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Clock

_JSON_LINES = (".jsonl", ".ndjson")
_ENDINGS = (".yml", ".yaml", *_JSON_LINES)
_TOLD = 12
"""Problems of one file that are said."""


def read(path: Path, files: SuiteFiles) -> Suite:
    """The suite of a file. Raises FileError, and ConfigError with every problem and its line."""
    text = files.text(existing(path, what="suite"))
    document = _json_lines(text, str(path)) if path.suffix.lower() in _JSON_LINES else read_yaml(text, str(path))
    problems = list(document.problems)
    head = _validated(document, problems)
    _refuse(problems)
    tasks = tuple(_tasks(head, document, _base_name(head)))
    if not tasks:
        raise ConfigError("there are no questions in this suite", place=str(path), hint="list them under `questions:`")
    base = _base(head, path, document, files)
    return Suite(name=head.suite or path.stem, kind="own", tasks=tasks, bases=(base,), clock=Clock(now=head.now), data_hash=files.data_hash)


def read_folder(folder: Path, files: SuiteFiles) -> Suite:
    """All suites of a folder as one, each one's name as a tag; ids and databases get it too where they would not be unique.

    A suite is a file in the folder, named by its stem, or `questions.yml` (or .jsonl) in a folder of it, named by that folder.
    """
    named = _named(folder)
    if not named:
        hint = "a suite is a file of YAML or JSON lines, or a folder with questions.yml"
        raise ConfigError("there is no suite in this folder", place=str(folder), hint=hint)
    suites = [(stem, read(path, files)) for stem, path in named]
    counted = Counter(task.id for _, suite in suites for task in suite.tasks)
    names = Counter(suite.bases[0].name for _, suite in suites)
    tasks, bases = [], []
    for stem, suite in suites:
        (base,) = suite.bases
        name = base.name if names[base.name] == 1 else f"{base.name}-{stem}"
        bases.append(replace(base, name=name, clock=suite.clock))
        for task in suite.tasks:
            id = task.id if counted[task.id] == 1 else f"{stem}-{task.id}"
            tasks.append(replace(task, id=id, base=name, tags=(stem, *task.tags)))
    return Suite(name=folder.resolve().name, kind="own", tasks=tuple(tasks), bases=tuple(bases), data_hash=files.data_hash)


def _named(folder: Path) -> list[tuple[str, Path]]:
    own = [(path.stem, path) for path in folder.iterdir() if path.suffix.lower() in _ENDINGS and path.is_file()]
    inner = [(path.parent.name, path) for path in folder.glob("*/questions.*") if path.suffix.lower() in _ENDINGS and path.is_file()]
    return sorted(own + inner)


def _refuse(problems: list[Problem]) -> None:
    """Raise one ConfigError with as many problems as a person reads, and how many more there are."""
    ordered = in_order(problems)
    told, more = ordered[:_TOLD], len(ordered) - _TOLD
    if more > 0:
        told += (Problem(code="more", message=f"and {more:,} more of such problems", place=ordered[-1].place, found_by="eval"),)
    if told:
        raise ConfigError(told[0].message, place=told[0].place, hint=told[0].hint, problems=told)


def _validated(document: Document, problems: list[Problem]) -> Head:
    try:
        return Head.model_validate(document.data)
    except ValidationError as error:
        problems += from_validation(error, Head, lambda steps, key: _line(document, steps, key=key))
        return Head()


def _line(document: Document, steps: Steps, *, key: bool = False) -> str:
    """file:line, without the column."""
    return ":".join(document.place(steps, key=key).split(":")[:-1]) if document.place(steps, key=key) != document.name else document.name


def _tasks(head: Head, document: Document, base: str) -> Iterator[Task]:
    for index, entry in enumerate(head.questions):
        place = _line(document, ("questions", index))
        yield Task(
            id=str(entry.id if entry.id is not None else place.rpartition(":")[2]),
            question=entry.question,
            base=base,
            category=entry.category,
            tags=entry.tags,
            gold=_golds(entry, place),
            expected=tuple(map(_rows, entry.all_results())),
            ordered=entry.ordered,
            instructions=entry.instructions,
            place=place,
        )


def _golds(entry: QuestionEntry, place: str) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(query for text in entry.sql for query in expanded(text.strip().removesuffix(";"))))
    except ValueError as error:
        raise ConfigError(str(error), place=place, hint="write the queries out, as a list") from None


def _rows(entry: ResultEntry) -> Rows:
    names = entry.columns or tuple(f"column{number}" for number in range(1, len(entry.rows[0]) + 1))
    return Rows(columns=names, rows=entry.rows)


# ------------------------------------------------------------------ the database


def _base_name(head: Head) -> str:
    return Path(head.database or head.database_schema or "project").stem


def _base(head: Head, path: Path, document: Document, files: SuiteFiles) -> Base:
    if head.database is not None and head.database_schema is not None:
        place = _line(document, ("schema",), key=True)
        raise ConfigError("`database` and `schema` stand beside each other", place=place, hint="a schema is for suites without contents")
    dialect = dialect_of(head.dialect, _line(document, ("dialect",))) if head.dialect else ""
    glossary = existing(_beside(path, head.glossary), what="glossary") if head.glossary else None
    if glossary is not None:
        files.note(glossary)
    if head.database_schema is not None:
        file = existing(_beside(path, head.database_schema), what="schema")
        tables, relationships = schema_of(files.text(file), dialect or "duckdb", str(file))
        return Base(name=_base_name(head), dialect=dialect or "duckdb", tables=tables, relationships=relationships, glossary=glossary)
    if glossary is not None and head.database is None:
        place = _line(document, ("glossary",))
        raise ConfigError(
            "a glossary without a database has nothing to speak of",
            place=place,
            hint="name the database, or put the glossary into sqlcoder.yaml",
        )
    return Base(name=_base_name(head), dialect=dialect, database=_database(head, path, document, files), glossary=glossary)


def _database(head: Head, path: Path, document: Document, files: SuiteFiles) -> str:
    """A URL or a connection's name as it is, a file by its full path, nothing for the project's own."""
    if head.database is None or "://" in head.database:
        return head.database or ""
    file = _beside(path, head.database)
    if file.is_file():
        files.note(file)
        return str(file)
    if Path(head.database).suffix or "/" in head.database:
        hint = f"looked for {file}; it counts from the suite's folder"
        raise ConfigError(f"there is no database {head.database!r}", place=_line(document, ("database",)), hint=hint)
    return head.database


def _beside(path: Path, name: str) -> Path:
    """A file that the suite names, by its full path."""
    return Path(os.path.abspath(path.parent / Path(name).expanduser()))


# ------------------------------------------------------------------ JSON lines


def _json_lines(text: str, name: str) -> Document:
    """The same data as YAML would have: a first line without a question is the head, every other one a question."""
    document = Document(name=name)
    questions: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}:1"
        record = _object(line, place, document)
        if record is None:
            continue
        if not document.values and "question" not in record:
            document.data = record
            document.values[()] = place
            document.values.update({(key,): place for key in record})
            continue
        document.values |= {("questions", len(questions)): place}
        questions.append(record)
    document.data["questions"] = questions
    return document


def _object(line: str, place: str, document: Document) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        told = error.msg.lower() if isinstance(error, json.JSONDecodeError) else str(error)
        document.complain("json", f"this is not JSON: {told}", place.rpartition(":")[0], "write one object per line")
        return None
    if not isinstance(record, dict):
        document.complain("json", "this is JSON but no object", place.rpartition(":")[0], 'write {"question": "...", "sql": "..."}')
        return None
    return record
