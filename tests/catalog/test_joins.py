"""Joins inferred where none is declared: what must be found, and that nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.values.catalog import Column, Relationship, Table, TableName

CASES = yaml.safe_load((Path(__file__).parent / "joins.yml").read_text(encoding="utf-8"))


def name(text: str) -> TableName:
    schema, _, bare = text.rpartition(".")
    return TableName(name=bare, schema=schema or None)


def table(title: str, columns: str) -> Table:
    parts = [part.strip() for part in columns.split(",")]
    return Table(
        name=name(title),
        columns=tuple(
            Column(name=part.rstrip("*").split(":")[0], kind=part.rstrip("*").partition(":")[2] or "integer")  # type: ignore[arg-type]
            for part in parts
        ),
        primary_key=tuple(part.rstrip("*").split(":")[0] for part in parts if part.endswith("*")),
    )


def written(join: Relationship) -> str:
    return f"{join.left}.{join.left_columns[0]} = {join.right}.{join.right_columns[0]}"


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_joins_are_inferred_from_names_types_and_keys(case: dict[str, Any]) -> None:
    catalog = memory_catalog([table(title, columns) for title, columns in case["tables"].items()])
    found = catalog.relationships()
    assert [written(join) for join in found] == case["joins"]
    assert all(join.inferred and 0.3 <= join.certainty < 1.0 and join.origin for join in found)


def test_a_declared_join_of_a_column_leaves_nothing_to_infer() -> None:
    tables = [table("customers", "id*"), table("clients", "id*"), table("orders", "id*, customer_id")]
    declared = Relationship(left=name("orders"), left_columns=("customer_id",), right=name("clients"), right_columns=("id",))
    assert memory_catalog([*tables, declared]).relationships() == (declared,)


def test_a_known_key_is_surer_than_one_that_is_only_named_so() -> None:
    known = memory_catalog([table("customers", "id*"), table("orders", "id*, customer_id")]).relationships()
    named = memory_catalog([table("customers", "id"), table("orders", "id, customer_id")]).relationships()
    assert known[0].certainty > named[0].certainty


def test_a_column_that_repeats_is_no_key() -> None:
    customers = Table(name=name("customers"), row_count=100, columns=(Column(name="id", kind="integer", distinct_count=7),))
    assert memory_catalog([customers, table("orders", "id*, customer_id")]).relationships() == ()


@pytest.mark.parametrize(
    ("pointer", "key"),
    [
        ({"minimum": "900", "maximum": "990"}, {"minimum": "1", "maximum": "50"}),
        ({"values": (7, 8), "values_complete": True}, {"values": (1, 2), "values_complete": True}),
    ],
)
def test_contents_that_never_meet_are_no_join(pointer: dict[str, Any], key: dict[str, Any]) -> None:
    customers = Table(name=name("customers"), columns=(Column(name="id", kind="integer", **key),), primary_key=("id",))
    orders = Table(name=name("orders"), columns=(Column(name="customer_id", kind="integer", **pointer),))
    assert memory_catalog([customers, orders]).relationships() == ()


def test_the_work_grows_with_the_columns_and_not_with_their_pairs() -> None:
    """Counted in comparisons of a column with a possible key, not in time."""
    from sqlcoder_core.linking import joins

    seen: list[int] = []
    for count in (200, 400):
        tables = [table(f"thing_{number}", f"thing_{number}_id*, thing_{number + 1}_id, customer_id") for number in range(count)]
        shapes = [joins.shape_of(one) for one in [*tables, table("customers", "customer_id*")]]
        calls = 0
        original = joins._fits

        def counted(*given: Any, original: Any = original) -> bool:
            nonlocal calls
            calls += 1
            return bool(original(*given))

        joins._fits = counted
        try:
            assert len(joins.infer_joins(shapes, [])) == 2 * count - 1
        finally:
            joins._fits = original
        seen.append(calls)
    assert seen[1] < 2.2 * seen[0]
