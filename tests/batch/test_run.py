"""A batch run: resumable, in order, one line per id, whatever happens in between."""

from __future__ import annotations

import io
import json
import threading
from collections import Counter

import pytest

from sqlcoder_core.batch import asking
from sqlcoder_core.batch.keeping import FileOutput, StreamOutput
from sqlcoder_core.batch.run import run_batch
from sqlcoder_core.batch.wishes import Wishes
from sqlcoder_core.errors import DatabaseError, FileError, UsageError
from sqlcoder_core.orderly_stop import Stop


@pytest.fixture
def run(tmp_path, world):
    """Run items into out.jsonl and return its lines; `shard` picks some of them."""

    def run(items, *, wishes=None, workers=1, restart=False, retry_failed=False, shard=slice(None), told=lambda outcome: None):
        wishes, run.stop = wishes or Wishes(), Stop(lambda: None)
        output = FileOutput(tmp_path / "out.jsonl", items, restart=restart)
        try:
            pending = output.pending(items[shard], world.open, wishes, retry_failed=retry_failed)
            run.summary = run_batch(pending, output, world.open, wishes, workers=workers, stop=run.stop, told=told)
        finally:
            output.close()
        return [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]

    return run


def test_lines_stand_in_the_order_of_the_input(run, make_items):
    lines = run(make_items("a", "b", "abstain", "fail", "crash", "c"))
    assert [line["id"] for line in lines] == ["q1", "q2", "q3", "q4", "q5", "q6"]
    assert [line["status"] for line in lines] == ["answered", "answered", "abstained", "failed", "failed", "answered"]
    assert run.summary.statuses == Counter(answered=3, abstained=1, failed=2)
    assert run.summary.exit_code == 1


def test_all_answered_or_abstained_is_success(run, make_items):
    run(make_items("a", "abstain"))
    assert run.summary.exit_code == 0


def test_a_crash_fails_its_question_alone_by_name_and_renews_the_session(run, make_items, world):
    lines = run(make_items("crash", "b"))
    assert lines[0]["problems"][0]["message"] == "IndexError: list index out of range"
    assert lines[1]["status"] == "answered"
    assert [session.closed for session in world.opened] == [True, True]


def test_extra_is_carried(run, make_items):
    assert run(make_items("a", extra={"level": "hard"}))[0]["extra"] == {"level": "hard"}
    assert "extra" not in run(make_items("a"), restart=True)[0]


def test_the_same_command_again_asks_nothing(run, make_items, world, tmp_path):
    first = run(make_items("a", "fail"))
    world.asked.clear()
    assert run(make_items("a", "fail")) == first
    assert world.asked == []
    assert run.summary.exit_code == 1


def test_only_what_is_new_or_changed_is_asked(run, make_items, world):
    run(make_items("a", "b", "c"))
    world.asked.clear()
    lines = run(make_items("a", "B", "c", "d"))
    assert [text for _, text in world.asked] == ["B", "d"]
    assert [line["question"] for line in lines] == ["a", "B", "c", "d"]


def test_what_is_no_longer_asked_leaves_the_file(run, make_items):
    run(make_items("a", "b"))
    assert [line["question"] for line in run(make_items("a"))] == ["a"]


def test_failed_questions_are_asked_again_only_when_told(run, make_items, world):
    run(make_items("a", "lost"))  # no losses yet: answered
    run(make_items("a", "fail"))
    world.asked.clear()
    run(make_items("a", "fail"), retry_failed=True)
    assert [text for _, text in world.asked] == ["fail"]


def test_a_success_is_not_undone_by_a_later_failure(tmp_path, make_items):
    items = make_items("a")
    output = FileOutput(tmp_path / "out.jsonl", items)
    for status, text in (("failed", '{"n": 1}'), ("answered", '{"n": 2}'), ("failed", '{"n": 3}'), ("abstained", '{"n": 4}')):
        output.add(asking.Outcome(item=items[0], status=status, text=text, settings={"s": "1"}))
    output.finish()
    assert (tmp_path / "out.jsonl").read_text() == '{"n": 4}\n'
    output.add(asking.Outcome(item=items[0], status="failed", text='{"n": 5}', settings={"s": "1"}))
    output.close()
    again = FileOutput(tmp_path / "out.jsonl", items)
    again.finish()
    assert (tmp_path / "out.jsonl").read_text() == '{"n": 4}\n'


def test_other_settings_need_a_restart_and_are_named(run, make_items, world):
    run(make_items("a"))
    world.settings = "tuesday"
    with pytest.raises(UsageError, match="written with other settings: settings was monday, is tuesday; start over with --restart"):
        run(make_items("a"))
    world.asked.clear()
    run(make_items("a"), restart=True)
    assert world.asked == [("", "a")]


def test_flags_count_among_the_settings(run, make_items):
    run(make_items("a"))
    with pytest.raises(UsageError, match="run was true, is false"):
        run(make_items("a"), wishes=Wishes(run=False))


def test_a_file_without_its_journal_is_not_overwritten_by_accident(run, make_items, tmp_path):
    (tmp_path / "out.jsonl").write_text("precious\n")
    with pytest.raises(UsageError, match=r"exists and has no journal, so it cannot be continued; --restart overwrites it"):
        run(make_items("a"))
    assert (tmp_path / "out.jsonl").read_text() == "precious\n"
    assert len(run(make_items("a"), restart=True)) == 1


