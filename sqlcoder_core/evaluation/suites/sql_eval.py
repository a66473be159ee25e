"""CSV files as the sql-eval project has them in, a suite out.

Columns: `db_name`, `query_category`, `question`, `query`; `db_type`, `instructions` (else `full_instructions`) and `glossary` where they
are there; others are left alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.gold import acceptable
from sqlcoder_core.evaluation.records import Suite, Task
from sqlcoder_core.evaluation.suites.databases import Databases
from sqlcoder_core.evaluation.suites.dialects import dialect_of, dialect_of_file
from sqlcoder_core.evaluation.suites.files import SuiteFiles, plain_name
from sqlcoder_core.host.nearest import nearest

NEEDED = ("db_name", "query_category", "question", "query")
_DEFAULT = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    stem: str
    number: int
    dialect: str
    cells: Mapping[str, str]
    place: str


def read(path: Path, databases: str | None, files: SuiteFiles) -> Suite:
    """The questions of one CSV file, or of all in a folder (or in the `data` of a checkout)."""
    folder, paths = _csv_files(path)
    lines = [line for one in paths for line in _lines(one, files, strict=len(paths) == 1)]
    if not lines:
        raise ConfigError("there are no questions here", place=str(path), hint=f"the headings are {', '.join(NEEDED)}")
    names = _base_names(lines)
    where = Databases(said=databases, folders=(folder, folder / "databases", folder.parent / "databases"), files=files)
    bases = tuple(where.base(name, db, dialect) for (db, dialect), name in names.items())
    return Suite(
        name=path.stem if path.is_file() else path.resolve().name,
        kind="sql-eval",
        tasks=tuple(_task(line, names) for line in lines),
        bases=bases,
        data_hash=files.data_hash,
    )


def _csv_files(path: Path) -> tuple[Path, list[Path]]:
    if path.is_file():
        return path.parent, [path]
    for folder in (path, path / "data"):
        if found := sorted(folder.glob("*.csv")):
            return folder, found
    raise ConfigError("there is no CSV file in this folder", place=str(path), hint="name the folder that holds the questions, or a file")


def _lines(path: Path, files: SuiteFiles, *, strict: bool) -> Iterator[_Line]:
    """One for each question. A file of other things among several is left out; one that was named is not."""
    reader = csv.DictReader(io.StringIO(files.text(path), newline=""), strict=True)
    headings = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = headings
    if not strict and not {"db_name", "query"} & set(headings):
        return
    _refuse_missing(headings, path)
    number, before = 0, reader.line_num
    try:
        for cells in reader:
            number += 1
            line = _Line(stem=path.stem, number=number, dialect="", cells=cells, place=f"{path}:{before + 1}")
            before = reader.line_num
            yield _checked(line, path)
    except csv.Error as error:
        raise ConfigError(f"this is not CSV: {error}", place=f"{path}:{before + 1}") from None


def _refuse_missing(headings: list[str], path: Path) -> None:
    for name in NEEDED:
        if name not in headings:
            near = nearest(name, [one for one in headings if one not in NEEDED])
            hint = f"rename {near!r}" if near else f"the first line names the columns: {', '.join(NEEDED)}, ..."
            raise ConfigError(f"no column is called {name!r}", place=f"{path}:1", hint=hint)


def _checked(line: _Line, path: Path) -> _Line:
    if None in line.cells:
        raise ConfigError("there are more cells than headings", place=line.place, hint='put "quotes" around cells that hold commas')
    for name in ("db_name", "question", "query"):
        if not (line.cells.get(name) or "").strip():
            raise ConfigError(f"{name!r} is empty", place=line.place)
    plain_name(line.cells["db_name"].strip(), line.place)
    said = (line.cells.get("db_type") or "").strip()
    dialect = dialect_of(said, line.place) if said else dialect_of_file(path.stem) or _DEFAULT
    return _Line(stem=line.stem, number=line.number, dialect=dialect, cells=line.cells, place=line.place)


def _base_names(lines: list[_Line]) -> dict[tuple[str, str], str]:
    """(database, dialect) -> the Base's name: the database's, with the dialect where there are several of it."""
    wanted = dict.fromkeys((line.cells["db_name"].strip(), line.dialect) for line in lines)
    dialects: dict[str, int] = {}
    for db, _ in wanted:
        dialects[db] = dialects.get(db, 0) + 1
    return {(db, dialect): db if dialects[db] == 1 else f"{db}-{dialect}" for db, dialect in wanted}


def _task(line: _Line, names: dict[tuple[str, str], str]) -> Task:
    cells = line.cells
    try:
        gold = acceptable(cells["query"])
    except ValueError as error:
        raise ConfigError(str(error), place=line.place) from None
    return Task(
        id=f"{line.stem}-{line.number}",
        question=cells["question"].strip(),
        base=names[cells["db_name"].strip(), line.dialect],
        category=(cells["query_category"] or "").strip(),
        tags=(line.stem,),
        gold=gold,
        instructions=_instructions(cells),
        place=line.place,
    )


def _instructions(cells: Mapping[str, str]) -> str | None:
    said = (cells.get("instructions") or "").strip() or (cells.get("full_instructions") or "").strip()
    return "\n".join(filter(None, (said, (cells.get("glossary") or "").strip()))) or None
