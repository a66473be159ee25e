from __future__ import annotations

from sqlcoder_house_rules.old_names import OldNames

from sqlcoder_core.api import Candidate, Problem
from sqlcoder_core.testing import build_component, fake_candidate, fake_linked, fake_table

ORDERS = fake_table("orders", {"order_id": "integer", "total": "number"})
UNKNOWN = Problem(code="column-unknown", message="there is no column ord_no")


def repaired(sql: str, *problems: Problem, **names: str) -> list[Candidate]:
    return list(build_component(OldNames, names=names).sqlcoder_repair(fake_candidate(sql), problems, fake_linked("orders", ORDERS)))


def test_old_names_become_todays_and_the_notes_say_so() -> None:
    (one,) = repaired("SELECT o.Ord_No, sum(o.amt) FROM orders AS o GROUP BY 1", UNKNOWN, ord_no="order_id", amt="total")
    assert one.sql == "SELECT o.order_id, SUM(o.total) FROM orders AS o GROUP BY 1"
    assert one.notes == ("Ord_No is called order_id today", "amt is called total today")


def test_text_that_only_looks_like_a_name_stays() -> None:
    (one,) = repaired("SELECT ord_no FROM orders WHERE status = 'ord_no'", UNKNOWN, ord_no="order_id")
    assert one.sql == "SELECT order_id FROM orders WHERE status = 'ord_no'"


def test_nothing_is_touched_where_every_name_is_known_or_none_is_old() -> None:
    assert repaired("SELECT ord_no FROM orders", ord_no="order_id") == []
    assert repaired("SELECT nothing FROM orders", UNKNOWN, ord_no="order_id") == []
    assert repaired("SELECT ( FROM", UNKNOWN, ord_no="order_id") == []
