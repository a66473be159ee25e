"""Tables found by meaning: what is embedded, what is kept, and how the two searches make one list."""

from __future__ import annotations

import random
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from sqlcoder_core.errors import ModelError
from sqlcoder_core.linking.catalog_index import IndexedCatalog, memory_catalog
from sqlcoder_core.linking.linker import FOUND, SMALL, link
from sqlcoder_core.linking.table_vectors import TableVectors, fused, text_of
from sqlcoder_core.values.catalog import Column, Table, TableName
from sqlcoder_core.values.question import Question

THINGS = ("ship", "invoice", "doctor", "goal", "plant", "planet", "song", "tax", "loan", "bridge")


class Axes:
    """One axis for each thing; a text lies along those that it names. Counts what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self.given += texts
        return [[3.0 * (thing in text) - 0.01 for thing in THINGS] for text in texts]


def _table(name: str, **more: object) -> Table:
    return Table(name=TableName(name=name), columns=(Column(name="id", kind="integer"),), **more)  # type: ignore[arg-type]


def _catalog(extra: int = 0) -> IndexedCatalog:
    return memory_catalog([*map(_table, THINGS), *(_table(f"other_{number}") for number in range(extra))])


def test_the_nearest_tables_come_first() -> None:
    found = TableVectors(_catalog(), Axes(), None).nearest([0, 0, 0, 1, 0, 0.5, 0, 0, 0, 0], 2)
    assert [name.name for name in found] == ["goal", "planet"]


def test_the_text_says_names_and_descriptions_and_no_contents_nor_what_is_hidden() -> None:
    columns = (
        Column(name="shipVia", description="The carrier.", values=("Secret Haulage",)),
        Column(name="salary_nr", hidden=True, description="What they earn."),
    )
    text = text_of(Table(name=TableName(name="fct_Shipments", schema="s"), description="One row a parcel.", columns=columns))
    assert text == "fct shipments. One row a parcel. Columns: ship via. The carrier."


def test_vectors_are_kept_for_their_owner_and_made_only_for_new_texts(tmp_path: Path) -> None:
    file, embed = tmp_path / "vectors.sqlite", Axes()
    TableVectors(_catalog(), embed, file)
    assert len(embed.given) == len(THINGS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    TableVectors(_catalog(), embed, file)
    assert len(embed.given) == len(THINGS)
    grown = TableVectors(_catalog(1), embed, file)
    assert embed.given[len(THINGS) :] == ["other 0. Columns: id."]
    assert len(grown.nearest([1.0] * len(THINGS), 99)) == len(THINGS) + 1


def test_an_interrupted_first_time_goes_on_where_it_ended(tmp_path: Path) -> None:
    axes = Axes()

    def ends(texts: Sequence[str]) -> list[list[float]]:
        if len(axes.given) >= 4:
            raise KeyboardInterrupt
        return axes(texts)

    with pytest.raises(KeyboardInterrupt):
        TableVectors(_catalog(), ends, tmp_path / "v.sqlite", together=2)
    rest = Axes()
    TableVectors(_catalog(), rest, tmp_path / "v.sqlite", together=2)
    assert len(axes.given) == 4
    assert len(rest.given) == len(THINGS) - 4


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite"
    file.write_bytes(b"no database at all" * 100)
    assert len(TableVectors(_catalog(), Axes(), file).nearest([1.0] * len(THINGS), 99)) == len(THINGS)


def test_a_file_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "vectors.sqlite"
    TableVectors(_catalog(), Axes(), file)
    kept = file.read_bytes()

    def unwritable(*_: object, **__: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database is locked")

    with pytest.MonkeyPatch.context() as patch:
        real = sqlite3.connect
        patch.setattr(sqlite3, "connect", lambda place, **more: real(place, **more) if place == ":memory:" else unwritable())
        assert len(TableVectors(_catalog(), Axes(), file).nearest([1.0] * len(THINGS), 99)) == len(THINGS)
    assert file.read_bytes() == kept


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        ([[1.0, 2.0]], "1 vectors for 10 texts"),
        ([[1.0], [1.0, 2.0], *[[1.0]] * 8], r"of \[1, 2\] numbers"),
        ([[0.0, 0.0]] * 10, "without direction"),
        ([[float("nan"), 1.0]] * 10, "without direction"),
    ],
)
def test_vectors_that_cannot_be_are_refused(vectors: list[list[float]], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        TableVectors(_catalog(), lambda texts: vectors, None)


def test_a_question_of_another_length_is_refused() -> None:
    with pytest.raises(ModelError, match="a vector of 3 numbers for the question, of 10 for tables"):
        TableVectors(_catalog(), Axes(), None).nearest([1.0, 0.0, 0.0], 5)


def test_signs_lead_to_the_nearest_of_many() -> None:
    chance = random.Random(5)
    vectors = {f"other {number}. Columns: id.": [chance.gauss(0, 1) for _ in range(64)] for number in range(1500)}
    vectors |= {f"{thing}. Columns: id.": [chance.gauss(0, 1) for _ in range(64)] for thing in THINGS}
    tables = TableVectors(_catalog(1500), lambda texts: [vectors[text] for text in texts], None)
    wanted = [number + chance.gauss(0, 0.5) for number in vectors["tax. Columns: id."]]
    assert tables.nearest(wanted, 1) == (TableName(name="tax"),)


def test_what_both_searches_find_stands_above_what_one_finds() -> None:
    a, b, c = (TableName(name=name) for name in "abc")
    assert fused(((a, b), (c, b)), 3) == (b, a, c)
    assert fused(((a, b), (c, b)), 1) == (b,)


def test_a_large_catalog_is_searched_by_meaning_too() -> None:
    catalog = _catalog(SMALL)
    question = Question(text="how often did the qwertz happen")
    assert "ship" not in {table.name.name for table in link(question, catalog).tables}
    near = {"how often did the qwertz happen": (TableName(name="ship"),)}
    linked = link(question, catalog, lambda text, limit: near[text][:limit])
    assert "ship" in {table.name.name for table in linked.tables}


def test_meaning_does_not_crowd_out_what_is_named() -> None:
    catalog = _catalog(200)
    others = tuple(TableName(name=f"other_{number}") for number in range(FOUND))
    linked = link(Question(text="how many loans are there"), catalog, lambda text, limit: others[:limit])
    assert "loan" in {table.name.name for table in linked.tables}


def test_a_small_catalog_is_linked_whole_whatever_is_near() -> None:
    linked = link(Question(text="how many vessels"), _catalog(), lambda text, limit: (TableName(name="ship"),))
    assert len(linked.tables) == len(THINGS)
