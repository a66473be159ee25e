"""Scripts of CREATE TABLE and what stands beside it: tables, keys and comments come out, and nothing is executed."""

from __future__ import annotations

import pytest

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.suites.ddl import schema_of
from sqlcoder_core.evaluation.suites.statements import statements


def test_keys_in_all_their_forms():
    tables, joins = schema_of(
        """
        CREATE TABLE public.a (id serial PRIMARY KEY, code varchar(8) UNIQUE NOT NULL, n numeric(10, 2));
        CREATE TABLE IF NOT EXISTS b (x int, y int, z int REFERENCES a, PRIMARY KEY (x, y), UNIQUE (z));
        CREATE TABLE c (p int REFERENCES a (id), q int, r int, CONSTRAINT k FOREIGN KEY (q, r) REFERENCES b (x, y));
        CREATE TABLE d (e int, f int REFERENCES nowhere (g));
        ALTER TABLE ONLY d ADD CONSTRAINT dk PRIMARY KEY (e);
        ALTER TABLE d ADD FOREIGN KEY (e) REFERENCES public.a (id);
        """,
        "postgres",
        "s.sql",
    )
    assert [(str(one.name), one.primary_key, one.unique_keys) for one in tables] == [
        ("a", ("id",), (("code",),)),
        ("b", ("x", "y"), (("z",),)),
        ("c", (), ()),
        ("d", ("e",), ()),
    ]
    assert [(str(one.left), one.left_columns, str(one.right), one.right_columns) for one in joins] == [
        ("b", ("z",), "a", ("id",)),
        ("c", ("p",), "a", ("id",)),
        ("c", ("q", "r"), "b", ("x", "y")),
        ("d", ("e",), "a", ("id",)),
    ]
    assert [(one.name, one.kind, one.nullable) for one in tables[0].columns] == [
        ("id", "integer", False),
        ("code", "text", False),
        ("n", "number", None),
    ]


def test_comments_are_descriptions():
    tables, _ = schema_of(
        "CREATE TABLE a (x int, y int); COMMENT ON COLUMN a.x IS 'the x; of a'; COMMENT ON TABLE a IS 'all of them'", "postgres", "s.sql"
    )
    assert (tables[0].description, tables[0].columns[0].description) == ("all of them", "the x; of a")
    tables, _ = schema_of("CREATE TABLE a (x INT COMMENT 'mine', `y z` INT)", "mysql", "s.sql")
    assert [(one.name, one.description) for one in tables[0].columns] == [("x", "mine"), ("y z", None)]


def test_schemas_other_than_the_default_are_kept():
    tables, _ = schema_of("CREATE TABLE sales.a (x int); CREATE TABLE dbo.b (x int)", "postgres", "s.sql")
    assert [str(one.name) for one in tables] == ["sales.a", "b"]


def test_what_only_its_engine_knows_is_left_out_without_a_word(capfd):
    tables, _ = schema_of(
        """
        CREATE TABLE a (x int);
        ALTER TABLE public.a OWNER TO postgres;
        ALTER TABLE a ADD CONSTRAINT k EXCLUDE USING gist (x WITH &&);
        CREATE EXTENSION IF NOT EXISTS plpgsql;
        COMMENT ON EXTENSION plpgsql IS 'x';
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; SELECT ';'; END; $$;
        CREATE TABLE t AS SELECT 1 AS y;
        """,
        "postgres",
        "s.sql",
    )
    assert [str(one.name) for one in tables] == ["a"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [("CREATE TABLE a (x int);\n\nCREATE TABLE b (\n  x int,\n  y (int\n);", 3), ("CREATE TABLE a (x int", 1)],
)
def test_a_table_that_cannot_be_read_is_said_with_its_line(text, line):
    with pytest.raises(ConfigError, match=rf"s.sql:{line}: this statement cannot be read as postgres"):
        schema_of(text, "postgres", "s.sql")


def test_a_script_without_tables_is_said():
    with pytest.raises(ConfigError, match=r"s.sql: there is no CREATE TABLE in this file; write one for each table"):
        schema_of("SELECT 1;", "duckdb", "s.sql")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a; b", [("a", 1), ("b", 1)]),
        ("a ';' b; c", [("a ';' b", 1), ("c", 1)]),
        ("-- x;\na;\n/* ;\n */ b\n;", [("a", 2), ("b", 4)]),
        ('a ";" b', [('a ";" b', 1)]),
        ("a $$ ; $$ b; c $x$ ; $$ ; $x$", [("a $$ ; $$ b", 1), ("c $x$ ; $$ ; $x$", 1)]),
        (r"a E'\';' b; c", [(r"a E'\';' b", 1), ("c", 1)]),
        ("a 'it''s;'; b", [("a 'it''s;'", 1), ("b", 1)]),
        ("\\connect x\na;", [("a", 2)]),
        ("a -- 'x\n; b", [("a", 1), ("b", 2)]),
        (";;", []),
    ],
)
def test_statements_end_where_they_end(text, found):
    assert [(one.text, one.line) for one in statements(text)] == found


def test_lines_behind_a_copy_are_its_data():
    text = "COPY t (a, b) FROM stdin;\n1\tx;y\n2\t'z\n\\.\n\nSELECT 1;"
    first, second = statements(text)
    assert (first.copies_into, first.data) == ("t (a, b)", ("1\tx;y", "2\t'z"))
    assert (second.text, second.data) == ("SELECT 1", None)
