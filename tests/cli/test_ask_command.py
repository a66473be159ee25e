"""`sqlcoder ask`: formats, places, notices and exit codes are those of the documentation."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sqlcoder_core.errors import ConfigError, DatabaseError
from sqlcoder_core.values.problem import Problem


def test_one_question_into_a_pipe_is_csv(cli):
    done = cli("ask", "n per city")
    assert done.exit_code == 0
    assert done.stdout == "city,n\nBerlin,5\nParis,7\n"
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("ask", "-"), ("ask",)])
def test_several_questions_into_a_pipe_are_json_lines(arguments, cli, world):
    done = cli(*arguments, input="n per city\n\n  old data  \n")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["id"], line["question"]) for line in lines] == [("q1", "n per city"), ("q2", "old data")]
    assert world.closed == 1


def test_one_question_on_stdin_is_csv_too(cli):
    assert cli("ask", "-", input="n per city\n").stdout.startswith("city,n\n")


def test_no_question_at_all_is_a_usage_error(cli):
    for arguments in (("ask",), ("ask", "-"), ("ask", " ")):
        done = cli(*arguments)
        assert done.exit_code == 2
        assert "ask one, as in: sqlcoder ask" in done.stderr


def test_a_question_that_is_not_utf8_is_named_by_line_and_column(cli):
    done = cli("ask", "-", "--format", "jsonl", input=b"good\nbad \xff\n")
    assert done.exit_code == 2
    assert "<stdin>:2:5: this is not UTF-8 text" in done.stderr
    assert json.loads(done.stdout)["question"] == "good"


@pytest.mark.parametrize(
    ("format", "check"),
    [
        ("json", lambda text: json.loads(text)["rows"] == [["Berlin", 5], ["Paris", 7]]),
        ("jsonl", lambda text: json.loads(text)["row_count"] == 2),
        ("csv", lambda text: len(list(csv.reader(io.StringIO(text)))) == 3),
        ("sql", lambda text: "-- question: n per city" in text and text.endswith("SELECT city, n FROM t;\n")),
        ("markdown", lambda text: "| Berlin | 5 |" in text),
        ("table", lambda text: " Berlin  5" in text),
    ],
)
def test_every_format_can_be_had(format, check, cli):
    assert check(cli("ask", "n per city", "--format", format).stdout)


@pytest.mark.parametrize(
    ("question", "code", "told"),
    [
        ("abstain", 6, "sqlcoder: abstained: could not place 'foo'; nearest known: food\n"),
        ("refuse", 1, "sqlcoder: refused: DROP is no read\n"),
        ("fail", 5, "sqlcoder: failed: no table t\\x1b[31m\n"),
        ("slow", 124, "sqlcoder: failed: longer than 1 s\n"),
    ],
)
def test_without_an_answer_stderr_says_why_on_one_line_and_stdout_is_empty(question, code, told, cli):
    done = cli("ask", question)
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", told)
    assert cli("ask", question, "-q").stderr == told


@pytest.mark.parametrize(
    ("questions", "code"), [("n\nabstain", 6), ("abstain\nrefuse", 1), ("refuse\nslow", 124), ("slow\nfail\nn", 5), ("n\nn", 0)]
)
def test_of_several_outcomes_the_worst_one_is_the_exit_code(questions, code, cli):
    done = cli("ask", "-", input=questions)
    assert done.exit_code == code
    assert len(done.stdout.splitlines()) == len(questions.splitlines())


def test_with_several_questions_a_notice_names_its_question(cli):
    assert cli("ask", "-", input="n\nrefuse").stderr == "sqlcoder: q2: refused: DROP is no read\n"


def test_a_cut_result_is_always_said(cli):
    for more in ((), ("-q",)):
        assert "warning: only the first 2 rows: cut by the limit on rows" in cli("ask", "many", *more).stderr


def test_warnings_are_said_unless_quiet(cli, world):
    assert cli("ask", "old").stderr == "warning: data is old\n"
    assert cli("ask", "old", "-q").stderr == ""
    world.warnings = (Problem(code="x", message="two profiles", severity="warning", place="profiles.yml:3"),)
    assert cli("ask", "n").stderr == "warning: profiles.yml:3: two profiles\n"


def test_flags_reach_the_session(cli, world):
    cli(
        "ask",
        "n",
        "--limit",
        "5",
        "--timeout",
        "1.5",
        "--candidates",
        "2",
        "--min-confidence",
        "0.4",
        "--instructions",
        "be brief",
        "--no-run",
    )
    ((question, wishes),) = world.asked
    assert (question.limit, question.instructions) == (5, "be brief")
    assert (wishes["run"], wishes["candidates"], wishes["min_confidence"], wishes["limits"].seconds) == (False, 2, 0.4, 1.5)


def test_common_flags_reach_the_configuration(cli, world):
    cli("ask", "n", "--database", "shop.db", "--set", "limits.rows=5", "--target", "prod", "--runtime", "builtin")
    (options,) = world.options
    assert (options.database, options.overrides, options.target, options.runtime) == ("shop.db", ("limits.rows=5",), "prod", "builtin")


def test_beams_mean_nothing_to_a_runtime_without_a_model(cli, world):
    done = cli("ask", "n", "--beams", "4")
    assert done.exit_code == 0
    assert done.stderr == "note: --beams has no effect: the runtime 'builtin' does not search with a model\n"


def test_sql_only_is_the_statement_and_nothing_runs(cli, world):
    assert cli("ask", "n", "--sql-only").stdout == "SELECT city, n FROM t\n"
    assert world.asked[0][1]["run"] is False


def test_no_run_into_a_pipe_is_sql(cli):
    assert cli("ask", "n", "--no-run").stdout.endswith("SELECT city, n FROM t;\n")
    shown = json.loads(cli("ask", "n", "--no-run", "--format", "json").stdout)
    assert (shown["sql"], shown["rows"], shown["row_count"]) == ("SELECT city, n FROM t", [], None)


def test_explain_says_on_stderr_how_it_was_read(cli):
    done = cli("ask", "n", "--explain")
    for part in ("“city” is t.city", "confidence 0.83", "link 1.0", "runtime builtin"):
        assert part in done.stderr
    assert done.stdout.startswith("city,n\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sql-only", "--format", "json"), "--sql-only prints SQL, --format json something else"),
        (("--no-run", "--format", "csv"), "--no-run has no rows to write as csv; use --format sql or --format json"),
        (("--out", "x.what"), "cannot tell the format of x.what from its ending; add --format"),
        (("--format", "parquet"), "parquet cannot be written to the terminal or a pipe; name a file with --out FILE"),
        (("--timeout", "0"), "--timeout 0 leaves no time"),
    ],
)
def test_flags_that_do_not_fit_are_usage_errors(arguments, message, cli, world):
    done = cli("ask", "n", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert world.asked == []


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "ndjson", "parquet", "sql", "md", "txt"])
def test_out_tells_the_format_by_its_ending(ending, cli, tmp_path):
    done = cli("ask", "n", "--out", f"answer.{ending}")
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / f"answer.{ending}").stat().st_size


def test_an_answer_that_is_none_leaves_the_old_file(cli, tmp_path):
    (tmp_path / "answer.csv").write_text("old")
    assert cli("ask", "fail", "--out", "answer.csv").exit_code == 5
    assert (tmp_path / "answer.csv").read_text() == "old"


def test_a_place_that_cannot_be_written_is_exit_4_before_anything_is_asked(cli, world):
    done = cli("ask", "n", "--out", "missing/answer.csv")
    assert done.exit_code == 4
    assert "missing/answer.csv: no such file or directory; create the folder first" in done.stderr
    assert world.asked == []


def test_sinks_come_in_addition_and_may_be_repeated(cli, tmp_path):
    done = cli("ask", "n", "--sink", "json:a.json", "--sink", "parquet:b.parquet")
    assert done.stdout.startswith("city,n\n")
    assert json.loads((tmp_path / "a.json").read_text())["row_count"] == 2
    assert (tmp_path / "b.parquet").exists()


def test_a_sink_on_stdout_takes_the_place_of_the_default(cli):
    assert cli("ask", "n", "--sink", "markdown").stdout.startswith("## n\n")


def test_configured_sinks_serve_when_no_flag_says_otherwise(cli, world, tmp_path):
    world.output = ("jsonl", "sql:log.sql")
    assert json.loads(cli("ask", "n").stdout)["status"] == "answered"
    assert (tmp_path / "log.sql").exists()
    assert cli("ask", "n", "--format", "csv").stdout.startswith("city,n\n")


def test_a_sink_that_fails_is_left_out_with_a_warning(cli):
    done = cli("ask", "-", "--sink", "broken", input="n\nn\nn\n")
    assert done.exit_code == 3
    assert done.stderr == "warning: sink 'broken' failed: ValueError: no more; it gets no more answers\n"
    assert len(done.stdout.splitlines()) == 3


def test_csv_of_several_questions_has_their_ids(cli):
    assert cli("ask", "-", "--format", "csv", input="n\nn\n").stdout == "id,city,n\nq1,Berlin,5\nq1,Paris,7\nq2,Berlin,5\nq2,Paris,7\n"


@pytest.mark.parametrize(("error", "code"), [(ConfigError("bad", place="sqlcoder.yaml:3", hint="mend it"), 2), (DatabaseError("gone"), 5)])
def test_an_error_is_one_line_and_its_exit_code(error, code, cli, world):
    world.error = error
    done = cli("ask", "n")
    assert done.exit_code == code
    assert done.stderr == f"sqlcoder: {error}\n"
    assert "Traceback" in cli("ask", "n", "-v").stderr


def test_ctrl_c_is_130(cli, tmp_path):
    assert cli("ask", "interrupt", "--out", "a.csv").exit_code == 130
    gc.collect()  # at the end of a real process the file in the making goes too
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_exit_4(tmp_path):
    code = """
import sys
from sqlcoder_core.cli.exits import exit_on_error
with exit_on_error(verbose=False):
    print("x" * 100)
"""
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == "sqlcoder: cannot write the output: no space left on device; free some space\n"


def test_completion_knows_the_commands():
    environment = {**os.environ, "_SQLCODER_COMPLETE": "complete_bash", "COMP_WORDS": "sqlcoder ", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "from sqlcoder_core.cli import app; app(prog_name='sqlcoder')"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert {"ask", "batch"} <= set(done.stdout.split())
