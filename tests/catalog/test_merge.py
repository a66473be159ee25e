"""Facts of several sources on the same tables: the first wins, the rest fills gaps, what differs is said."""

from __future__ import annotations

from typing import Any

import pytest

from sqlcoder_core.linking.assembly import SourceFacts
from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.index_build import build_index
from sqlcoder_core.linking.merge import origin_of
from sqlcoder_core.values.catalog import Clash, Column, Exposure, Fact, Metric, Relationship, Table, TableName, Term


def name(text: str) -> TableName:
    *database, schema, bare = text.split(".") if text.count(".") else (None, text)  # type: ignore[misc]
    return TableName(name=bare, schema=schema, database=database[0] if database else None)


def table(text: str, *columns: Column, **more: Any) -> Table:
    return Table(name=name(text), columns=columns, **more)


def merged(*sources: SourceFacts, default_schema: str = "main") -> IndexedCatalog:
    return build_index(None, sources, default_schema=default_schema)


def project(*facts: Fact, title: str = "dbt") -> SourceFacts:
    return SourceFacts(name=title, facts=facts)


def live(*facts: Fact, covers: Any = lambda _: True, database: str | None = None) -> SourceFacts:
    return SourceFacts(name="introspect", facts=facts, authority="live", covers=covers, database=database)


def kinds(catalog: IndexedCatalog) -> list[str]:
    return [clash.kind for clash in catalog.clashes()]


def column(catalog: IndexedCatalog, text: str, title: str) -> Column:
    found = catalog.table(text)
    assert found is not None
    wanted = found.column(title)
    assert wanted is not None
    return wanted


ID = Column(name="id", kind="integer", type="INTEGER")


def test_the_first_source_wins_and_the_second_fills_gaps_with_its_origin() -> None:
    first = table("main.t", Column(name="id", description="one"), description="first")
    second = table("main.t", Column(name="ID", description="two", nullable=False), description="second", row_count=7)
    catalog = merged(project(first), project(second, title="other"))
    found = catalog.table("t")
    assert found is not None
    assert (found.description, found.row_count) == ("first", 7)
    assert (column(catalog, "t", "id").description, column(catalog, "t", "id").nullable) == ("one", False)
    assert origin_of("description", found.origins) == "dbt"
    assert origin_of("row_count", found.origins) == "other"
    assert origin_of("nullable", column(catalog, "t", "id").origins, found.origins) == "other"
    assert kinds(catalog) == []


def test_documented_columns_get_the_rest_from_the_database_in_its_order_and_spelling() -> None:
    documented = table("main.t", Column(name="TOTAL", description="money"))
    real = table("main.t", ID, Column(name="Total", type="DOUBLE", kind="number"), Column(name="note", kind="text"))
    for sources in ((project(documented), live(real)), (live(real), project(documented))):
        found = merged(*sources).table("t")
        assert found is not None
        assert [one.name for one in found.columns] == ["id", "Total", "note"]
        total = found.column("total")
        assert total is not None and (total.description, total.kind) == ("money", "number")
        assert origin_of("type", total.origins, found.origins) == "introspect"
        assert origin_of("description", total.origins, found.origins) == "dbt"


def test_a_documented_column_that_the_database_lacks_is_dropped_and_named() -> None:
    documented = table("main.t", ID, Column(name="gone", description="old"), Column(name="address.city"))
    catalog = merged(project(documented), live(table("main.t", ID, Column(name="address", kind="other"))))
    found = catalog.table("t")
    assert found is not None
    assert [one.name for one in found.columns] == ["id", "address"]
    assert [(clash.kind, clash.subject) for clash in catalog.clashes()] == [("missing column", "main.t.gone")]


def test_the_database_decides_on_types_and_a_stale_one_is_a_clash() -> None:
    stale = table("main.t", Column(name="at", type="VARCHAR", kind="text"))
    catalog = merged(project(stale), live(table("main.t", Column(name="at", type="TIMESTAMP", kind="timestamp"))))
    assert column(catalog, "t", "at").kind == "timestamp"
    assert kinds(catalog) == ["type"]


