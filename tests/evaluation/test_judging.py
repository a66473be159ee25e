"""One question judged: readings, instances, order, and what is kept."""

from __future__ import annotations

from datetime import date

import pytest

from sqlcoder_core.api import Answer, Problem, Question
from sqlcoder_core.evaluation.grounds import Reading
from sqlcoder_core.evaluation.judging import Ordering, judged, judged_unanswerable
from sqlcoder_core.evaluation.records import Rows, Task
from sqlcoder_core.evaluation.row_order import blocks, numbered, sort_keys


def table(*rows, columns="ab"):
    return Rows(columns=tuple(columns[: len(rows[0])] if rows else columns), rows=tuple(map(tuple, rows)))


def answer(status="answered", **facts):
    return Answer(question=Question(text="q"), status=status, dialect="duckdb", **facts)


def judge(readings, ours, *, kind="own", answered=None, **task):
    one = Task(**{"id": "1", "question": "how many", "base": "b", "gold": ("SELECT 1",), **task})
    return judged(one, answered or answer(sql="SELECT 1"), readings, ours, Ordering(kind=kind, task=one))


def test_one_and_the_same_reading_must_match_on_all_instances():
    readings = [Reading(rows=(table([1]), table([2]))), Reading(rows=(table([3]), table([4])))]
    assert judge(readings, [table([3]), table([4])]).outcome == "right"
    mixed = judge(readings, [table([1]), table([4])])
    assert (mixed.outcome, mixed.exact, mixed.strict) == ("wrong", False, False)
    assert mixed.why == "on instance 2 of 2: other values"


def test_exact_on_one_and_subset_on_another_is_right_and_not_exact():
    readings = [Reading(rows=(table([1]), table([2])))]
    found = judge(readings, [table([1]), table([2, "more"])])
    assert (found.outcome, found.exact, found.subset, found.strict) == ("right", False, True, False)
    assert found.ours.rows == ((2, "more"),)


def test_extra_columns_are_free_on_an_instance_without_rows_beside_one_with_rows():
    empty = table(columns="a")
    readings = [Reading(rows=(table([1]), empty))]
    found = judge(readings, [table([1, "x"]), table(columns="ab")])
    assert (found.outcome, found.exact, found.strict) == ("right", False, False)
    assert judge(readings, [table([1, "x"]), table([1, "x"])]).outcome == "wrong"
    assert judge([Reading(rows=(empty,))], [table(columns="ab")]).outcome == "wrong"
    assert judge([Reading(rows=(empty,))], [empty]).outcome == "right"


def test_sql_that_fails_on_an_instance_is_wrong_and_invalid():
    found = judge([Reading(rows=(table([1]), table([2])))], [table([1]), "no such table: x"])
    assert (found.outcome, found.valid, found.why) == ("wrong", False, "our SQL fails: no such table: x")


@pytest.mark.parametrize(("status", "outcome"), [("abstained", "abstained"), ("failed", "failed"), ("refused", "failed")])
def test_without_an_answer_the_reason_is_kept(status, outcome):
    problems = (Problem(code="unsure", message="confidence 0.2 is below 0.5"), Problem(code="n", message="a note", severity="note"))
    found = judge([Reading(rows=(table([1]),), sql="SELECT 1")], [], answered=answer(status, problems=problems, confidence=0.2))
    assert (found.outcome, found.why, found.confidence, found.gold) == (outcome, "confidence 0.2 is below 0.5", 0.2, "SELECT 1")


@pytest.mark.parametrize(
    ("status", "outcome"), [("abstained", "right"), ("answered", "wrong"), ("refused", "failed"), ("failed", "failed")]
)
def test_an_unanswerable_question_is_right_when_abstained_from(status, outcome):
    task = Task(id="1", question="q", base="b")
    assert judged_unanswerable(task, answer(status)).outcome == outcome
    assert not judged_unanswerable(task, answer(status)).answerable


UP, DOWN = table([1, "x"], [2, "y"]), table([2, "y"], [1, "x"])


@pytest.mark.parametrize(
    ("facts", "reading_ordered", "correct", "strictly"),
    [
        ({}, False, True, True),
        ({}, True, False, False),
        ({"ordered": False}, True, True, True),
        ({"ordered": True}, False, False, False),
        ({"kind": "sql-eval"}, True, True, False),
        ({"kind": "sql-eval", "category": "order_by"}, True, False, False),
        ({"kind": "sql-eval", "category": "order_by"}, False, False, True),
        ({"kind": "sql-eval", "question": "Sort them by size"}, True, False, False),
        ({"kind": "sql-eval", "question": "How many were sorted?"}, True, True, False),
        ({"kind": "spider"}, True, False, False),
    ],
)
def test_order_counts_by_the_suites_own_rule(facts, reading_ordered, correct, strictly):
    found = judge([Reading(rows=(UP,), ordered=reading_ordered)], [DOWN], **facts)
    assert (found.outcome == "right", found.strict) == (correct, strictly)


