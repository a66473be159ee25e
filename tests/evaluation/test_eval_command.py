"""`sqlcoder eval`: flags, what is printed and written, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from sqlcoder_core.cli import app

HERE = os.path.dirname(os.path.abspath(__file__))
GOLD = f"{HERE}/gold_runtime.py:Gold"


@pytest.fixture
def cli(bench):
    """Runs `sqlcoder eval`; the runtime knows the answers of the suite that `bench` holds."""

    def run(*arguments):
        known = ["--runtime", GOLD, "--set", f"runtime.answers={bench.folder / 'answers.json'}"]
        return CliRunner().invoke(app, ["eval", *arguments, *(known if arguments[0] == "run" else [])])

    return run


@pytest.fixture
def suite(bench):
    """A suite of our own, known to the runtime but for one question."""
    loaded = bench.load("own YAML")
    bench.know(loaded, **{"How many books are there?": "SELECT 5"})
    return str(bench.folder / "own-YAML" / "library.yml")


def test_a_run_prints_a_table_and_ends_well_though_an_answer_is_wrong(cli, suite):
    done = cli("run", "--suite", suite)
    assert done.exit_code == 0, done.output
    assert "correct 83.3 % (5 of 6" in done.stdout
    assert "group_by" in done.stdout


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("markdown", "#"), ("html", "<!doctype html>")])
def test_a_run_prints_other_forms(form, begins, cli, suite):
    done = cli("run", "--suite", suite, "--limit", "1", "--format", form)
    assert done.exit_code == 0, done.output
    assert done.stdout.lower().startswith(begins)


def test_reports_are_written_and_the_journal_is_gone(cli, suite, bench):
    done = cli("run", "--suite", suite, "--out", "r.json", "--html", "r.html", "--markdown", "r.md", "--workers", "2")
    assert done.exit_code == 0, done.output
    report = json.loads((bench.folder / "r.json").read_text())
    assert [one["outcome"] for one in report["questions"]] == ["wrong", *["right"] * 5]
    assert "<html" in (bench.folder / "r.html").read_text()
    assert "83.3" in (bench.folder / "r.md").read_text()
    assert not (bench.folder / "r.json.journal").exists()


def test_two_runs_are_compared(cli, suite, bench):
    cli("run", "--suite", suite, "--out", "a.json")
    known = json.loads((bench.folder / "answers.json").read_text())
    (bench.folder / "answers.json").write_text(json.dumps(known | {"How many books are there?": "SELECT count(*) FROM books"}))
    cli("run", "--suite", suite, "--out", "b.json")
    done = cli("compare", "a.json", "b.json")
    assert done.exit_code == 0, done.output
    assert "How many books are there?" in done.stdout
    for form in ("json", "markdown", "html"):
        assert cli("compare", "a.json", "b.json", "--format", form).exit_code == 0


def test_questions_are_chosen(cli, suite):
    def asked(*flags):
        done = cli("run", "--suite", suite, "--format", "json", *flags)
        assert done.exit_code == 0, done.output
        return [one["category"] for one in json.loads(done.stdout)["questions"]]

    assert asked("--category", "count", "--category", "date") == ["count", "date"]
    assert asked("--every", "2", "--limit", "2") == ["count", "order_by"]
    assert asked("--tag", "t", "--limit", "1") == ["count"]


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--suite", "nowhere.yml"], 4, "there is no suite nowhere.yml"),
        (["--suite", "bird:nowhere"], 4, "there is no file or folder 'nowhere'"),
        (["--suite", "SUITE", "--category", "cuont"], 2, "--category cuont: no question has it; did you mean 'count'?"),
        (["--suite", "SUITE", "--only", "q1"], 2, "--only q1: no question has it"),
        (["--suite", "SUITE", "--category", "count", "--tag", "u"], 2, "--tag u: no question has it"),
        (["--suite", "SUITE", "--databases", "."], 2, "a suite of this format names its database itself"),
        (["--suite", "SUITE", "--database", "x.sqlite"], 2, "--database does not go with a suite that names its databases"),
        (["--suite", "SUITE", "--html", "no/r.html"], 4, "cannot write no/r.html: there is no folder no; create it first"),
        (["--suite", "SUITE", "--markdown", "."], 4, "cannot write .: is a directory; name a file"),
        (["--suite", "SUITE", "--out", "no/r.json"], 4, "cannot write no/r.json: there is no folder no; create it first"),
        (["--suite", "SUITE", "--restart"], 2, "--restart needs --out"),
        (["--suite", "SUITE", "--out", "a", "--html", "./a"], 2, "--html a is the file of --out"),
        (["--suite", "SUITE", "--set", "runtime.missing=true"], 3, "the model gold is not on this machine"),
        (["--suite", "SUITE", "--model", "x"], 2, "unknown key 'runtime.model'"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(flags, code, said, cli, suite):
    done = cli("run", *[suite if flag == "SUITE" else flag for flag in flags])
    assert said in done.stderr
    assert done.exit_code == code, done.output


def test_fuzz_says_what_instances_are_worth(cli, bench):
    bench.load("spider without contents")
    done = cli("fuzz", "--suite", f"spider:{bench.folder}/spider-without-contents", "--limit", "2", "--instances", "3", "--keep", "kept")
    assert done.exit_code == 0, done.output
    assert "mutants killed" in done.stdout
    assert len(list((bench.folder / "kept").iterdir())) == 6


def test_a_suite_with_contents_has_nothing_to_fuzz(cli, suite):
    done = cli("fuzz", "--suite", suite)
    assert done.exit_code == 2
    assert "no question of suite library has both SQL and a schema to make databases from; give `schema:`" in done.stderr


@pytest.mark.parametrize("place", ["a.json", "b.json"])
def test_a_comparison_does_not_overwrite_its_reports(place, cli, suite, bench):
    cli("run", "--suite", suite, "--limit", "1", "--out", "a.json")
    (bench.folder / "b.json").write_bytes((bench.folder / "a.json").read_bytes())
    done = cli("compare", "a.json", "b.json", "--html", place)
    assert (done.exit_code, f"--html {place} is the file of the report" in done.stderr) == (2, True), done.output


def test_the_terminals_width_letters_and_colours_are_heeded(cli, suite, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    cli("run", "--suite", suite, "--out", "a.json")
    for table in (cli("run", "--suite", suite).stdout, cli("compare", "a.json", "a.json").stdout):
        assert max(map(len, table.splitlines())) <= 70
        assert "\x1b" not in table
    monkeypatch.setattr("sqlcoder_core.cli.evaluation_reports._shows_unicode", lambda: False)
    monkeypatch.setattr("sqlcoder_core.cli.evaluation_reports.wants_colour", lambda stream, options: True)
    for table in (cli("run", "--suite", suite).stdout, cli("compare", "a.json", "a.json").stdout):
        assert table.isascii()
        assert "\x1b[" in table


def test_beams_where_nothing_searches_are_said_to_be_without_effect(cli, suite):
    done = cli("run", "--suite", suite, "--limit", "1", "--beams", "4")
    assert "--beams has no effect: the runtime 'gold' does not search with a model" in done.stderr
    assert done.exit_code == 0


def test_a_model_that_is_not_here_is_the_one_thing_that_is_said(bench):
    pytest.importorskip("transformers")
    bench.load("sql-eval with DDL")
    command = ["--suite", "sql-eval:sql-eval-with-DDL", "--databases", "sql-eval-with-DDL/dbs"]
    done = CliRunner().invoke(
        app, ["eval", "run", *command, "--runtime", "transformers", "--model", "nobody/no-such-model-7b", "--beams", "4"]
    )
    assert done.exit_code == 3
    assert "the model nobody/no-such-model-7b is not on this machine; run `sqlcoder models pull" in done.stderr


def test_questions_on_the_project_own_database(cli, bench):
    bench.load("own YAML")
    (bench.folder / "own.yml").write_text("questions:\n  - {question: How many books are there?, sql: SELECT count(*) FROM books}\n")
    (bench.folder / "answers.json").write_text(json.dumps({"How many books are there?": "SELECT count(*) FROM books"}))
    done = cli("run", "--suite", "own.yml", "--database", "own-YAML/library.sqlite")
    assert "correct 100.0 % (1 of 1" in done.stdout, done.output
    nothing = cli("run", "--suite", "own.yml")
    assert "nothing to ask" in nothing.stderr
    assert nothing.exit_code == 2


def test_an_interrupt_ends_in_order_and_the_same_command_continues(suite, bench):
    command = [sys.executable, "-m", "sqlcoder_core", "eval", "run", "--suite", suite, "--out", "r.json", "--runtime", GOLD]
    command += ["--set", f"runtime.answers={bench.folder / 'answers.json'}", "--set", "runtime.pause=0.3"]
    environment = {**os.environ, "SQLCODER_CACHE_DIR": str(bench.folder / "cache")}
    process = subprocess.Popen(command, cwd=bench.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    journal = bench.folder / "r.json.journal"
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b'"judged"')):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate()
    assert process.returncode == 130, told
    assert "stopping after the questions in work; again to stop at once" in told
    assert "the same command continues" in told
    assert "interrupted" in out
    part = json.loads((bench.folder / "r.json").read_text())
    assert part["interrupted"]
    assert 0 < len(part["questions"]) < 6
    assert journal.exists()
    done = subprocess.run(command, cwd=bench.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    whole = json.loads((bench.folder / "r.json").read_text())
    assert [one["outcome"] for one in whole["questions"]] == ["wrong", *["right"] * 5]
    assert whole["questions"][: len(part["questions"])] == part["questions"]
    assert not journal.exists()