def test_two_spellings_of_one_kind_of_type_are_no_clash() -> None:
    declared = table("main.t", Column(name="a", type="varchar(20)", kind="text"))
    catalog = merged(project(declared), live(table("main.t", Column(name="a", type="TEXT", kind="text"))))
    assert kinds(catalog) == []


def test_a_described_table_that_was_not_built_is_hidden_and_says_what_to_do() -> None:
    catalog = merged(project(table("main.t", ID), table("main.u", ID)), live(table("main.t", ID)))
    assert [str(one) for one in catalog.names()] == ["main.t"]
    (clash,) = catalog.clashes()
    assert (clash.kind, clash.subject) == ("not built", "main.u")
    assert "dbt build" in (clash.hint or "")
    hidden = catalog.table("u")
    assert hidden is not None and hidden.hidden


@pytest.mark.parametrize("text", ["other.main.u", "main.left_out"])
def test_a_table_that_was_not_looked_for_is_not_called_missing(text: str) -> None:
    source = live(table("shop.main.t", ID), covers=lambda one: one.name != "left_out")
    catalog = merged(project(table("shop.main.t", ID), table(text, ID)), source)
    assert kinds(catalog) == []
    assert len(catalog) == 2


def test_a_database_that_live_tables_do_not_name_is_the_one_that_was_looked_in() -> None:
    source = live(table("main.t", ID), database="Shop")
    catalog = merged(project(table("shop.main.t", ID), table("shop.main.gone", ID), table("other.main.u", ID)), source)
    assert sorted(str(one) for one in catalog.names()) == ["main.t", "main.u"]
    assert [clash.subject for clash in catalog.clashes()] == ["main.gone"]


def test_an_empty_database_means_that_nothing_was_built() -> None:
    catalog = merged(project(table("main.t", ID)), live())
    assert len(catalog) == 0
    assert kinds(catalog) == ["not built"]


def test_tables_that_no_project_describes_stay_with_a_lower_rank() -> None:
    catalog = merged(project(table("main.t", ID)), live(table("main.t", ID), table("main.scratch", ID)))
    scratch, described = catalog.table("scratch"), catalog.table("t")
    assert scratch is not None and described is not None
    assert scratch.rank < described.rank
    assert merged(live(table("main.scratch", ID))).table("scratch").rank == 1.0  # type: ignore[union-attr]


def test_databases_tell_tables_of_one_source_apart_and_not_those_of_two() -> None:
    both = project(table("a.main.t", ID), table("b.main.t", ID))
    assert len(merged(both)) == 2
    assert len(merged(project(table("dev.main.t", ID)), live(table("shop.main.t", ID)))) == 1


def test_a_table_without_a_schema_is_that_of_the_default_schema() -> None:
    catalog = merged(project(table("t", description="d")), live(table("main.t", ID)))
    found = catalog.table("main.t")
    assert found is not None and found.description == "d"
    assert len(catalog) == 1


@pytest.mark.parametrize("at", [0, 1, 2])
def test_notes_may_stand_before_what_they_are_about_and_then_they_win(at: int) -> None:
    notes = table("t", Column(name="ID", description="noted"), Column(name="total", synonyms=("amount",)), description="noted")
    documented = table("main.t", Column(name="id", description="documented"), rank=1.5)
    sources = [project(documented), live(table("main.t", ID, Column(name="Total", kind="number"), description="comment"))]
    sources.insert(at, SourceFacts(name="glossary", facts=[notes], authority="annotates"))
    catalog = merged(*sources)
    found = catalog.table("main.t")
    assert found is not None
    assert (str(found.name), found.rank, [one.name for one in found.columns]) == ("main.t", 1.5, ["id", "Total"])
    assert found.description == ["noted", "noted", "comment"][at]
    assert column(catalog, "t", "id").description == ["noted", "documented", "documented"][at]
    assert column(catalog, "t", "total").synonyms == ("amount",)
    assert column(catalog, "t", "total").kind == "number"
    assert kinds(catalog) == []