def test_rows_that_are_ordered_alike_may_change_places():
    gold = table(["a", 1], ["b", 2], ["c", 2], ["d", 3])
    readings = [Reading(rows=(gold,), ordered=True, blocks=(("1", "2", "2", "3"),))]
    assert judge(readings, [table(["a", 1], ["c", 2], ["b", 2], ["d", 3])]).strict
    found = judge(readings, [table(["b", 2], ["a", 1], ["c", 2], ["d", 3])])
    assert (found.outcome, found.strict, found.why) == ("wrong", False, "another order of rows")
    extra = judge(readings, [table(["a", 1, 0], ["c", 2, 0], ["b", 2, 0], ["d", 3, 0], columns="xyz")])
    assert (extra.outcome, extra.exact, extra.strict) == ("right", False, False)


def test_tokens_of_repairs_are_added():
    signature = (
        ("tokens", "prompt 120, reused 100, written 30"),
        ("repair_1_tokens", "prompt 150, reused 0, written 31"),
        ("repair_12_tokens", "prompt 10, reused 0, written 1"),
        ("repair_1_prompt", "prompt 9, reused 9, written 9"),
    )
    assert judge([Reading(rows=(table([1]),))], [table([1])], answered=answer(sql="SELECT 1", signature=signature)).tokens == (280, 62)
    assert judge([Reading(rows=(table([1]),))], [table([1])]).tokens is None


def test_what_is_kept_is_cut_and_json():
    gold = table(*[[number, date(2026, 1, 1)] for number in range(50)])
    found = judge([Reading(rows=(gold,))], [table([1, 2])])
    assert len(found.golds.rows) == 10
    assert found.golds.rows[1] == (1, "2026-01-01")
    assert judge([Reading(rows=(gold,))], [gold]).golds is None


@pytest.mark.parametrize(
    ("sql", "places", "probe"),
    [
        ("SELECT a, b FROM t ORDER BY b", (1,), None),
        ("SELECT a, b FROM t ORDER BY 2 DESC, 1", (1, 0), None),
        ("SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY n DESC", (1,), None),
        ("SELECT a, count(*) FROM t GROUP BY a ORDER BY count(*) DESC", (1,), None),
        ("SELECT a FROM t UNION SELECT b FROM t ORDER BY a", (0,), None),
        ("SELECT a FROM t ORDER BY b", (-1,), "SELECT a, b AS sqlcoder_key_0 FROM t ORDER BY b"),
        ("SELECT a FROM t ORDER BY t.b, a", (-2, -1), "SELECT a, t.b AS sqlcoder_key_0, a AS sqlcoder_key_1 FROM t ORDER BY t.b, a"),
        ("SELECT * FROM t ORDER BY b", (-1,), "SELECT *, b AS sqlcoder_key_0 FROM t ORDER BY b"),
        (
            "SELECT a FROM t GROUP BY a ORDER BY sum(b) DESC LIMIT 3",
            (-1,),
            "SELECT a, SUM(b) AS sqlcoder_key_0 FROM t GROUP BY a ORDER BY SUM(b) DESC LIMIT 3",
        ),
    ],
)
def test_what_a_query_orders_by_is_found(sql, places, probe):
    keys = sort_keys(sql, "sqlite")
    assert (keys.places, keys.probe) == (places, probe or sql)


@pytest.mark.parametrize(
    "sql", ["SELECT a FROM t", "SELECT DISTINCT a FROM t ORDER BY b", "SELECT (", "SELECT a FROM t UNION SELECT b FROM u ORDER BY c"]
)
def test_what_cannot_be_told_from_outside_is_not(sql):
    assert sort_keys(sql, "sqlite") is None


def test_blocks_are_rows_that_follow_each_other_with_equal_keys():
    keys = sort_keys("SELECT a, b FROM t ORDER BY b", "sqlite")
    names = blocks(keys, table(["x", 1], ["y", 1.0], ["z", 2], ["w", None]))
    assert [names.index(name) for name in names] == [0, 0, 2, 3]
    assert numbered(table(["x", 1]), names[:1]).rows == (("x", 1, "block 0"),)
