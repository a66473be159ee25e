"""Suites as they are read: what each format says, and what is said of a file that is wrong."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from sqlcoder_core.errors import ConfigError, FileError, SqlcoderError
from sqlcoder_core.evaluation.records import Rows
from sqlcoder_core.evaluation.suites import load_suite

WRONG = yaml.safe_load((Path(__file__).parent / "wrong_suites.yml").read_text())


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["name"])
def test_a_mistake_is_said_with_its_line(case, tmp_path):
    path = tmp_path / "suite.yml"
    path.write_text(case["text"])
    (tmp_path / "wrong_suites.yml").write_text("terms: {}")
    with pytest.raises(ConfigError) as caught:
        load_suite(str(path))
    told = [line for line in caught.value.lines() if case["said"] in line]
    assert told, caught.value.lines()
    assert told[0].startswith((f"{path}:{case['line']}:", f"{path}:{case['line']};"))


@pytest.mark.parametrize(
    ("lines", "number", "said"),
    [
        (['{"question": "x", "sql": "SELECT 1"}', '{"question": "y"'], 2, "this is not JSON"),
        (['{"question": "x", "sql": "SELECT 1"}', "[1]"], 2, "this is JSON but no object"),
        (['{"suite": "s"}', '{"question": "x", "sqll": "SELECT 1"}'], 2, "unknown key 'questions.0.sqll'; did you mean 'sql'?"),
        (['{"question": "x", "sql": "SELECT 1"}', '{"suite": "s"}'], 2, "'questions.1.question' is missing"),
        (['{"question": "x", "sql": "SELECT 1", "id": 7}', "", '{"question": "y", "sql": "SELECT 1", "id": "7"}'], 3, "id '7' stands here"),
    ],
)
def test_a_wrong_line_of_json_is_said_with_its_number(lines, number, said, tmp_path):
    path = tmp_path / "suite.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigError) as caught:
        load_suite(str(path))
    assert any(line.startswith(f"{path}:{number}: {said}") for line in caught.value.lines()), caught.value.lines()


def test_many_problems_are_counted(tmp_path):
    path = tmp_path / "suite.yml"
    path.write_text("questions:\n" + "".join(f"  - {{q: {number}, sql: SELECT 1}}\n" for number in range(40)))
    with pytest.raises(ConfigError) as caught:
        load_suite(str(path))
    assert len(caught.value.lines()) == 13
    assert "and 68 more of such problems" in caught.value.lines()[-1]


def test_everything_that_our_own_format_can_say(tmp_path):
    (tmp_path / "shop.sqlite").write_bytes(b"")
    (tmp_path / "words.yml").write_text("terms: {}")
    (tmp_path / "suite.yml").write_text("""\
suite: subscriptions
database: shop.sqlite
dialect: postgresql
glossary: words.yml
now: 2026-07-15T12:00:00
questions:
  - id: first
    question: How many orders?
    category: count
    tags: [join, date]
    sql: [SELECT count(*) FROM orders;, "SELECT {a, b} FROM t GROUP BY {}"]
    ordered: true
    instructions: none at all
  - question: Which cities?
    columns: [city, since]
    rows: [[Oslo, 2020-01-01], [Rome, null]]
  - question: Which city?
    results: [{rows: [[Oslo]]}, {columns: [a, b], rows: []}]
  - {question: What for?, answerable: false, tags: why}
