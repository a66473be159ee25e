"""Questions of a batch go to a runtime together where it likes that, and come back one by one."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from sqlcoder_core.batch import asking
from sqlcoder_core.batch.keeping import FileOutput, StreamOutput
from sqlcoder_core.batch.run import run_batch
from sqlcoder_core.batch.wishes import Wishes
from sqlcoder_core.orderly_stop import Stop


@pytest.fixture
def run(world, stop):
    """Ask the items and return their lines, as they would stand on stdout."""

    def run(items, *, workers=1):
        out = io.StringIO()
        run.summary = run_batch(
            items, StreamOutput(out, items), world.open, Wishes(), workers=workers, stop=stop, told=lambda outcome: None
        )
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return run


def test_groups_are_as_large_as_the_runtime_likes_and_lines_keep_their_order(run, make_items, world):
    world.together = 5
    questions = [f"question {number}" for number in range(23)]
    assert [line["question"] for line in run(make_items(*questions))] == questions
    assert sorted(text for _, text in world.asked) == sorted(questions)
    assert max(map(len, world.groups)) == 5
    assert len(world.opened) == 1


def test_a_runtime_that_likes_them_one_by_one_gets_no_groups(run, make_items, world):
    run(make_items("a", "b", "c"))
    assert world.groups == []


def test_only_questions_of_one_database_go_together(run, make_items, world):
    world.together = 5
    items = make_items(*(f"question {number}" for number in range(20)))
    mixed = tuple(replace(item, database="one.db" if item.index % 4 == 3 else None) for item in items)
    lines = run(mixed)
    assert [line["rows"][0][1] for line in lines] == ["one.db" if number % 4 == 3 else "" for number in range(20)]
    assert all(len(group) <= 3 for group in world.groups)


def test_an_error_that_one_question_brings_on_its_group_is_told_of_it_alone(run, make_items, world):
    world.together = 4
    questions = [f"question {number}" for number in range(12)]
    questions[6] = "poison"
    lines = run(make_items(*questions))
    assert [line["status"] for line in lines] == ["answered"] * 6 + ["failed"] + ["answered"] * 5
    assert lines[6]["problems"][0]["message"] == "this one is poison"


def test_a_lost_connection_in_a_group_is_tried_again(run, make_items, world, monkeypatch):
    monkeypatch.setattr(asking, "RETRY_AFTER", (0.0, 0.0))
    world.together, world.losses = 3, 1
    assert [line["status"] for line in run(make_items("a", "b", "c", "lost", "d"))] == ["answered"] * 5


def test_several_workers_share_the_questions(run, make_items, world):
    world.together, world.delay = 3, 0.001
    questions = [f"question {number}" for number in range(60)]
    assert [line["question"] for line in run(make_items(*questions), workers=3)] == questions
    assert sorted(text for _, text in world.asked) == sorted(questions)


def test_a_bad_line_fails_alone_between_groups(run, make_items, world):
    from sqlcoder_core.values.problem import Problem

    world.together = 3
    items = list(make_items(*(f"question {number}" for number in range(9))))
    items[4] = replace(items[4], error=Problem(code="input", message="not a question"))
    assert [line["status"] for line in run(tuple(items))] == ["answered"] * 4 + ["failed"] + ["answered"] * 4


def test_every_answer_of_a_group_is_on_disk_before_the_next_is_told(tmp_path, make_items, world, stop):
    world.together = 4
    items = make_items(*(f"question {number}" for number in range(10)))
    seen = []

    def told(outcome):
        seen.append(outcome.item.id)
        journal = (tmp_path / "out.jsonl.journal").read_text()
        assert all(f'"id": "{id}"' in journal for id in seen)

    output = FileOutput(tmp_path / "out.jsonl", items)
    try:
        run_batch(items, output, world.open, Wishes(), stop=stop, told=told)
    finally:
        output.close()
    assert seen == [item.id for item in items]


def test_a_stop_finishes_the_group_in_work_and_begins_no_other(make_items, world):
    world.together = 5
    items = make_items(*(f"question {number}" for number in range(60)))
    stop = Stop(lambda: None)
    out = io.StringIO()

    def told(outcome):
        if outcome.item.index == 9:
            stop._handle(2, None)

    summary = run_batch(items, StreamOutput(out, items), world.open, Wishes(), stop=stop, told=told)
    lines = [json.loads(line)["question"] for line in out.getvalue().splitlines()]
    assert summary.exit_code == 130
    assert 10 <= len(lines) <= 25
    assert lines == [item.question for item in items[: len(lines)]]
