"""A catalog that is built upon an older one is the catalog that is built from nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.index_build import SourceFacts, build_index
from sqlcoder_core.values.catalog import Column, Table, TableName

WORDS = ("orders", "customer", "cust_name", "LISTEDSECURITY", "status", "open", "region")
words = st.sampled_from(WORDS)
columns = st.builds(
    lambda name, description, held: Column(name=name, kind="text", description=description, values=tuple(held)),
    words,
    st.none() | words,
    st.lists(words, max_size=3),
)
tables = st.lists(
    st.builds(
        lambda name, held, rank, hidden: Table(name=TableName(name=name), columns=tuple(held), rank=rank, hidden=hidden),
        words,
        st.lists(columns, max_size=3, unique_by=lambda column: column.name),
        st.sampled_from([1.0, 0.5]),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=6,
    unique_by=lambda table: table.name.name,
)


def _built(path: Path, facts: list[Table]) -> IndexedCatalog:
    return build_index(path, [SourceFacts(name="given", facts=facts)])


def _said(catalog: IndexedCatalog) -> object:
    """Everything a catalog answers."""
    names = list(catalog.names())
    return (
        catalog.content_hash,
        len(catalog),
        names,
        [catalog.table(name) for name in names],
        catalog.hidden_names(),
        [catalog.search([word]) for word in (*WORDS, "security", "client")],
        catalog.search(WORDS),
        catalog.values_like((*WORDS, "opn", "custname")),
        catalog.relationships(),
        catalog.clashes(),
    )


@given(st.lists(tables, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_catalog_built_upon_others_says_what_one_built_from_nothing_says(versions: list[list[Table]]) -> None:
    with TemporaryDirectory() as folder:
        upon = Path(folder) / "upon.sqlite"
        for facts in versions[:-1]:
            _built(upon, facts).close()
        changed, fresh = _built(upon, versions[-1]), _built(Path(folder) / "fresh.sqlite", versions[-1])
        assert _said(changed) == _said(fresh)
        changed.close()
        fresh.close()


def test_a_table_that_has_not_changed_keeps_its_row(tmp_path: Path) -> None:
    file = tmp_path / "catalog.sqlite"
    facts = [Table(name=TableName(name=name), columns=(Column(name="id"),)) for name in ("a", "b", "c")]
    _built(file, facts).close()
    before = dict(sqlite3.connect(file).execute("SELECT name, id FROM tables"))
    _built(file, [facts[2], replace(facts[0], description="changed")]).close()
    after = dict(sqlite3.connect(file).execute("SELECT name, id FROM tables"))
    assert after["c"] == before["c"] and after["a"] not in before.values() and "b" not in after


def test_an_interrupted_build_leaves_the_older_catalog(tmp_path: Path) -> None:
    file = tmp_path / "catalog.sqlite"
    _built(file, [Table(name=TableName(name="a"))]).close()

    def broken() -> object:
        yield Table(name=TableName(name="b"))
        raise RuntimeError("the source is gone")

    try:
        _built(file, broken())  # type: ignore[arg-type]
    except RuntimeError:
        pass
    else:
        raise AssertionError("the error of the source should come through")
    connection = sqlite3.connect(file)
    assert [name for (name,) in connection.execute("SELECT name FROM tables")] == ["a"]
    assert connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