def test_hidden_once_is_hidden() -> None:
    catalog = merged(project(table("main.t", Column(name="a", hidden=True))), live(table("main.t", Column(name="a"))))
    assert column(catalog, "t", "a").hidden


def test_primary_keys_that_differ_are_a_clash_and_the_first_counts() -> None:
    catalog = merged(project(table("main.t", ID, primary_key=("id",))), live(table("main.t", ID, primary_key=("id", "day"))))
    found = catalog.table("t")
    assert found is not None and found.primary_key == ("id",)
    assert kinds(catalog) == ["primary key"]


# ---------------------------------------------------------------- joins


T, U, V = table("main.t", ID, Column(name="u_id", kind="integer")), table("main.u", ID), table("main.v", ID)


def join(left: str, right: str, **more: Any) -> Relationship:
    return Relationship(left=name(left), left_columns=("u_id",), right=name(right), right_columns=("id",), **more)


def test_the_same_join_from_two_sources_is_one_and_declared_beats_inferred() -> None:
    inferred = join("main.t", "main.u", inferred=True, certainty=0.5, origin="guess")
    declared = join("T", "U", origin="test")
    catalog = merged(project(T, U, inferred), project(declared, title="other"))
    (kept,) = catalog.relationships()
    assert (kept.origin, str(kept.left)) == ("test", "main.t")
    assert kinds(catalog) == []


def test_cardinalities_that_differ_are_a_clash() -> None:
    catalog = merged(project(T, U, join("main.t", "main.u"), join("main.t", "main.u", cardinality="one_to_one")))
    assert [one.cardinality for one in catalog.relationships()] == ["many_to_one"]
    assert kinds(catalog) == ["join"]


def test_a_column_that_refers_to_two_tables_keeps_both_joins_with_a_note() -> None:
    catalog = merged(project(T, U, V, join("main.t", "main.u"), join("main.t", "main.v")))
    assert len(catalog.relationships()) == 2
    assert [(clash.kind, clash.severity) for clash in catalog.clashes()] == [("join", "note")]


@pytest.mark.parametrize("other", [join("main.t", "main.gone"), join("main.gone", "main.u")])
def test_a_join_to_a_table_that_is_not_there_is_dropped(other: Relationship) -> None:
    assert merged(project(table("main.t", Column(name="u_id", kind="text")), U, other)).relationships() == ()


def test_joins_of_some_tables_are_found_from_both_sides() -> None:
    catalog = merged(project(T, U, V, join("main.t", "main.u")))
    assert [len(catalog.relationships([name(one)])) for one in ("main.t", "main.u", "main.v")] == [1, 1, 0]


# ---------------------------------------------------------------- the rest


def test_a_word_defined_twice_keeps_its_first_meaning() -> None:
    one, other = Term(name="revenue", expression="sum(a)", origin="a.yml:1"), Term(name="Revenue", expression="sum(b)", origin="b.yml:2")
    catalog = merged(project(one), project(other, title="other"))
    assert [term.expression for term in catalog.terms()] == ["sum(a)"]
    (clash,) = catalog.clashes()
    assert clash.place == "b.yml:2" and "a.yml:1" in clash.message


def test_tables_in_other_facts_are_spelled_as_in_the_index() -> None:
    metric = Metric(name="m", table=TableName(name="T"), expression="count(*)")
    exposure = Exposure(name="board", tables=(TableName(name="T"), TableName(name="elsewhere")))
    catalog = merged(project(table("shop.main.t", ID), metric, exposure))
    assert catalog.metrics()[0].table == name("shop.main.t")
    assert catalog.exposures()[0].tables == (name("shop.main.t"), TableName(name="elsewhere"))


def test_clashes_of_sources_come_through_once() -> None:
    odd = Clash(kind="odd", subject="x", message="odd", severity="note")
    assert merged(project(odd, odd)).clashes() == (odd,)
