"""Names that look like other names, by words and by letters."""

from __future__ import annotations

import pytest

from sqlcoder_core.sql.mending.likeness import clear_nearest, likeness, words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("OrderItems", ("order", "item")),
        ("order_items", ("order", "item")),
        ("Party_IDs", ("party", "id")),
        ("HTTPStatus", ("http", "status")),
        ("movies", ("movy",)),
        ("Movie", ("movy",)),
        ("address", ("address",)),
    ],
)
def test_words_are_lower_case_and_singular(name: str, parts: tuple[str, ...]) -> None:
    assert words(name) == parts


def test_the_tables_own_words_do_not_count() -> None:
    assert likeness("customer_name", "name", "customers") == 0.95


def test_two_names_about_as_near_are_no_clear_nearest() -> None:
    assert clear_nearest("start_dat", ["start_date", "start_data"]) is None
    assert clear_nearest("start_dat", ["start_date", "end_date"]) == "start_date"


def test_nothing_near_is_no_name() -> None:
    assert clear_nearest("zebra", ["orders", "customers"]) is None
