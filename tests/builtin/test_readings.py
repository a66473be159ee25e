"""What comes with an answer: its reading, its score, second readings, verified questions, follow-ups, metrics and terms."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.catalog import Metric, TableName, Term, VerifiedQuestion

ORDERS, CUSTOMERS = TableName(name="orders"), TableName(name="customers")


def only(database: Any, proposal: Proposal) -> list[tuple[Any, ...]]:
    assert proposal.candidates, proposal.reason
    return sorted(database.rows(proposal.candidates[0].sql)[1], key=repr)


def test_each_phrase_is_said_with_what_it_was_taken_to_mean(shop: Any) -> None:
    (best, *_) = shop.ask("How many cancelled orders in 2024 by city?").candidates
    reading = {entry.phrase: entry.meaning for entry in best.reading}
    assert reading["cancelled"] == "orders.status is cancelled"
    assert reading["in 2024"] == "orders.ordered_at in 2024"
    assert reading["by city"] == "one row per customers.city"


def test_scores_lie_between_nothing_and_one_and_guesses_cost(shop: Any) -> None:
    (sure, *_), (guess, *_) = shop.ask("How many orders are there?").candidates, shop.ask("Who is our biggest customer?").candidates
    assert 0 < guess.score < sure.score <= 1


def test_a_second_reading_is_offered_where_a_word_may_mean_two_columns(database: Any) -> None:
    found = database("shop").ask("average amount by city").candidates
    assert len({candidate.sql for candidate in found}) == len(found)
    assert all(first.score >= second.score for first, second in pairwise(found))


def test_the_names_nearest_to_what_is_not_understood_are_suggested(shop: Any) -> None:
    proposal = shop.ask("show the segmnt of customers")
    assert proposal.unplaced == ("segmnt",)
    assert proposal.suggestions[0] == "segment"


def test_a_verified_question_is_answered_with_its_own_sql_whatever_its_marks_and_case(database: Any) -> None:
    fact = VerifiedQuestion(question="How are we doing?", sql="SELECT 42 AS answer;")
    (best,) = database("shop", (fact,)).ask("how are we DOING").candidates
    assert (best.route, best.sql) == ("verified", "SELECT 42 AS answer")


def test_a_metric_stands_above_guessed_columns_with_its_filter(database: Any) -> None:
    metric = Metric(name="revenue", table=ORDERS, expression="SUM(total)", filter="status <> 'cancelled'")
    open_shop = database("shop", (metric,))
    assert only(open_shop, open_shop.ask("revenue by segment")) == [("retail", 410.0), ("wholesale", 260.0)]


def test_an_aggregate_word_goes_with_a_metric(database: Any) -> None:
    metric = Metric(name="revenue", table=ORDERS, expression="SUM(total)")
    open_shop = database("shop", (metric,))
    assert only(open_shop, open_shop.ask("What is the total revenue?")) == [(710.0,)]
    assert only(open_shop, open_shop.ask("average revenue per customer")) == [(pytest.approx(236.6666667),)]


def test_a_glossary_filter_is_a_condition_and_an_expression_a_value(database: Any) -> None:
    big = Term(name="big order", filter="orders.total > 150")
    delay = Term(name="leftover", expression="orders.total - 10")
    open_shop = database("shop", (big, delay))
    assert only(open_shop, open_shop.ask("How many big orders are there?")) == [(2,)]
    assert only(open_shop, open_shop.ask("average leftover by status of orders")) == [
        ("cancelled", 30.0),
        ("completed", 107.5),
        ("open", 190.0),
    ]
    assert only(open_shop, open_shop.ask("How many orders with a leftover above 100?")) == [(2,)]


@pytest.mark.parametrize(
    ("previous", "text", "rows"),
    [
        ("How many orders were completed?", "and by city?", [("Boston", 1), ("New York", 3)]),
        ("How many customers are in New York?", "what about Boston?", [(1,)]),
        ("total order amount by city", "only for 2024", [("Boston", 300.0), ("New York", 310.0)]),
        ("top 3 customers by revenue", "top 1", [(2, "Bob", 300.0)]),
        ("total order amount by status\nonly for 2024", "and by city?", [("Boston", 300.0), ("New York", 310.0)]),
        ("How many customers are there?\ntotal order amount by city", "only for 2024", [("Boston", 300.0), ("New York", 310.0)]),
    ],
)
def test_a_follow_up_changes_the_question_before_it(shop: Any, previous: str, text: str, rows: list[tuple[Any, ...]]) -> None:
    assert only(shop, shop.ask(text, previous=previous, floor=0.0)) == rows


def test_an_instruction_that_is_not_understood_is_said(shop: Any) -> None:
    asked = shop.ask(
        "How many customers are there?", instructions="Mind the gap between zorgs. A customer is loyal if they placed 2 orders."
    )
    assert [note for note in asked.candidates[0].notes if "not heeded" in note] == [
        "this instruction was not heeded: Mind the gap between zorgs"
    ]


def test_a_long_statement_is_written_over_lines(shop: Any) -> None:
    short, long = (
        shop.ask(text, floor=0.0).candidates[0].sql for text in ("How many customers are there?", "top 3 customers by revenue in Boston")
    )
    assert "\n" not in short
    assert max(map(len, long.splitlines())) < len(long) / 2


def test_a_question_of_its_own_leaves_the_one_before_it_alone(shop: Any) -> None:
    alone = shop.ask("How many customers are there in Boston?")
    after = shop.ask("How many customers are there in Boston?", previous="total order amount by city")
    assert after.candidates[0].sql == alone.candidates[0].sql


def test_names_of_another_schema_are_written_out_and_odd_names_are_quoted() -> None:
    from sqlcoder_builtin.answering import answer
    from sqlcoder_core.contracts.proposer import Ask
    from sqlcoder_core.linking.catalog_index import memory_catalog
    from sqlcoder_core.linking.linker import link
    from sqlcoder_core.values.catalog import Column, Table
    from sqlcoder_core.values.question import Clock, Question

    columns = (Column(name="id", kind="integer"), Column(name="Unit Price", kind="number"), Column(name="order", kind="text"))
    table = Table(name=TableName(name="Parts", schema="stock"), columns=columns, primary_key=("id",))
    linked = link(Question(text="average unit price of parts"), memory_catalog([table], "main"))
    proposal = answer(Ask(linked=linked, dialect="postgres", clock=Clock()))
    assert proposal.candidates[0].sql == 'SELECT AVG("Unit Price") AS average_unit_price FROM stock."Parts"'
