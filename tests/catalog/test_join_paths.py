"""Ways to join several tables."""

from __future__ import annotations

import random
from typing import Literal

import pytest

from sqlcoder_core.linking.join_paths import JoinTree, join_paths
from sqlcoder_core.values.catalog import Relationship, TableName


def name(text: str) -> TableName:
    return TableName(name=text)


def join(
    left: str,
    column: str,
    right: str,
    *,
    certainty: float = 1.0,
    cardinality: Literal["many_to_one", "one_to_one", "many_to_many"] = "many_to_one",
) -> Relationship:
    return Relationship(
        left=name(left),
        left_columns=(column,),
        right=name(right),
        right_columns=("id",),
        certainty=certainty,
        inferred=certainty < 1.0,
        cardinality=cardinality,
    )


SHOP = (
    join("orders", "customer_id", "customers"),
    join("lines", "order_id", "orders"),
    join("lines", "product_id", "products"),
    join("products", "supplier_id", "suppliers"),
    join("tickets", "customer_id", "customers"),
)


def paths(*wanted: str, among: tuple[Relationship, ...] = SHOP, limit: int = 3) -> tuple[JoinTree, ...]:
    return join_paths([name(one) for one in wanted], among, limit)


def order(tree: JoinTree) -> list[str]:
    return [table.name for table in tree.tables]


@pytest.mark.parametrize(
    ("wanted", "tables", "bridges"),
    [
        (["orders"], ["orders"], []),
        (["orders", "customers"], ["orders", "customers"], []),
        (["customers", "products"], ["customers", "orders", "lines", "products"], ["orders", "lines"]),
        (["orders", "suppliers"], ["orders", "lines", "products", "suppliers"], ["lines", "products"]),
        (["lines", "customers", "suppliers"], ["lines", "orders", "customers", "products", "suppliers"], ["orders", "products"]),
    ],
)
def test_tables_are_joined_over_as_few_bridges_as_possible(wanted: list[str], tables: list[str], bridges: list[str]) -> None:
    best = paths(*wanted)[0]
    assert order(best) == tables
    assert sorted(bridge.name for bridge in best.bridges) == sorted(bridges)


def test_nothing_wanted_and_nothing_in_common_give_nothing() -> None:
    assert join_paths([], SHOP) == ()
    assert paths("orders", "islands") == ()


def test_each_step_says_whether_rows_multiply() -> None:
    (tree,) = paths("customers", "lines")
    assert [(step.left.name, step.right.name, step.fans_out) for step in tree.steps] == [
        ("customers", "orders", True),
        ("orders", "lines", True),
    ]
    (back,) = paths("lines", "customers")
    assert not any(step.fans_out for step in back.steps)


def test_one_to_one_fans_out_in_no_direction_and_many_to_many_in_both() -> None:
    one = (join("details", "customer_id", "customers", cardinality="one_to_one"),)
    many = (join("tags", "post_id", "posts", cardinality="many_to_many"),)
    assert not paths("details", "customers", among=one)[0].steps[0].fans_out
    assert not paths("customers", "details", among=one)[0].steps[0].fans_out
    assert paths("tags", "posts", among=many)[0].steps[0].fans_out
    assert paths("posts", "tags", among=many)[0].steps[0].fans_out


def test_a_declared_way_is_taken_before_an_inferred_one_of_the_same_length() -> None:
    among = (join("a", "x", "m", certainty=0.6), join("b", "x", "m", certainty=0.6), join("a", "y", "n"), join("n", "z", "b"))
    assert [bridge.name for bridge in paths("a", "b", among=among)[0].bridges] == ["n"]


def test_a_bridge_table_is_preferred_to_a_shared_parent() -> None:
    """Students and courses meet in enrolments, not in the school that both belong to."""
    among = (
        join("students", "school_id", "schools"),
        join("courses", "school_id", "schools"),
        join("enrolments", "student_id", "students"),
        join("enrolments", "course_id", "courses"),
    )
    first, second = paths("students", "courses", among=among)
    assert [bridge.name for bridge in first.bridges] == ["enrolments"]
    assert [bridge.name for bridge in second.bridges] == ["schools"]


def test_two_joins_between_the_same_tables_are_two_ways() -> None:
    among = (join("flights", "origin_id", "airports"), join("flights", "destination_id", "airports"))
    trees = paths("flights", "airports", among=among)
    assert [tree.steps[0].left_columns for tree in trees] == [("destination_id",), ("origin_id",)]


def test_the_order_of_the_relationships_does_not_matter() -> None:
    shuffled = list(SHOP)
    for seed in range(10):
        random.Random(seed).shuffle(shuffled)
        assert paths("customers", "suppliers", among=tuple(shuffled)) == paths("customers", "suppliers")


def test_certainty_is_that_of_all_steps_together() -> None:
    among = (join("a", "b_id", "b", certainty=0.9), join("b", "c_id", "c", certainty=0.5))
    assert paths("a", "c", among=among)[0].certainty == pytest.approx(0.45)
