"""A suite of each format, run from beginning to end by a runtime that knows the answers."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from sqlcoder_core.errors import FileError, ModelError, UsageError
from sqlcoder_core.evaluation.report.calibration import given, withheld
from sqlcoder_core.evaluation.report.figures import figures
from sqlcoder_core.evaluation.run import Listener
from sqlcoder_core.evaluation.suites import load_suite
from sqlcoder_core.orderly_stop import Stop

FORMATS = (
    "sql-eval with DuckDB files",
    "sql-eval with a dump",
    "sql-eval with DDL",
    "sql-eval with metadata",
    "spider",
    "spider without contents",
    "bird",
    "own YAML",
    "own JSON lines",
    "own with a schema",
)
WRONG = {"How many books are there?": "SELECT count(*) FROM books WHERE pages > 200"}


def verdicts(report):
    return {
        one.id: (one.outcome, one.exact, one.subset, one.strict, one.valid, one.why, one.gold, one.ours, one.golds) for one in report.judged
    }


@pytest.mark.parametrize("form", FORMATS)
def test_gold_against_gold_is_right_on_every_format(form, bench):
    suite = bench.load(form)
    bench.know(suite)
    report = bench.run(suite, workers=2)
    assert len(report.judged) == 6
    assert {(one.outcome, one.exact, one.strict, one.valid) for one in report.judged} == {("right", True, True, True)}, verdicts(report)


@pytest.mark.parametrize("form", FORMATS)
def test_one_wrong_answer_is_wrong_on_every_format(form, bench):
    suite = bench.load(form)
    bench.know(suite, **WRONG)
    report = bench.run(suite)
    wrong = [one for one in report.judged if one.outcome != "right"]
    assert [(one.question, one.outcome, one.exact, one.strict, one.valid) for one in wrong] == [
        ("How many books are there?", "wrong", False, False, True)
    ]
    assert wrong[0].why.endswith("other values")
    assert wrong[0].ours.rows != wrong[0].golds.rows


def test_contents_set_aside_are_compared_on_instances(bench):
    suite = bench.load("spider")
    bench.know(suite)
    report = bench.run(suite, fuzzed=True, mutants=True, selection={"limit": 2})
    assert [one.outcome for one in report.judged] == ["right"] * 2
    assert report.kill.mutants >= report.kill.killed > 0
    signature = dict(report.signature)
    assert signature["databases"] == "1, 0 with contents"
    assert signature["questions"] == "2 of 6: --limit 2"
    assert (signature["seed"], signature["instances"]) == ("0", "4")


def test_what_is_not_known_is_an_abstention_and_what_cannot_run_is_invalid(bench):
    suite = bench.load("own YAML")
    bench.know(suite, **{"Books since 2020": "", "How many books are there?": "SELECT no_such_column FROM books"})
    found = {one.question: one for one in bench.run(suite).judged}
    assert (found["Books since 2020"].outcome, found["Books since 2020"].status) == ("abstained", "abstained")
    assert found["How many books are there?"].outcome == "failed"
    assert not found["How many books are there?"].valid


@pytest.mark.parametrize("form", ["own YAML", "spider without contents"])
def test_what_was_withheld_is_judged_and_counts_for_nothing(form, bench):
    suite = bench.load(form)
    suite = replace(suite, tasks=(*suite.tasks, replace(suite.tasks[0], id="none", question="Nobody knows", gold=())))
    bench.know(suite, **WRONG, **{"Books since 2020": "SELECT no_such FROM books", "Nobody knows": "SELECT count(*) FROM authors"})
    report = bench.run(suite, runtime_doubts=0.3)
    found = {one.question: (one.status, one.outcome, one.exact, one.valid, one.sql is not None) for one in report.judged}
    assert found.pop("How many books are there?") == ("abstained", "abstained", False, True, True)
    assert found.pop("Books since 2020") == ("abstained", "abstained", False, False, False)
    assert found.pop("Nobody knows") == ("abstained", "right", False, True, True)
    assert set(found.values()) == {("abstained", "abstained", True, True, True)}
    assert sorted(withheld(report.judged)) == [(0.3, False), (0.3, False), *[(0.3, True)] * 4]
    assert given(report.judged) == ()
    counted = figures(report.judged)
    assert (counted.correct, counted.exact, counted.valid, counted.abstained) == (0, 0, 0, 6)


@pytest.mark.parametrize(("form", "confidence"), [("spider without contents", 0.75), ("own with a schema", 0.75), ("spider", 0.45)])
def test_rows_of_a_database_without_contents_do_not_touch_the_confidence(form, confidence, bench):
    suite = bench.load(form)
    bench.know(suite, **{"How many books are there?": "SELECT title FROM books"})
    one = bench.run(suite, selection={"limit": 1}).judged[0]
    assert one.confidence == confidence


def test_confidence_tokens_and_latency_are_kept(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    one = bench.run(suite, selection={"limit": 1}, runtime_pause=0.01).judged[0]
    assert (one.confidence is not None, one.tokens) == (True, (120, 30))
    assert one.latency_ms >= 10


def test_rows_in_place_of_sql_and_questions_without_an_answer(bench):
    bench.load("own JSON lines")
    lines = [
        {"database": "own-JSON-lines/library.duckdb"},
        {"question": "newest", "columns": ["on", "title"], "rows": [["2023-06-02", "Lemon Season"]]},
        {"question": "moments", "rows": [["2023-06-02T10:30:00"]]},
        {"question": "either", "results": [{"rows": [[1]]}, {"rows": [[2]]}]},
        {"question": "in order", "rows": [["b"], ["a"]], "ordered": True},
        {"question": "nobody knows", "answerable": False},
        {"question": "nobody can know", "answerable": False},
    ]
    (bench.folder / "s.jsonl").write_text("\n".join(map(json.dumps, lines)))
    known = {
        "newest": "SELECT title, published_on FROM books WHERE published_on = (SELECT max(published_on) FROM books)",
        "moments": "SELECT TIMESTAMP '2023-06-02 10:30:00'",
        "either": "SELECT 2",
        "in order": "SELECT 'a' UNION ALL SELECT 'b'",
        "nobody can know": "SELECT 7",
    }
    (bench.folder / "answers.json").write_text(json.dumps(known))
    found = {one.question: one.outcome for one in bench.run(load_suite("s.jsonl")).judged}
    assert found == {
        "newest": "right",
        "moments": "right",
        "either": "right",
        "in order": "wrong",
        "nobody knows": "right",
        "nobody can know": "wrong",
    }


def test_the_suites_clock_is_that_of_golds_and_answers(bench):
    bench.load("own YAML")
    text = "database: own-YAML/library.sqlite\nnow: 2021-01-01\nquestions:\n  - {question: old, sql: SELECT CURRENT_DATE}\n"
    (bench.folder / "s.yml").write_text(text)
    (bench.folder / "answers.json").write_text(json.dumps({"old": "SELECT '2021-01-01'"}))
    report = bench.run(load_suite("s.yml"))
    assert report.judged[0].outcome == "right"
    assert dict(report.signature)["now"].startswith("2021-01-01")


def test_a_crash_is_one_failed_question(bench):
    suite = bench.load("own YAML")
    tasks = (replace(suite.tasks[0], question="this will crash"), *suite.tasks[1:])
    suite = replace(suite, tasks=tasks)
    bench.know(suite)
    report = bench.run(suite, runtime_together=3)
    assert [one.outcome for one in report.judged] == ["failed", *["right"] * 5]
    assert "IndexError" in report.judged[0].why


def test_a_gold_that_cannot_run_is_unscored(bench):
    suite = bench.load("own YAML")
    suite = replace(suite, tasks=(replace(suite.tasks[0], gold=("SELECT count(*) FROM shelves",)), *suite.tasks[1:]))
    bench.know(suite)
    one = bench.run(suite).judged[0]
    assert one.outcome == "unscored"
    assert "no such table: shelves" in one.why


def test_a_gold_that_writes_never_runs(bench):
    suite = bench.load("own YAML")
    suite = replace(suite, tasks=(replace(suite.tasks[0], gold=("DELETE FROM books",)), *suite.tasks[1:]))
    bench.know(suite)
    found = bench.run(suite).judged
    assert found[0].outcome == "unscored"
    assert [one.outcome for one in found[1:]] == ["right"] * 5


def test_one_acceptable_query_that_runs_is_enough(bench):
    suite = bench.load("own YAML")
    gold = ("SELECT count(*) FROM shelves", *suite.tasks[0].gold)
    suite = replace(suite, tasks=(replace(suite.tasks[0], gold=gold), *suite.tasks[1:]))
    bench.know(suite, **{suite.tasks[0].question: gold[1]})
    assert bench.run(suite).judged[0].outcome == "right"


def test_a_model_that_is_missing_is_said_before_any_question(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    with pytest.raises(ModelError, match="the model gold is not on this machine; run"):
        bench.run(suite, runtime_missing=True, runtime_log=str(bench.folder / "log"))
    assert not (bench.folder / "log").exists()


def test_a_database_that_cannot_be_read_unscores_its_questions(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    (bench.folder / "own-YAML" / "library.sqlite").write_bytes(b"SQLite format 3\x00" + b"\xff" * 2000)
    report = bench.run(suite)
    assert {one.outcome for one in report.judged} == {"unscored"}
    assert "the database cannot be opened" in report.judged[0].why


# ------------------------------------------------------------------ resuming


class Stopping(Stop):
    """Asks for an orderly stop after so many findings."""

    def __init__(self, after):
        super().__init__(lambda: None)
        self.left = after

    def __call__(self, judged):
        self.left -= 1
        if self.left == 0:
            self.signalled = True
            self.event.set()


@pytest.mark.parametrize("form", ["own YAML", "spider without contents"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_resumed_run_equals_an_uninterrupted_one(form, workers, bench):
    suite = bench.load(form)
    bench.know(suite, **WRONG)
    whole = bench.run(suite, mutants=True)
    out = bench.folder / "out.json"
    stop = Stopping(2)
    log = bench.folder / "log"
    part = bench.run(suite, stop=stop, listener=Listener(found=stop), out=out, workers=workers, mutants=True, runtime_log=str(log))
    assert part.interrupted
    assert 2 <= len(part.judged) < 6
    begun = []
    listener = Listener(begun=lambda total, done: begun.append((total, done)))
    rest = bench.run(suite, out=out, workers=workers, mutants=True, runtime_log=str(log), listener=listener)
    assert begun == [(6, len(part.judged))]
    assert len(log.read_text().splitlines()) == 6
    assert verdicts(rest) == verdicts(whole)
    assert rest.kill == whole.kill
    assert dict(rest.signature)["data"] == dict(whole.signature)["data"]
    assert not rest.interrupted


def test_more_questions_go_on_from_fewer(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    out, log = bench.folder / "out.json", bench.folder / "log"
    bench.run(suite, out=out, selection={"limit": 2}, runtime_log=str(log))
    assert len(bench.run(suite, out=out, runtime_log=str(log)).judged) == 6
    assert len(log.read_text().splitlines()) == 6


def test_other_settings_do_not_go_on(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    out = bench.folder / "out.json"
    bench.run(suite, out=out, selection={"limit": 2})
    with pytest.raises(UsageError, match=r"out.json.journal was written with other settings: settings was .*; start over with --restart"):
        bench.run(suite, out=out, runtime_pause=0.001)
    assert len(bench.run(suite, out=out, runtime_pause=0.001, restart=True).judged) == 6


def test_a_changed_question_is_asked_again(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    out, log = bench.folder / "out.json", bench.folder / "log"
    bench.run(suite, out=out, runtime_log=str(log))
    changed = replace(suite, tasks=(replace(suite.tasks[0], gold=("SELECT 6",)), *suite.tasks[1:]))
    bench.run(changed, out=out, runtime_log=str(log))
    assert [line.split(" ", 1)[1] for line in log.read_text().splitlines()[6:]] == [suite.tasks[0].question]


def test_what_could_not_be_scored_is_tried_again(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    out, log = bench.folder / "out.json", bench.folder / "log"
    database = bench.folder / "own-YAML" / "library.sqlite"
    content = database.read_bytes()
    database.write_bytes(b"SQLite format 3\x00" + b"\xff" * 2000)
    assert {one.outcome for one in bench.run(suite, out=out, runtime_log=str(log)).judged} == {"unscored"}
    database.write_bytes(content)
    assert {one.outcome for one in bench.run(suite, out=out, runtime_log=str(log)).judged} == {"right"}


def test_two_runs_do_not_write_one_journal(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    out = bench.folder / "out.json"
    begun, go_on = threading.Event(), threading.Event()
    first = threading.Thread(
        target=bench.run, args=(suite,), kwargs={"out": out, "listener": Listener(found=lambda _: (begun.set(), go_on.wait()))}
    )
    first.start()
    begun.wait()
    try:
        with pytest.raises(FileError, match="is being written by another sqlcoder"):
            bench.run(suite, out=out)
    finally:
        go_on.set()
        first.join()


def test_a_journal_of_something_else_is_refused(bench):
    suite = bench.load("own YAML")
    bench.know(suite)
    from sqlcoder_core.journal import Journal

    journal = Journal(bench.folder / "out.json.journal")
    journal.append(json.dumps({"key": "k", "id": "q1", "status": "answered", "answer": {}}))
    journal.close()
    with pytest.raises(FileError, match="was not written by this version of sqlcoder eval"):
        bench.run(suite, out=bench.folder / "out.json")
