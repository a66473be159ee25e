"""What the page shows of a run."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sqlcoder_core.evaluation.records import Judged, Report, Rows
from sqlcoder_core.evaluation.report import comparison_html, render_html


def page(*judged: Judged) -> str:
    return render_html(Report(suite="s", kind="own", judged=judged))


def one(**more: Any) -> Judged:
    return Judged(**{"id": "q", "question": "How many?", "base": "b", "category": "c", **more})


def articles(text: str) -> list[str]:
    return re.findall(r"<article.*?</article>", text, re.DOTALL)


def test_every_question_that_did_not_go_well_is_on_the_page_once(make) -> None:  # type: ignore[no-untyped-def]
    report = make()
    shown = [one for one in report.judged if one.outcome != "right" or (one.answerable and not one.strict)]
    assert len(articles(render_html(report))) == len(shown)


def test_a_wrong_answer_stands_beside_its_gold_with_the_differences_marked() -> None:
    gold, ours = (
        Rows(columns=("city", "n"), rows=(("Oslo", 3), ("Bodø", None))),
        Rows(columns=("city", "n"), rows=(("Oslo", 4), ("Bodø", None))),
    )
    wrong = one(outcome="wrong", sql="SELECT city, n FROM u", gold="SELECT city, n FROM t", ours=ours, golds=gold, why="row 1 differs")
    (text,) = articles(page(wrong))
    left, right = text.split('<div class="ours">')
    assert "FROM <mark>t</mark></pre>" in left
    assert "FROM <mark>u</mark></pre>" in right
    assert '<tr class="apart"><td class=" ">Oslo</td><td class="number ">3</td>' in left
    assert '<tr class="apart"><td class=" ">Oslo</td><td class="number ">4</td>' in right
    assert '<tr class=""><td class=" ">Bodø</td><td class="null ">NULL</td>' in right
    assert "row 1 differs" in left


def test_an_extra_column_is_marked_as_a_column() -> None:
    gold, ours = Rows(columns=("n",), rows=((3,), (5,))), Rows(columns=("id", "n"), rows=((1, 3), (2, 5)))
    (text,) = articles(page(one(outcome="right", subset=True, sql="SELECT id, n", gold="SELECT n", ours=ours, golds=gold)))
    assert '<th class="apart">id</th><th class="">n</th>' in text
    assert text.count('<td class="number apart">') == 2


def test_an_empty_result_says_so() -> None:
    nothing = Rows(columns=("n",), rows=())
    (text,) = articles(page(one(outcome="wrong", ours=nothing, golds=Rows(columns=("n",), rows=((1,),)))))
    assert "no rows" in text.split('<div class="ours">')[1]


def test_an_answer_to_an_unanswerable_question_has_no_gold_beside_it() -> None:
    (text,) = articles(page(one(outcome="wrong", answerable=False, sql="SELECT 1", valid=True)))
    assert "right is to abstain" in text


def test_abstentions_and_failures_tell_their_reasons() -> None:
    held = one(id="h", outcome="abstained", status="abstained", why="two readings", problems=("two readings", "no column is named vegan"))
    failed = one(id="f", outcome="failed", status="refused", why="DELETE is not allowed")
    text = page(held, failed)
    assert text.count("two readings") == 1
    assert "no column is named vegan" in text
    assert "DELETE is not allowed" in text


def test_a_reason_that_a_problem_gives_already_is_told_once() -> None:
    held = one(
        outcome="abstained",
        status="abstained",
        why="two readings are equally likely",
        problems=("unsure: two readings are equally likely",),
    )
    assert page(held).count("two readings are equally likely") == 1


def test_the_bar_of_a_category_leads_to_its_wrong_answers() -> None:
    text = page(one(outcome="wrong"), one(id="r", outcome="right", category="d", exact=True, strict=True))
    assert '<a href="#wrong-1"><text x="6" y="16" class="name">c</text></a>' in text
    assert '<details class="group" id="wrong-1" open><summary>c: 1 question</summary>' in text


def test_a_run_of_many_wrong_answers_begins_folded(make) -> None:  # type: ignore[no-untyped-def]
    text = render_html(make(skill=0.4, questions=400))
    assert '<details class="group" id="wrong-1"><summary>' in text


def test_plots_without_data_are_left_out_with_a_word() -> None:
    text = page(one(outcome="right", exact=True, strict=True))
    assert "No answer has a confidence." in text
    assert "Latency</figcaption>" not in text


@pytest.mark.parametrize("time", [0.0004, 1.0, 10.0, 1000.0, 86_400_000.0])
def test_any_latency_is_in_the_plot(time: float) -> None:
    text = page(one(outcome="right", latency_ms=time), one(id="r", outcome="right", latency_ms=time))
    assert text.count("<title>2 questions</title>") == 1


def test_all_shares_of_a_plot_lie_inside_of_it(make) -> None:  # type: ignore[no-untyped-def]
    for circle in re.findall(r'<circle class="(?:now|dot|bin)" cx="([\d.-]+)" cy="([\d.-]+)"', render_html(make())):
        x, y = map(float, circle)
        assert 46 <= x <= 464
        assert 14 <= y <= 254


def test_a_comparison_shows_each_flip_with_gold_and_both_statements() -> None:
    old, new = (
        one(outcome="right", sql="SELECT a FROM t", gold="SELECT a FROM g"),
        one(outcome="wrong", sql="SELECT a FROM u", why="2 rows differ"),
    )
    text = comparison_html(Report(suite="s", kind="own", judged=(old,)), Report(suite="s", kind="own", judged=(new,)))
    (flip,) = articles(text)
    assert "SELECT a FROM g" in flip
    assert "before: right" in flip
    assert "after: wrong (2 rows differ)" in flip
    assert "FROM <mark>t</mark>" in flip
    assert "FROM <mark>u</mark>" in flip
