"""Small suites of every format on one library, and a runtime that knows the answers."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sqlcoder_core.evaluation.gold_dialect import adapted
from sqlcoder_core.evaluation.openings import base_engine
from sqlcoder_core.evaluation.records import Report, Suite
from sqlcoder_core.evaluation.run import Listener, RunOptions, evaluate
from sqlcoder_core.evaluation.selection import Selection
from sqlcoder_core.evaluation.suites import load_suite
from sqlcoder_core.orderly_stop import Stop
from sqlcoder_core.values.options import Options

HERE = Path(__file__).parent
TABLES = """
CREATE TABLE authors (author_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, country VARCHAR);
CREATE TABLE books (
    book_id INTEGER PRIMARY KEY, title VARCHAR NOT NULL, author_id INTEGER REFERENCES authors (author_id), pages INTEGER, published_on DATE
);
"""
ROWS = """
INSERT INTO authors VALUES (1, 'Astrid Storm', 'Sweden'), (2, 'Bela Kis', 'Hungary'), (3, 'Carla Neri', 'Italy'), (4, 'Dai Oh', NULL);
INSERT INTO books VALUES
    (1, 'Salt Roads', 1, 320, '2019-03-01'), (2, 'The Long Thaw', 1, 288, '2021-09-15'), (3, 'Paprika', 2, 190, '2020-05-20'),
    (4, 'Lemon Season', 3, 410, '2023-06-02'), (5, 'Under Ash', 3, 250, '2018-10-10'), (6, 'Salt', NULL, 250, '2023-01-05');
