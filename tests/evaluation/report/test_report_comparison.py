"""Two runs compared question by question."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report import compared, comparison_html, comparison_json, render_comparison


def one(number: int, outcome: str, **more: Any) -> Judged:
    return Judged(**{"id": f"q{number}", "question": f"question {number}", "base": "b", "outcome": outcome, **more})


def report(*judged: Judged, **more: Any) -> Report:
    return Report(**{"suite": "s", "kind": "own", "judged": judged, **more})


OLD = report(one(1, "right"), one(2, "right"), one(3, "wrong"), one(4, "wrong"), one(5, "abstained"))
NEW = report(one(1, "right"), one(2, "wrong"), one(3, "right"), one(4, "right"), one(5, "right"))


def test_each_flip_is_on_its_side() -> None:
    found = compared(OLD, NEW)
    assert [couple[1].id for couple in found.won] == ["q3", "q4", "q5"]
    assert [couple[1].id for couple in found.lost] == ["q2"]


def test_the_measures_are_shares_of_the_common_questions() -> None:
    correct, _, answered, ratio = compared(OLD, NEW).measures
    assert (correct.name, correct.n, correct.before, correct.after, correct.flips) == ("correct", 5, 0.4, 0.8, (1, 3))
    assert (answered.name, answered.before, answered.after) == ("answered", 0.8, 1.0)
    assert (ratio.name, ratio.before, ratio.after, ratio.flips, ratio.p) == ("right of answered", 0.5, 0.8, None, None)


def test_the_order_of_the_questions_makes_no_difference() -> None:
    turned = compared(OLD, report(*reversed(NEW.judged)))
    assert turned.measures == compared(OLD, NEW).measures
    assert turned.won == compared(OLD, NEW).won


def test_the_same_run_twice_differs_by_nothing() -> None:
    found = compared(OLD, OLD)
    assert (found.won, found.lost, found.signature, found.warnings) == ((), (), (), ())
    assert all(measure.difference.value == 0 and not measure.certain for measure in found.measures)
    assert "no question changed sides" in render_comparison(OLD, OLD, 200)


def test_questions_of_one_side_only_are_left_out_with_a_warning() -> None:
    found = compared(OLD, report(*NEW.judged[:3], one(9, "right"), one(10, "right")))
    assert found.measures[0].n == 3
    assert found.warnings == ("2 questions only in the first report: left out", "2 questions only in the second report: left out")


def test_a_question_that_was_reworded_or_unscored_is_left_out_with_a_warning() -> None:
    other = (replace(NEW.judged[0], question="another"), replace(NEW.judged[1], outcome="unscored"), *NEW.judged[2:])
    found = compared(OLD, report(*other))
    assert found.measures[0].n == 3
    assert found.warnings == (
        "1 question worded differently in the two reports: left out",
        "1 question unscored in at least one of the reports: left out",
    )


def test_ids_that_a_suite_repeats_are_paired_in_order_and_by_database() -> None:
    old = report(one(1, "right"), one(1, "wrong"), one(1, "wrong", base="c"))
    new = report(one(1, "wrong", base="c"), one(1, "right"), one(1, "right"))
    assert [couple[0].base for couple in compared(old, new).won] == ["b"]


def test_unanswerable_questions_are_measured_apart() -> None:
    old = report(*OLD.judged, one(6, "wrong", answerable=False), one(7, "right", answerable=False, status="abstained"))
    new = report(*NEW.judged, one(6, "right", answerable=False, status="abstained"), one(7, "right", answerable=False, status="abstained"))
    measures = {measure.name: measure for measure in compared(old, new).measures}
    assert measures["correct"].n == 5
    assert (measures["rightly abstained"].before, measures["rightly abstained"].after) == (0.5, 1.0)
    assert (measures["right of answered"].before, measures["right of answered"].after) == (0.4, 0.8)
    assert "q6" in [couple[0].id for couple in compared(old, new).won]


def test_other_suites_and_other_data_are_warned_of() -> None:
    old, new = replace(OLD, signature=(("data hash", "aa"), ("seed", "1"))), replace(NEW, suite="t", signature=(("data hash", "bb"),))
    found = compared(old, new)
    assert found.warnings == ("the suites differ: s (own) and t (own)", "the suites' data differ: data hash aa and bb")
    assert found.signature == (("data hash", "aa", "bb"), ("seed", "1", None))


def test_an_interrupted_run_is_warned_of() -> None:
    assert compared(OLD, replace(NEW, interrupted=True)).warnings == ("the second run was interrupted: its report is of 5 questions only",)


def test_reports_without_a_common_question_say_so_everywhere() -> None:
    new = report(one(8, "right"))
    assert compared(OLD, new).measures == ()
    assert render_comparison(OLD, new).startswith("nothing to compare")
    assert "nothing to compare" in comparison_html(OLD, new).lower()
    assert json.loads(comparison_json(OLD, new))["measures"] == {}


def test_a_clear_gain_is_called_better_and_a_clear_loss_worse() -> None:
    old, new = report(*(one(number, "wrong") for number in range(30))), report(*(one(number, "right") for number in range(30)))
    assert render_comparison(old, new).split("\n")[0].endswith(": better")
    assert render_comparison(new, old).split("\n")[0].endswith(": worse")


def test_the_json_has_the_documented_keys(make) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(comparison_json(make(1), make(2, skill=0.8)))
    assert list(found) == ["format", "version", "suite", "warnings", "measures", "categories", "won", "lost", "signature"]
    names = [*found, *found["measures"], *found["measures"]["correct"], *found["won"][0], *found["won"][0]["before"]]
    assert [name for name in names if f"`{name}`" not in str(comparison_json.__doc__)] == []
    assert len(found["won"]) == found["measures"]["correct"]["won"] + found["measures"]["rightly abstained"]["won"]
