"""Glossary files: what they may say, and how they are told what is wrong, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlcoder_core.api import Clash, Column, ConfigError, Context, Fact, Instruction, Relationship, Table, TableName, Term, VerifiedQuestion
from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.index_build import SourceFacts, build_index
from sqlcoder_core.steps.gather import gather
from sqlcoder_glossary.source import GlossarySource


def source(folder: Path, text: str | None, **settings: object) -> GlossarySource:
    if text is not None:
        (folder / "glossary.yml").write_text(text, encoding="utf-8")
    return GlossarySource(GlossarySource.Settings(**settings), Context(project_dir=folder, config_dir=folder, cache_dir=folder / "cache"))


def facts(folder: Path, text: str) -> list[Fact]:
    return list(source(folder, text).facts(None))


def name(text: str) -> TableName:
    schema, _, bare = text.rpartition(".")
    return TableName(name=bare, schema=schema or None)


TABLES = (
    Table(name=name("main.orders"), columns=tuple(Column(name=one) for one in ("id", "customer_id", "total", "status"))),
    Table(name=name("main.customers"), columns=tuple(Column(name=one) for one in ("id", "name", "email")), primary_key=("id",)),
)


def merged(folder: Path, text: str) -> IndexedCatalog:
    glossary = source(folder, text)
    project = SourceFacts(name="dbt", facts=TABLES)
    notes = SourceFacts(name="glossary", facts=glossary.facts(None), authority="annotates")
    return build_index(None, [project, notes], default_schema="main")


def test_the_short_form_of_a_term_is_its_expression(tmp_path: Path) -> None:
    (term,) = facts(tmp_path, "terms:\n  revenue: sum(orders.total)\n")
    assert term == Term(name="revenue", expression="sum(orders.total)", table=name("orders"), origin="glossary.yml:2")


@pytest.mark.parametrize("text", ["orders.total > 100", "orders.status in ('a', 'b')", "not orders.done", "orders.total is null"])
def test_the_short_form_of_a_condition_is_a_filter(tmp_path: Path, text: str) -> None:
    (term,) = facts(tmp_path, f'terms:\n  big: "{text}"\n')
    assert isinstance(term, Term)
    assert (term.filter, term.expression) == (text, None)


def test_every_section_says_where_it_stands(tmp_path: Path) -> None:
    text = """\
terms:
  active customer:
    definition: somebody who bought this year
    synonyms: buyer
tables:
  orders:
    description: One row per order
    columns:
      total: In euro, with tax
columns:
  customers.email: {hidden: true, tags: pii}
joins:
  - orders.customer_id = customers.id
verified:
  - question: How many orders are there?
    sql: select count(*) from orders
instructions:
  - Money is in euro.
