"""Results that say the same have the same key, whatever their columns are called and however rows and columns are ordered."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from itertools import chain

import pytest

from sqlcoder_core.steps.agreement import result_key, says_nothing
from sqlcoder_core.values.result import ResultSet

from .scripted import rows


def same(left: ResultSet, right: ResultSet) -> bool:
    return result_key(left, "select 1") == result_key(right, "select 2")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (rows(1, 2, 3), rows(3, 1, 2)),
        (rows("Oslo", 1, "Rome", 2, columns=2), rows(2, "Rome", 1, "Oslo", columns=2)),
        (rows(1), rows(1.0)),
        (rows(Decimal("1.50")), rows(1.5)),
        (rows(0.1 + 0.2), rows(0.3)),
        (rows(True), rows(1)),
        (rows(-0.0), rows(0)),
        (rows(date(2024, 1, 2)), rows(datetime(2024, 1, 2))),
        (rows(None, "a"), rows("a", None)),
        (rows(Decimal("NaN")), rows(float("nan"))),
        (rows(), rows(columns=2)),
        (rows(10**400), rows(10**400)),
    ],
)
def test_the_same_rows_agree(left: ResultSet, right: ResultSet) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (rows(1, 1), rows(1)),
        (rows("Oslo", 1, "Rome", 2, columns=2), rows("Oslo", 2, "Rome", 1, columns=2)),
        (rows(1, 2, columns=2), rows(1, 2)),
        (rows("1"), rows(1)),
        (rows(None), rows(0)),
        (rows(""), rows(None)),
        (rows(datetime(2024, 1, 2, 3)), rows(date(2024, 1, 2))),
        (rows(float("inf")), rows(float("-inf"))),
        (rows(1, 2, truncated="rows"), rows(1, 2, truncated="rows")),
    ],
)
def test_other_rows_do_not(left: ResultSet, right: ResultSet) -> None:
    assert not same(left, right)


def test_shuffled_rows_and_columns_agree_and_one_changed_cell_does_not() -> None:
    rng = random.Random(5)
    for _ in range(200):
        width, height = rng.randint(1, 4), rng.randint(1, 6)
        table = [[rng.randint(0, 3) for _ in range(width)] for _ in range(height)]
        order = rng.sample(range(width), width)
        moved = [[row[at] for at in order] for row in rng.sample(table, height)]
        left = rows(*chain(*table), columns=width)
        assert same(left, rows(*chain(*moved), columns=width))
        moved[0][0] += 7
        assert not same(left, rows(*chain(*moved), columns=width))


def test_no_rows_and_nulls_alone_say_nothing() -> None:
    assert says_nothing(rows())
    assert says_nothing(rows(None, None, columns=2))
    assert not says_nothing(rows(0))
    assert not says_nothing(rows(None, None))
