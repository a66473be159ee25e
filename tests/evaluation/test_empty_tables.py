"""Shapes without rows: what a runtime is pointed at where there are no contents."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest
import yaml

from sqlcoder_core.evaluation.empty_tables import create_empty
from sqlcoder_core.evaluation.openings import glossary_of
from sqlcoder_core.evaluation.records import Base
from sqlcoder_core.values.catalog import Column, Relationship, Table, TableName
from sqlcoder_core.values.column_kind import kind_of


def table(name, *types, schema=None, **facts):
    columns = tuple(Column(name=f"c{number}", type=kind, kind=kind_of(kind)) for number, kind in enumerate(types))
    return Table(name=TableName(name=name, schema=schema), columns=columns, **facts)


TYPES = [
    ("postgres", "character varying(20)", "VARCHAR"),
    ("postgres", "timestamp with time zone", "TIMESTAMP WITH TIME ZONE"),
    ("postgres", "serial", "INTEGER"),
    ("postgres", "numeric(10,2)", "DECIMAL(10,2)"),
    ("postgres", "double precision", "DOUBLE"),
    ("snowflake", "NUMBER(38,0)", "DECIMAL(38,0)"),
    ("duckdb", "BIGINT", "BIGINT"),
    ("duckdb", "no such type", "VARCHAR"),
    ("duckdb", "INT); CREATE TABLE oops (a INT", "INTEGER"),
    ("postgres", "int); drop table x; --", "INTEGER"),
]


@pytest.mark.parametrize(("dialect", "given", "made"), TYPES)
def test_types_of_a_dialect_are_duckdbs_and_nothing_else_gets_in(dialect, given, made, tmp_path):
    path = create_empty(tmp_path / "x.duckdb", [table("t", given)], dialect)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT table_name, data_type FROM information_schema.columns").fetchall() == [("t", made)]


def test_sqlite_keeps_types_and_keys(tmp_path):
    path = create_empty(tmp_path / "x.sqlite", [table('odd "name"', "NUMERIC", "DATETIME", primary_key=("c0",))], "sqlite")
    found = sqlite3.connect(path).execute("PRAGMA table_info('odd \"name\"')").fetchall()
    assert [(row[1], row[2], row[5]) for row in found] == [("c0", "NUMERIC", 1), ("c1", "DATETIME", 0)]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_a_table_that_refers_to_itself_says_so(dialect, tmp_path):
    people = table("people", "integer", "integer", primary_key=("c0",))
    boss = Relationship(left=people.name, left_columns=("c1",), right=people.name, right_columns=("c0",))
    path = create_empty(tmp_path / "x", [people], dialect, [boss])
    if dialect == "sqlite":
        found = [row[2:5] for row in sqlite3.connect(path).execute("PRAGMA foreign_key_list(people)")]
    else:
        with duckdb.connect(str(path), read_only=True) as connection:
            query = "SELECT referenced_table, constraint_column_names[1], referenced_column_names[1] FROM duckdb_constraints()"
            found = connection.execute(f"{query} WHERE constraint_type = 'FOREIGN KEY'").fetchall()
    assert found == [("people", "c1", "c0")]


def test_schemas_are_made_on_duckdb(tmp_path):
    path = create_empty(tmp_path / "x.duckdb", [table("t", "int", schema="sales")], "postgres")
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM sales.t").fetchone() == (0,)


def test_a_glossary_says_what_a_shape_cannot():
    people, pets = TableName(name="people"), TableName(name="my pets")
    described = Table(name=people, description="who", columns=(Column(name="id"), Column(name="n", description="a name", synonyms=("x",))))
    joins = (
        Relationship(left=pets, left_columns=("owner", "k"), right=people, right_columns=("id", "k")),
        Relationship(left=people, left_columns=("boss",), right=people, right_columns=("id",)),
    )
    base = Base(name="b", dialect="sqlite", tables=(described, Table(name=pets)), relationships=joins, notes=("be kind",))
    assert yaml.safe_load(yaml.safe_dump(glossary_of(base))) == {
        "tables": {"people": {"description": "who", "columns": {"n": {"description": "a name", "synonyms": ["x"]}}}},
        "joins": [{"on": '"my pets"."owner" = "people"."id" AND "my pets"."k" = "people"."k"', "cardinality": "many_to_one"}],
        "instructions": ["be kind"],
    }
    assert glossary_of(Base(name="b", dialect="sqlite", tables=(Table(name=pets),))) == {}