"""
    found = facts(tmp_path, text)
    assert [type(fact) for fact in found] == [Table, Table, Relationship, Term, VerifiedQuestion, Instruction]
    orders, customers, join, term, verified, instruction = found
    assert isinstance(orders, Table) and isinstance(customers, Table)
    assert orders.origins == (("*", "glossary.yml:6"),)
    assert orders.columns[0].origins == (("*", "glossary.yml:9"),)
    assert customers.columns[0].hidden and customers.columns[0].tags == ("pii",)
    assert isinstance(join, Relationship) and (join.left, join.right, join.origin) == (name("orders"), name("customers"), "glossary.yml:13")
    assert isinstance(term, Term) and term.synonyms == ("buyer",)
    assert isinstance(verified, VerifiedQuestion) and verified.origin == "glossary.yml:15"
    assert instruction == Instruction(text="Money is in euro.", origin="glossary.yml:18")


@pytest.mark.parametrize(
    ("text", "place", "said", "hint"),
    [
        ("term:\n  a: sum(x.y)\n", "glossary.yml:1", "unknown section 'term'", "did you mean terms?"),
        ("revenue: sum(orders.total)\n", "glossary.yml:1", "unknown section 'revenue'", "write it under `terms:`"),
        ("terms:\n  a:\n    expresion: sum(x.y)\n", "glossary.yml:3", "unknown key 'terms.a.expresion'", "did you mean 'expression'"),
        ("terms:\n  a:\n    synonyms: [b]\n", "glossary.yml:2", "term 'a' says nothing", "give it an expression"),
        ("terms: [a]\n", "glossary.yml:1", "section 'terms' must be lines", None),
        ("joins:\n  a: b\n", "glossary.yml:1", "section 'joins' must be a list", None),
        ("joins:\n  - orders.customer_id\n", "glossary.yml:2", "must be column = column", "write it as"),
        ("joins:\n  - customer_id = id\n", "glossary.yml:2", "needs table.column on both sides", "write it as"),
        ("joins:\n  - a.x = a.y\n", "glossary.yml:2", "must connect two tables", "write it as"),
        ("columns:\n  total: money\n", "glossary.yml:2", "column 'total' has no table before it", "write it as table.column"),
        ("verified:\n  - question: how many?\n", "glossary.yml:2", "'verified.0.sql' is missing", "the SQL that answers it"),
        ("instructions:\n  - [a]\n", "glossary.yml:2", "an instruction must be text", "put it in quotes"),
    ],
)
def test_a_wrong_entry_is_left_out_and_named_with_its_line(tmp_path: Path, text: str, place: str, said: str, hint: str | None) -> None:
    (clash,) = facts(tmp_path, text)
    assert isinstance(clash, Clash)
    assert (clash.severity, clash.place) == ("error", place)
    assert said in clash.message
    assert hint is None or (clash.hint or "").startswith(hint)


def test_text_that_is_no_yaml_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"glossary\.yml:3:1: not valid YAML"):
        facts(tmp_path, "terms:\n  a: [\n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"words\.yml is not there"):
        source(tmp_path, None, files="words.yml").fingerprint(None)
    with pytest.raises(ConfigError, match=r"there is no glossary\.yml"):
        source(tmp_path, None).fingerprint(None)


def test_several_files_are_found_by_a_pattern(tmp_path: Path) -> None:
    for word in ("b", "a"):
        (tmp_path / f"{word}.words.yml").write_text(f"terms:\n  {word}: sum(orders.total)\n")
    found = source(tmp_path, None, files=["*.words.yml"]).facts(None)
    assert [(fact.name, fact.origin) for fact in found if isinstance(fact, Term)] == [("a", "a.words.yml:2"), ("b", "b.words.yml:2")]


def test_touching_a_file_changes_its_fingerprint_and_not_its_identity(tmp_path: Path) -> None:
    import os

    glossary = source(tmp_path, "terms: {}\n")
    before = glossary.fingerprint(None), glossary.identity(None)
    os.utime(tmp_path / "glossary.yml", (1, 1))
    assert glossary.fingerprint(None) != before[0]
    assert glossary.identity(None) == before[1]


# ---------------------------------------------------------------- held against the tables


def test_notes_fill_gaps_and_name_their_line(tmp_path: Path) -> None:
    catalog = merged(tmp_path, "tables:\n  ORDERS:\n    description: Sales\n    columns:\n      Total: {synonyms: [amount]}\n")
    orders = catalog.table("orders")
    assert orders is not None
    assert (orders.name.name, orders.description) == ("orders", "Sales")
    assert ("description", "glossary.yml:2") in orders.origins
    total = orders.column("total")
    assert total is not None and total.synonyms == ("amount",)
    assert ("synonyms", "glossary.yml:5") in total.origins
    assert [column.name for column in orders.columns] == ["id", "customer_id", "total", "status"]


@pytest.mark.parametrize(
    ("text", "place", "said", "hint"),
    [
        ("columns:\n  orders.totl: money\n", "glossary.yml:2", "main.orders has no column totl", "did you mean total?"),
        ("tables:\n  ordres: sales\n", "glossary.yml:2", "there is no table ordres", "did you mean orders?"),
        (
            "joins:\n  - orders.customr_id = customers.id\n",
            "glossary.yml:2",
            "main.orders has no column customr_id",
            "did you mean customer_id?",
        ),
        ("joins:\n  - orders.customer_id = clients.id\n", "glossary.yml:2", "there is no table clients", None),
    ],
)
def test_a_name_that_no_longer_exists_is_an_error_that_names_the_nearest(
    tmp_path: Path, text: str, place: str, said: str, hint: str | None
) -> None:
    (clash,) = merged(tmp_path, text).clashes()
    assert (clash.severity, clash.place, clash.message) == ("error", place, said)
    assert hint is None or clash.hint == hint


def test_a_join_written_the_other_way_round_still_points_at_the_key(tmp_path: Path) -> None:
    (join,) = merged(tmp_path, "joins:\n  - customers.id = orders.customer_id\n").relationships()
    assert (join.left.name, join.left_columns, join.right.name, join.right_columns) == ("orders", ("customer_id",), "customers", ("id",))
    assert not join.inferred


def test_a_verified_question_is_held_against_the_tables(tmp_path: Path) -> None:
    text = (
        "verified:\n  - question: how many?\n    sql: select count(*) from orders\n  - question: wrong?\n    sql: select gone from orders\n"
    )
    glossary = source(tmp_path, text)

    class Project(GlossarySource):
        name = "dbt"
        authority = "declares"

        def facts(self, probe: object) -> object:  # type: ignore[override]
            return iter(TABLES)

    class Database:
        dialect, default_schema, default_database = "duckdb", "main", "shop"

    catalog = gather([Project(glossary.settings, glossary.context), glossary], Database(), tmp_path / "cache")  # type: ignore[arg-type]
    assert [one.question for one in catalog.verified()] == ["how many?"]
    (clash,) = catalog.clashes()
    assert (clash.severity, clash.place) == ("error", "glossary.yml:4")
    assert "gone" in clash.message