def test_each_database_has_its_session(run, make_items, world):
    items = make_items("a", "b", database="one.db")
    lines = run(items)
    assert [line["rows"][0][1] for line in lines] == ["one.db", "one.db"]
    assert [session.database for session in world.opened] == ["one.db"]
    assert all(session.closed for session in world.opened)


def test_a_database_that_cannot_be_reached_fails_its_own_questions(run, make_items, world):
    from dataclasses import replace

    first, second, third = make_items("a", "b", "c")
    items = (first, replace(second, database="gone.db"), third)
    world.unreachable = {"gone.db"}
    lines = run(items)
    assert [line["status"] for line in lines] == ["answered", "failed", "answered"]
    assert lines[1]["problems"][0]["code"] == "database"
    world.unreachable = set()
    assert [line["status"] for line in run(items, retry_failed=True)] == ["answered"] * 3


def test_when_the_runs_own_database_cannot_be_reached_nothing_is_written(run, make_items, world, tmp_path):
    world.unreachable = {""}
    with pytest.raises(DatabaseError, match="cannot reach"):
        run(make_items("a", "b"))
    assert list(tmp_path.iterdir()) == []
    world.unreachable = set()
    assert len(run(make_items("a", "b"))) == 2


def test_a_lost_connection_is_tried_again_and_nothing_else_is(run, make_items, world, monkeypatch):
    monkeypatch.setattr(asking, "RETRY_AFTER", (0.0, 0.0))
    world.losses = 2
    assert run(make_items("lost"))[0]["status"] == "answered"
    assert len(world.asked) == 3
    world.asked.clear()
    run(make_items("fail"), restart=True)
    assert len(world.asked) == 1


def test_a_connection_that_stays_lost_is_given_up(run, make_items, world, monkeypatch):
    monkeypatch.setattr(asking, "RETRY_AFTER", (0.0, 0.0))
    world.losses = 100
    assert run(make_items("lost"))[0]["status"] == "failed"
    assert len(world.asked) == 3


def test_a_server_that_stays_away_is_not_waited_for_by_every_question(run, make_items, world, monkeypatch):
    monkeypatch.setattr(asking, "RETRY_AFTER", (0.0, 0.0))
    world.losses = 7
    lines = run(make_items(*(f"lost {number}" for number in range(8))))
    assert [line["status"] for line in lines] == ["failed"] * 5 + ["answered"] * 3
    assert len(world.asked) == 3 + 4 + 3


def test_several_workers_keep_the_order_and_ask_each_once(run, make_items, world):
    world.delay = 0.001
    questions = [f"question {number}" for number in range(100)]
    lines = run(make_items(*questions), workers=4)
    assert [line["question"] for line in lines] == questions
    assert sorted(text for _, text in world.asked) == sorted(questions)
    assert len(world.opened) == 4


def test_a_stop_finishes_what_is_in_work_and_the_next_run_continues(run, make_items, world):
    questions = [f"question {number}" for number in range(50)]

    def told(outcome):
        if outcome.item.index == 9:
            run.stop._handle(2, None)

    lines = run(make_items(*questions), told=told)
    assert run.summary.interrupted
    assert run.summary.exit_code == 130
    assert 10 <= len(lines) <= 12
    assert [line["question"] for line in lines] == questions[: len(lines)]
    assert [line["question"] for line in run(make_items(*questions))] == questions
    assert len(world.asked) == 50


def test_a_second_stop_does_not_wait(run, make_items):
    def told(outcome):
        run.stop._handle(2, None)
        run.stop._handle(2, None)

    lines = run(make_items("a", "b", "c"), told=told)
    assert [line["question"] for line in lines] == ["a"]
    assert run.summary.exit_code == 130


def test_shards_fill_one_file(run, make_items):
    items = make_items("a", "b", "c", "d", "e")
    assert [line["question"] for line in run(items, shard=slice(0, None, 2))] == ["a", "c", "e"]
    assert [line["question"] for line in run(items, shard=slice(1, None, 2))] == ["a", "b", "c", "d", "e"]


def test_a_disk_that_fills_up_ends_the_run_and_keeps_what_is_there(run, make_items, monkeypatch, tmp_path):
    from sqlcoder_core.journal import Journal

    run(make_items("a", "b"))
    before = (tmp_path / "out.jsonl").read_text()
    append = Journal.append

    def full(self, record):
        if '"question": "d"' in record:
            raise FileError("cannot write: no space left on device")
        return append(self, record)

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(FileError):
        run(make_items("a", "b", "c", "d", "e"))
    assert (tmp_path / "out.jsonl").read_text() == before
    monkeypatch.undo()
    assert [line["question"] for line in run(make_items("a", "b", "c", "d", "e"))] == ["a", "b", "c", "d", "e"]


def test_on_a_stream_the_order_is_kept_too(make_items, world, stop):
    world.delay = 0.001
    stream = io.StringIO()
    items = make_items(*(f"question {number}" for number in range(40)))
    run_batch(items, StreamOutput(stream, items), world.open, Wishes(), workers=4, stop=stop, told=lambda outcome: None)
    assert [json.loads(line)["id"] for line in stream.getvalue().splitlines()] == [item.id for item in items]


def test_no_thread_is_left_behind(run, make_items):
    before = threading.active_count()
    run(make_items("a", "b", "c"), workers=3)
    assert threading.active_count() == before