"""
QUESTIONS = (
    ("How many books are there?", "count", "SELECT count(*) FROM books"),
    ("Books of each country", "group_by", "SELECT country, count(*) AS n FROM books JOIN authors USING (author_id) GROUP BY country"),
    ("Titles, longest first, in order", "order_by", "SELECT title FROM books ORDER BY pages DESC, title"),
    (
        "Authors with books of more than 300 pages",
        "filter",
        "SELECT DISTINCT name FROM authors JOIN books ON books.author_id = authors.author_id WHERE pages > 300",
    ),
    ("Books since 2020", "date", "SELECT title FROM books WHERE published_on >= '2020-01-01'"),
    (
        "Which authors have no books?",
        "nested",
        "SELECT name FROM authors WHERE author_id NOT IN (SELECT author_id FROM books WHERE author_id IS NOT NULL)",
    ),
)
TABLES_JSON = [
    {
        "db_id": "library",
        "table_names_original": ["authors", "books"],
        "table_names": ["writers", "books"],
        "column_names_original": [
            [-1, "*"], [0, "author_id"], [0, "name"], [0, "country"],
            [1, "book_id"], [1, "title"], [1, "author_id"], [1, "pages"], [1, "published_on"],
        ],
        "column_names": [
            [-1, "*"], [0, "author id"], [0, "full name"], [0, "country"],
            [1, "book id"], [1, "title"], [1, "author id"], [1, "pages"], [1, "published on"],
        ],
        "column_types": ["text", "number", "text", "text", "number", "text", "number", "number", "time"],
        "primary_keys": [1, 4],
        "foreign_keys": [[6, 1]],
    }
]  # fmt: skip


def make_sqlite(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES + ROWS)
    connection.close()
    return path


def make_duckdb(path: Path) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES + ROWS)
    return path


def write_csv(path: Path, **more: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["db_name", "query_category", "question", "query", *more])
        writer.writeheader()
        for question, category, sql in QUESTIONS:
            writer.writerow({"db_name": "library", "query_category": category, "question": question, "query": sql, **more})
    return path


def sql_eval_duckdb(folder: Path) -> str:
    write_csv(folder / "data" / "questions_postgres.csv", instructions="count each book once")
    (folder / "dbs").mkdir()
    make_duckdb(folder / "dbs" / "library.duckdb")
    return f"sql-eval:{folder}"


def sql_eval_dump(folder: Path) -> str:
    write_csv(folder / "questions.csv")
    (folder / "dbs" / "library").mkdir(parents=True)
    (folder / "dbs" / "library" / "library.sql").write_text(TABLES + ROWS)
    return f"sql-eval:{folder}"


def sql_eval_ddl(folder: Path) -> str:
    write_csv(folder / "questions.csv", db_type="postgres")
    (folder / "dbs").mkdir()
    (folder / "dbs" / "library.sql").write_text(TABLES)
    return f"sql-eval:{folder}"


def sql_eval_json(folder: Path) -> str:
    write_csv(folder / "questions_snowflake.csv")
    (folder / "dbs").mkdir()
    types = {
        "author_id": "bigint",
        "name": "text",
        "country": "text",
        "book_id": "bigint",
        "title": "text",
        "pages": "bigint",
        "published_on": "date",
    }
    columns = {"authors": ["author_id", "name", "country"], "books": ["book_id", "title", "author_id", "pages", "published_on"]}
    metadata = {
        table: [{"column_name": name, "data_type": types[name], "column_description": f"the {name} of it"} for name in names]
        for table, names in columns.items()
    }
    (folder / "dbs" / "library.json").write_text(json.dumps({"table_metadata": metadata, "glossary": "- a book has one author"}))
    return f"sql-eval:{folder}"


def spider(folder: Path) -> str:
    make_sqlite(folder / "database" / "library" / "library.sqlite")
    return spider_without_contents(folder)


def spider_without_contents(folder: Path) -> str:
    (folder / "tables.json").write_text(json.dumps(TABLES_JSON))
    records = [{"db_id": "library", "question": question, "query": sql} for question, _, sql in QUESTIONS]
    (folder / "dev.json").write_text(json.dumps(records))
    return f"spider:{folder}"


def bird(folder: Path) -> str:
    make_sqlite(folder / "dev_databases" / "library" / "library.sqlite")
    (folder / "dev_tables.json").write_text(json.dumps(TABLES_JSON))
    told = folder / "dev_databases" / "library" / "database_description"
    told.mkdir()
    lines = "original_column_name,column_name,column_description,data_format,value_description\n"
    lines += "pages,page count,pages of the printed book,integer,above 0\n"
    (told / "books.csv").write_text("\ufeff" + lines)
    records = [
        {
            "question_id": number,
            "db_id": "library",
            "question": question,
            "evidence": "pages are printed pages",
            "SQL": sql,
            "difficulty": "simple",
        }
        for number, (question, _, sql) in enumerate(QUESTIONS)
    ]
    (folder / "dev.json").write_text(json.dumps(records))
    return f"bird:{folder}"


def own_yaml(folder: Path) -> str:
    make_sqlite(folder / "library.sqlite")
    questions = [{"question": question, "category": category, "tags": ["t"], "sql": sql} for question, category, sql in QUESTIONS]
    (folder / "library.yml").write_text(json.dumps({"suite": "library", "database": "library.sqlite", "questions": questions}, indent=1))
    return str(folder / "library.yml")


def own_jsonl(folder: Path) -> str:
    make_duckdb(folder / "library.duckdb")
    lines = [{"database": "library.duckdb", "dialect": "postgres"}]
    lines += [{"id": f"q{number}", "question": question, "sql": sql} for number, (question, _, sql) in enumerate(QUESTIONS)]
    (folder / "library.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return str(folder / "library.jsonl")


def own_schema(folder: Path) -> str:
    (folder / "schema.sql").write_text(TABLES)
    questions = [{"question": question, "category": category, "sql": sql} for question, category, sql in QUESTIONS]
    (folder / "library.yml").write_text(json.dumps({"schema": "schema.sql", "questions": questions}, indent=1))
    return str(folder / "library.yml")


FORMATS: Mapping[str, tuple[Callable[[Path], str], bool]] = {
    "sql-eval with DuckDB files": (sql_eval_duckdb, True),
    "sql-eval with a dump": (sql_eval_dump, True),
    "sql-eval with DDL": (sql_eval_ddl, False),
    "sql-eval with metadata": (sql_eval_json, False),
    "spider": (spider, True),
    "spider without contents": (spider_without_contents, False),
    "bird": (bird, True),
    "own YAML": (own_yaml, True),
    "own JSON lines": (own_jsonl, True),
    "own with a schema": (own_schema, False),
}
"""Each format by name: what writes it, and whether it has contents."""


class Bench:
    """A folder to write suites in and to run them from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, form: str) -> Suite:
        """A suite of that format, written anew."""
        place = self.folder / form.replace(" ", "-")
        place.mkdir()
        text = FORMATS[form][0](place)
        return load_suite(text, databases=str(place / "dbs") if (place / "dbs").exists() else None, folder=place)

    def know(self, suite: Suite, **changed: str) -> None:
        """Teach the runtime the golds, but for the questions that are `changed`."""
        bases = {base.name: base for base in suite.bases}
        known = {}
        for task in suite.tasks:
            base = bases[task.base]
            engine = base_engine(base)
            if base.database and base.database.endswith(".duckdb"):
                engine = "duckdb"
            if base.database and base.database.endswith(".sqlite"):
                engine = "sqlite"
            if task.gold:
                known[task.question] = adapted(task.gold[0], base.dialect or engine, engine)
        (self.folder / "answers.json").write_text(json.dumps(known | changed))

    def options(self, **more: Any) -> RunOptions:
        """Options with the runtime that knows; `runtime_*` are its settings."""
        settings = {"answers": str(self.folder / "answers.json")}
        settings |= {name.removeprefix("runtime_"): more.pop(name) for name in list(more) if name.startswith("runtime_")}
        session = Options(
            runtime=f"{HERE / 'gold_runtime.py'}:Gold",
            overrides=tuple(f"runtime.{name}={json.dumps(value)}" for name, value in settings.items()),
        )
        selection = Selection(**more.pop("selection", {}))
        return RunOptions(session=session, selection=selection, **{"instances": 4, "mutants": False, **more})

    def run(self, suite: Suite, *, stop: Stop | None = None, listener: Listener | None = None, **more: Any) -> Report:
        """The report of a run."""
        return evaluate(suite, self.options(**more), stop=stop, listener=listener)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A fresh folder that is the working directory, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SQLCODER_CACHE_DIR", str(tmp_path / "cache"))
    return Bench(tmp_path)
