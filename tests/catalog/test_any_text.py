"""Whatever stands in names, descriptions, values and questions: it is stored as it is, found again, and breaks nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.packing import pack, storable, unpack
from sqlcoder_core.values.catalog import Column, Table, TableName

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
values = st.one_of(st.text(max_size=20), st.integers(), st.floats(allow_nan=False), st.booleans())
columns = st.builds(
    lambda name, description, held: Column(name=name, kind="text", description=description, values=tuple(held)),
    names,
    st.none() | st.text(max_size=40),
    st.lists(values, max_size=5),
)
tables = st.builds(
    lambda name, schema, held, description: Table(name=TableName(name=name, schema=schema), columns=tuple(held), description=description),
    names,
    st.none() | names,
    st.lists(columns, max_size=4, unique_by=lambda column: column.name.lower()),
    st.none() | st.text(max_size=40),
)


@given(tables)
@settings(max_examples=150, deadline=None)
def test_a_table_is_unpacked_as_it_was_packed(table: Table) -> None:
    whole = storable(table)
    assert unpack(pack(whole)) == whole
    assert len(whole.columns) == len(table.columns)


@given(st.lists(tables, max_size=4), st.lists(st.text(max_size=15), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_catalog_can_be_asked_anything(given_tables: list[Table], words: list[str]) -> None:
    catalog = memory_catalog(given_tables)
    assert len(catalog) == len(list(catalog.names()))
    catalog.search(words)
    for word in words:
        catalog.find(word)
        catalog.nearest(word)
        catalog.table(word)
    for text, hits in catalog.values_like(words):
        assert text in words and hits
    for table in given_tables:
        assert catalog.find(table.name.name, table.name.schema)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_stored_text_finds_itself(held: list[str]) -> None:
    from sqlcoder_core.linking.value_text import is_everyday, normalise

    table = Table(name=TableName(name="t"), columns=(Column(name="c", kind="text", values=tuple(held)),))
    catalog = memory_catalog([table])
    for text in held:
        if normalise(storable(table).columns[0].values[held.index(text)]) and not is_everyday(text):  # type: ignore[arg-type]
            ((_, hits),) = catalog.values_like([text], limit=50)
            assert hits[0].score >= 0.95