""")
    suite = load_suite(str(tmp_path / "suite.yml"))
    assert (suite.name, suite.kind, suite.clock.now) == ("subscriptions", "own", datetime(2026, 7, 15, 12))
    base = suite.bases[0]
    assert (base.name, base.dialect, base.database, base.glossary) == (
        "shop", "postgres", str(tmp_path / "shop.sqlite"), tmp_path / "words.yml",
    )  # fmt: skip
    first, cities, city, why = suite.tasks
    assert first.gold == (
        "SELECT count(*) FROM orders",
        "SELECT a FROM t GROUP BY a",
        "SELECT b FROM t GROUP BY b",
        "SELECT a, b FROM t GROUP BY a, b",
    )
    assert (first.id, first.ordered, first.tags, first.instructions) == ("first", True, ("join", "date"), "none at all")
    assert cities.expected == (Rows(columns=("city", "since"), rows=(("Oslo", date(2020, 1, 1)), ("Rome", None))),)
    assert [one.columns for one in city.expected] == [("column1",), ("a", "b")]
    assert (why.answerable, why.tags, first.answerable) == (False, ("why",), True)
    assert [task.id for task in suite.tasks] == ["first", "14", "17", "19"]
    assert first.place == f"{tmp_path / 'suite.yml'}:7"


def test_the_hash_is_of_all_that_was_read(bench):
    suite = bench.load("own YAML")
    path = bench.folder / "own-YAML" / "library.yml"
    again = load_suite(str(path))
    assert suite.data_hash == again.data_hash
    database = path.with_name("library.sqlite")
    database.write_bytes(database.read_bytes() + b"\0")
    assert load_suite(str(path)).data_hash != again.data_hash


def test_a_folder_of_suites_is_one(tmp_path):
    for number, name in enumerate(("clinic", "shop")):
        (tmp_path / f"{name}.sqlite").write_bytes(b"")
        text = f"database: {name}.sqlite\nnow: 2026-01-0{number + 1}\nquestions:\n  - {{question: how many, sql: SELECT 1, tags: [t]}}\n"
        (tmp_path / f"{name}.yml").write_text(text)
    suite = load_suite(str(tmp_path))
    assert [(task.id, task.base, task.tags) for task in suite.tasks] == [
        ("clinic-4", "clinic", ("clinic", "t")),
        ("shop-4", "shop", ("shop", "t")),
    ]
    assert [base.clock.now.day for base in suite.bases] == [1, 2]


# ------------------------------------------------------------------ sql-eval


def test_folders_with_questions_are_suites_of_their_folder(tmp_path):
    for name in ("inn", "port"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "questions.yml").write_text(
            "schema: s.sql\ndialect: duckdb\nquestions:\n  - {id: a, question: q, sql: SELECT n FROM t}\n"
        )
        (tmp_path / name / "s.sql").write_text("CREATE TABLE t (n INTEGER);")
        (tmp_path / name / "notes.yml").write_text("no suite")
    suite = load_suite(str(tmp_path))
    assert [(task.id, task.tags) for task in suite.tasks] == [("inn-a", ("inn",)), ("port-a", ("port",))]


def test_sql_eval_takes_data_of_a_checkout_and_its_columns(bench):
    suite = bench.load("sql-eval with DuckDB files")
    assert (suite.kind, len(suite.tasks), suite.bases[0].dialect) == ("sql-eval", 6, "postgres")
    one = suite.tasks[1]
    assert (one.id, one.category, one.tags) == ("questions_postgres-2", "group_by", ("questions_postgres",))
    assert one.instructions == "count each book once"
    assert one.place.endswith("questions_postgres.csv:3")


def test_several_files_are_one_suite_and_bases_of_several_dialects_are_told_apart(tmp_path):
    for dialect in ("postgres", "sqlite"):
        (tmp_path / f"gen_{dialect}.csv").write_text('db_name,query_category,question,query\nshop,a,how many,"SELECT {a,b};SELECT 2"\n')
    (tmp_path / "idk.csv").write_text("question\nwhat is this\n")
    (tmp_path / "shop.json").write_text(json.dumps({"table_metadata": {"t": [{"column_name": "a", "data_type": "text"}]}}))
    suite = load_suite(f"sql-eval:{tmp_path}", databases=str(tmp_path))
    assert [(task.id, task.base) for task in suite.tasks] == [("gen_postgres-1", "shop-postgres"), ("gen_sqlite-1", "shop-sqlite")]
    assert [(base.name, base.dialect) for base in suite.bases] == [("shop-postgres", "postgres"), ("shop-sqlite", "sqlite")]
    assert suite.tasks[0].gold == ("SELECT a", "SELECT b", "SELECT a, b", "SELECT 2")
    alone = load_suite(f"sql-eval:{tmp_path}/gen_sqlite.csv")
    assert [(task.base, task.tags) for task in alone.tasks] == [("shop", ("gen_sqlite",))]


def test_a_url_with_db_in_it_gives_each_its_database(bench):
    bench.load("sql-eval with DDL")
    suite = load_suite(f"sql-eval:{bench.folder}/sql-eval-with-DDL", databases="postgresql://localhost/{db}")
    assert suite.bases[0].database == "postgresql://localhost/library"


HEADINGS = "db_name,query_category,question,query"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("db_name,query_category,question\nshop,a,b\n", "q.csv:1: no column is called 'query'; the first line names"),
        ("db_name,query_category,question,querry\nshop,a,b,c\n", "q.csv:1: no column is called 'query'; rename 'querry'"),
        (f"{HEADINGS}\nshop,a,,SELECT 1\n", "q.csv:2: 'question' is empty"),
        (f"{HEADINGS}\nshop,a,b,SELECT 1,2\n", "q.csv:2: there are more cells than headings"),
        (f'{HEADINGS}\nshop,a,b,"SELECT\n1\n', "q.csv:2: this is not CSV"),
        (f"{HEADINGS},db_type\nshop,a,b,c,postgras\n", "q.csv:2: dialect 'postgras' is not known; did you mean"),
        (f"{HEADINGS}\n", "there are no questions here"),
        (f"{HEADINGS}\nshop,a,b,SELECT 1\n", "there is no database 'shop'; wanted is one of shop.duckdb"),
    ],
)
def test_a_wrong_csv_is_said_with_its_line(text, said, tmp_path):
    (tmp_path / "q.csv").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_suite(f"sql-eval:{tmp_path}/q.csv")
    assert said in str(caught.value)


# ------------------------------------------------------------------ databases


def test_a_dump_of_plain_rows_gives_contents(bench):
    base = bench.load("sql-eval with a dump").bases[0]
    assert Path(base.database).name == "library-0.duckdb"
    assert [(table.name.name, table.primary_key) for table in base.tables] == [("authors", ("author_id",)), ("books", ("book_id",))]
    assert [(one.left.name, one.left_columns, one.right.name, one.right_columns) for one in base.relationships] == [
        ("books", ("author_id",), "authors", ("author_id",))
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES (now())",
        "INSERT INTO t SELECT 1",
        "INSERT INTO t VALUES (1), (1)",
        "INSERT INTO unknown VALUES (1)",
        "INSERT INTO t VALUES ('no number')",
        "UPDATE t SET a = 2",
        "INSERT INTO t VALUES (1, 2)",
    ],
)
def test_a_dump_that_does_more_than_insert_rows_gives_the_shape(statement, tmp_path):
    (tmp_path / "q.csv").write_text("db_name,query_category,question,query\nshop,a,b,SELECT 1\n")
    (tmp_path / "shop.sql").write_text(f"CREATE TABLE t (a integer PRIMARY KEY);\nINSERT INTO t VALUES (7);\n{statement};")
    base = load_suite(f"sql-eval:{tmp_path}/q.csv").bases[0]
    assert base.database is None
    assert [column.name for column in base.tables[0].columns] == ["a"]


def test_a_dump_as_pg_dump_writes_it(tmp_path):
    (tmp_path / "q.csv").write_text("db_name,query_category,question,query\nshop,a,b,SELECT 1\n")
    (tmp_path / "shop.sql").write_text(r"""--
