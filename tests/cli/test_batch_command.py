"""`sqlcoder batch`: flags, summary, exit codes."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def questions(tmp_path):
    """A file with an answer, an abstention and a mistake in it."""
    path = tmp_path / "in.jsonl"
    path.write_text('{"question": "n", "level": 1}\n{"question": "abstain"}\n{"oops": 1}\n')
    return str(path)


def test_without_out_lines_go_to_stdout(cli, questions):
    done = cli("batch", questions)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["id"], line["status"]) for line in lines] == [("q1", "answered"), ("q2", "abstained"), ("q3", "failed")]
    assert lines[0]["extra"] == {"level": 1}
    assert done.exit_code == 1
    assert "in.jsonl:3:1: 'question' is missing" in done.stderr
    assert "3 questions: 1 answered, 1 abstained, 1 failed; 3 asked in" in done.stderr


def test_with_out_the_same_command_continues(cli, questions, world, tmp_path):
    first = cli("batch", questions, "--out", "out.jsonl")
    assert first.stdout == ""
    before = (tmp_path / "out.jsonl").read_text()
    world.asked.clear()
    again = cli("batch", questions, "--out", "out.jsonl")
    assert world.asked == []
    assert "3 were done before" in again.stderr
    assert (tmp_path / "out.jsonl").read_text() == before
    assert first.exit_code == again.exit_code == 1


def test_abstentions_are_no_failures(cli, tmp_path):
    (tmp_path / "in.txt").write_text("n\nabstain\n")
    assert cli("batch", "in.txt").exit_code == 0


def test_a_torn_journal_is_mended_and_said(cli, questions, tmp_path):
    cli("batch", questions, "--out", "out.jsonl")
    before = (tmp_path / "out.jsonl").read_text()
    journal = tmp_path / "out.jsonl.journal"
    journal.write_bytes(journal.read_bytes()[:-10])
    done = cli("batch", questions, "--out", "out.jsonl")
    assert "an unfinished last line was removed; its question is asked again" in done.stderr
    assert [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()] == ["q1", "q2", "q3"]
    assert (tmp_path / "out.jsonl").read_text() == before


def test_a_damaged_journal_is_exit_4_with_its_line(cli, questions, tmp_path):
    cli("batch", questions, "--out", "out.jsonl")
    journal = tmp_path / "out.jsonl.journal"
    journal.write_bytes(journal.read_bytes().replace(b"Berlin", b"Bergen"))
    done = cli("batch", questions, "--out", "out.jsonl")
    assert done.exit_code == 4
    assert "out.jsonl.journal:2: this line is damaged" in done.stderr
    assert cli("batch", questions, "--out", "out.jsonl", "--restart").exit_code == 1


def test_shards_and_workers(cli, tmp_path, world):
    (tmp_path / "in.txt").write_text("".join(f"n {number}\n" for number in range(10)))
    done = cli("batch", "in.txt", "--shard", "2/3", "--workers", "2")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["q2", "q5", "q8"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--shard", "3/2"), "--shard 3/2 is not understood; write I/N"),
        (("--shard", "0/2"), "--shard 0/2 is not understood"),
        (("--fsync", "never"), "--fsync never is not understood; write every:N"),
        (("--restart",), "--restart needs --out"),
        (("--retry-failed",), "--retry-failed needs --out"),
    ],
)
def test_flags_that_do_not_fit_are_usage_errors(arguments, message, cli, questions, world):
    done = cli("batch", questions, *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert world.asked == []


def test_a_missing_file_is_exit_4(cli):
    assert cli("batch", "missing.jsonl").exit_code == 4


def test_answers_never_replace_their_questions(cli, questions, tmp_path):
    before = (tmp_path / "in.jsonl").read_text()
    done = cli("batch", questions, "--out", "./in.jsonl", "--restart")
    assert done.exit_code == 2
    assert "is the file of questions; write the answers to another file" in done.stderr
    assert (tmp_path / "in.jsonl").read_text() == before
