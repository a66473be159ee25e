"""What a person sees in a terminal: everything that fits, and a word about what does not."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from rich.cells import cell_len

from sqlcoder_core.api import Problem
from sqlcoder_files.table import TableSink


@pytest.fixture
def shown(run_sink):
    """The lines on a terminal of that width."""

    def show(*answers, width=80, **more):
        return run_sink(TableSink, *answers, terminal=True, width=width, **more).splitlines()

    return show


def test_numbers_stand_right_and_text_left(shown, make_answer):
    lines = shown(make_answer((("Anna", 5), ("Bo", 12345)), ("name", "n")), settings={"details": False})
    assert lines == [" name      n", " ────  ─────", " Anna      5", " Bo    12345"]


def test_sql_rows_reading_confidence_and_warnings_are_all_there(shown, make_answer):
    answer = make_answer(problems=(Problem(code="x", message="old data", severity="warning", hint="run dbt"),), truncated="rows")
    text = "\n".join(shown(answer))
    for part in ("SELECT id, name FROM people", "Anna", "1 row (cut by the limit on rows)", "confidence 0.83", "they  people"):
        assert part in text
    assert "warning: old data; run dbt" in text


@pytest.mark.parametrize("width", [20, 40, 80, 140])
def test_no_line_of_the_table_is_wider_than_the_terminal(width, shown, make_answer):
    columns = tuple(f"column_number_{number}" for number in range(30))
    rows = tuple((row, *(f"text {row} {number} 東京" * 3 for number in range(29))) for row in range(10))
    lines = shown(make_answer(rows, columns), width=width, settings={"details": False})
    assert all(cell_len(line) <= width for line in lines)
    assert "more columns:" in " ".join(lines)


def test_a_number_is_never_cut(shown, make_answer):
    rows = tuple((f"a rather long text {row}" * 3, Decimal("123456789012345678901234567890.12")) for row in range(5))
    lines = shown(make_answer(rows, ("text", "amount")), width=60, settings={"details": False})
    assert all(line.endswith("123456789012345678901234567890.12") for line in lines[2:7])
    assert lines[-1] == "(long text is cut; --format csv or jsonl has everything)"


def test_few_wide_rows_are_shown_one_column_per_line_and_in_full(shown, make_answer):
    text = " ".join(f"word{number}" for number in range(40))
    lines = shown(make_answer(((1, text),), ("id", "notes")), width=60, settings={"details": False})
    assert lines[1] == " id     1"
    assert "".join(line[8:] for line in lines[2:]).replace(" ", "") == text.replace(" ", "")


def test_rows_beyond_the_setting_are_counted(shown, make_answer):
    answer = make_answer(tuple((row, "x") for row in range(1234)))
    lines = shown(answer, settings={"max_rows": 10, "details": False})
    assert len(lines) == 13
    assert lines[-1] == "(1,224 more rows; --format csv or jsonl has everything)"


def test_a_pipe_gets_all_rows_in_full(run_sink, make_answer):
    answer = make_answer(tuple((row, "x" * 300) for row in range(500)))
    text = run_sink(TableSink, answer, terminal=False, width=80, settings={"details": False})
    assert text.count("x" * 300) == 500


def test_colours_come_only_when_wanted(shown, make_answer):
    answer = make_answer(((None, "x"),))
    assert "\x1b" not in "\n".join(shown(answer))
    coloured = "\n".join(shown(answer, colour=True))
    assert "\x1b[2mNULL" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines() == shown(answer)


def test_floats_are_readable_and_whole(shown, make_answer):
    lines = shown(make_answer(((0.1 + 0.2,), (4.0,), (1e22,), (float("nan"),)), ("x",)), settings={"details": False})
    assert [line.strip() for line in lines[2:]] == ["0.3", "4.0", "1e+22", "NaN"]


def test_several_answers_stand_under_their_questions(shown, make_answer):
    lines = shown(make_answer(), make_answer(id="q2", text="and who else"), settings={"details": False})
    assert "q1  who are they" in lines
    assert "q2  and who else" in lines


def test_no_rows_is_a_table_without_rows(shown, make_answer):
    assert "0 rows" in "\n".join(shown(make_answer(())))