-- PostgreSQL database dump; with a semicolon
--
\connect shop
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.people (id bigint NOT NULL, name character varying(40) DEFAULT 'it''s; ok', born date, ok boolean);
CREATE TABLE public.pets (pet_id integer, owner bigint, "Pet Name" text);
/* a comment; too */
COPY public.people (id, name, born, ok) FROM stdin;
1	Ann\tLee	1990-01-31	t
2	\N	\N	f
\.
INSERT INTO public.pets (pet_id, owner, "Pet Name") VALUES (1, 1, 'Rex; the ''dog'''), (2, NULL, E'a\nb\\c'), (-3, 2, 'x'::text);
COMMENT ON COLUMN public.people.born IS 'date of birth';
ALTER TABLE ONLY public.people ADD CONSTRAINT people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pets ADD CONSTRAINT pets_owner FOREIGN KEY (owner) REFERENCES public.people(id);
CREATE INDEX i ON public.pets USING btree (owner);
""")
    suite = load_suite(f"sql-eval:{tmp_path}/q.csv")
    base = suite.bases[0]
    people, pets = base.tables
    assert (people.primary_key, people.column("born").description, pets.column("Pet Name").kind) == (("id",), "date of birth", "text")
    assert base.relationships[0].right_columns == ("id",)
    import duckdb

    with duckdb.connect(base.database, read_only=True) as connection:
        assert connection.execute("FROM people ORDER BY id").fetchall() == [
            (1, "Ann\tLee", date(1990, 1, 31), True),
            (2, None, None, False),
        ]
        assert connection.execute("FROM pets ORDER BY pet_id").fetchall() == [(-3, 2, "x"), (1, 1, "Rex; the 'dog'"), (2, None, "a\nb\\c")]


@pytest.mark.parametrize("name", ["../victim", "/etc/x", ".hidden", "a\\b"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name, bench):
    (bench.folder / "q.csv").write_text(f"db_name,query_category,question,query\n{name},a,b,SELECT 1\n")
    with pytest.raises(ConfigError, match=r"q.csv:2: .* is no name of a database; a name has no slashes"):
        load_suite("sql-eval:q.csv", databases=".")
    for form, key in (("spider", "query"), ("bird", "SQL")):
        bench.load(form)
        record = {"db_id": name, "question": "x", key: "SELECT 1"}
        (bench.folder / form / "dev.json").write_text(json.dumps([record]))
        with pytest.raises(ConfigError, match="is no name of a database"):
            load_suite(f"{form}:{form}")


def test_metadata_tells_descriptions_and_sentences(bench):
    base = bench.load("sql-eval with metadata").bases[0]
    assert (base.database, base.dialect, base.notes) == (None, "snowflake", ("a book has one author",))
    assert base.tables[1].column("pages").description == "the pages of it"
    assert base.tables[1].column("published_on").kind == "date"


# ------------------------------------------------------------------ Spider and BIRD


def test_spider_tells_keys_natural_names_and_hardness(bench):
    suite = bench.load("spider without contents")
    base = suite.bases[0]
    authors, books = base.tables
    assert (base.database, base.dialect, authors.synonyms, books.synonyms) == (None, "sqlite", ("writers",), ())
    assert (authors.column("name").synonyms, authors.column("author_id").synonyms) == (("full name",), ())
    assert (authors.primary_key, books.column("published_on").kind) == (("author_id",), "timestamp")
    assert [(str(one.left), one.left_columns, str(one.right)) for one in base.relationships] == [("books", ("author_id",), "authors")]
    assert [task.category for task in suite.tasks] == ["easy", "medium", "easy", "medium", "easy", "hard"]


def test_bird_tells_evidence_and_descriptions(bench):
    suite = bench.load("bird")
    one = suite.tasks[2]
    assert (one.id, one.category, one.instructions) == ("dev-2", "simple", "pages are printed pages")
    told = suite.bases[0].tables[1].column("pages").description
    assert told == "page count; pages of the printed book; above 0"


@pytest.mark.parametrize("form", ["spider", "bird"])
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("dev.json", "[{]", "dev.json:1: this is not JSON"),
        ("dev.json", "{}", "this is no list of questions"),
        ("dev.json", "[]", "there are no questions in this file"),
        ("dev.json", '[{"db_id": "library", "question": "x"}]', "dev.json: question 1: '"),
        ("dev.json", '[{"db_id": "libary", "question": "x", "query": "SELECT 1", "SQL": "SELECT 1"}]', "did you mean 'library'?"),
        ("tables", '[{"db_id": "library"}]', "database library is not written as Spider writes them: 'table_names_original' is missing"),
        ("tables", None, "there is no description of the databases"),
        ("dev.json", None, "there is no dev.json or train"),
    ],
)
def test_what_is_broken_or_missing_is_one_clear_error(form, name, content, said, bench):
    bench.load(form)
    folder = bench.folder / form
    path = folder / ({"spider": "tables.json", "bird": "dev_tables.json"}[form] if name == "tables" else name)
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(SqlcoderError) as caught:
        load_suite(f"{form}:{folder}")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("spider:nowhere", FileError, "there is no file or folder 'nowhere'"),
        ("nowhere.yml", FileError, "there is no suite nowhere.yml"),
        ("sqleval:here", ConfigError, "suite format 'sqleval' is not known; did you mean 'sql-eval'?"),
        ("sql-eval:", FileError, "there is no file or folder ''"),
    ],
)
def test_a_suite_that_is_not_there(text, error, said, bench):
    with pytest.raises(error) as caught:
        load_suite(text)
    assert said in str(caught.value)
