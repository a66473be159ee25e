"""Words of a question that mean names by other words."""

from __future__ import annotations

import pytest

from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.kin_words import is_short_for
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.catalog import Column, Table, TableName
from sqlcoder_core.values.linked import Match
from sqlcoder_core.values.question import Question


def matches(question: str, schema: dict[str, str]) -> dict[str, Match]:
    """The best match of each phrase; `schema` has tables and the names of their columns."""
    tables = [
        Table(name=TableName(name=table), columns=tuple(Column(name=name, type="TEXT", kind="text") for name in columns.split()))
        for table, columns in schema.items()
    ]
    found = link(Question(text=question), memory_catalog(tables)).matches
    return {match.phrase: match for match in sorted(found, key=lambda match: match.score)}


@pytest.mark.parametrize(
    ("short", "word"),
    [
        ("mtr", "meter"),
        ("outg", "outage"),
        ("rdg", "reading"),
        ("trf", "tariff"),
        ("mthd", "method"),
        ("cons", "consumption"),
        ("chg", "charge"),
    ],
)
def test_short_forms_keep_the_beginning_or_the_consonants(short: str, word: str) -> None:
    assert is_short_for(short, word)


@pytest.mark.parametrize(("short", "word"), [("mtr", "customer"), ("rdg", "road"), ("oge", "outage"), ("ae", "area"), ("so", "sort")])
def test_other_letters_are_no_short_form(short: str, word: str) -> None:
    assert not is_short_for(short, word)


@pytest.mark.parametrize(
    ("question", "phrase", "table", "column"),
    [
        ("how many meters have we", "meters", "mtr", None),
        ("the meter readings of May", "meter readings", "mtr_rdg", None),
        ("when did they decide", "decide", "mtr", "decision"),
        ("storage by zone", "storage", "warehouses", None),
        ("all members of the zone", "members", "viewers", None),
        ("who subscribed", "subscribed", "subscriptions", None),
    ],
)
def test_kin_of_a_name_means_it(question: str, phrase: str, table: str, column: str | None) -> None:
    schema = {"mtr": "mtr_no zone decision", "mtr_rdg": "rdg_id rdg_val", "warehouses": "zone", "viewers": "age", "subscriptions": "plan"}
    found = matches(question, schema)[phrase]
    assert found.table is not None
    assert (found.table.name, found.column) == (table, column)
    assert found.score < 0.95


def test_a_name_itself_comes_before_kin() -> None:
    found = matches("our members", {"members": "age", "viewers": "age"})
    assert found["members"].table == TableName(name="members")
    assert found["members"].score == 1.0


def test_kin_of_two_tables_means_neither() -> None:
    assert "customers" not in matches("our customers", {"viewers": "age", "guests": "age"})


def test_those_who_supply_are_no_customers() -> None:
    assert "customers" not in matches("our customers", {"suppliers": "age", "parts": "size"})


def test_a_synonym_of_a_stored_value_means_it() -> None:
    kinds = Column(name="kind", type="TEXT", kind="text", values=("movie", "series", "purchase"))
    table = Table(name=TableName(name="titles"), columns=(kinds,))
    found = {match.phrase: match for match in link(Question(text="films that we bought"), memory_catalog([table])).matches}
    assert found["films"].value == "movie"
    assert "bought" not in found
