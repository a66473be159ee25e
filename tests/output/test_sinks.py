"""Every sink writes what its format promises, and nothing in an answer can break out of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import duckdb
import pytest

from sqlcoder_core.api import FileError, Problem, Reading, UsageError, answer_object
from sqlcoder_files.csv import CsvSink
from sqlcoder_files.json import JsonSink
from sqlcoder_files.jsonl import JsonlSink
from sqlcoder_files.markdown import MarkdownSink
from sqlcoder_files.parquet import ParquetSink
from sqlcoder_files.sql import SqlSink
from sqlcoder_files.table import TableSink

ALL = [CsvSink, JsonSink, JsonlSink, MarkdownSink, ParquetSink, SqlSink, TableSink]
NASTY = "\x1b]0;owned\x07 \u202egnp.exe\u2066 \x9b31m a\r\nb"

# ---------------------------------------------------------------------- all of them


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_file_is_written_whole_or_not_at_all(kind, tmp_path, make_answer, run_sink):
    path = tmp_path / "out"
    path.write_text("old")
    sink = kind(kind.Settings(), None)
    from sqlcoder_core.api import Destination

    sink.open(Destination(stream=io.StringIO(), path=path))
    sink.write(make_answer())
    assert path.read_text() == "old"
    sink.close()
    assert path.read_bytes() != b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_place_that_cannot_be_written_is_known_before_the_question_is_asked(kind, tmp_path, run_sink):
    with pytest.raises(FileError, match=r"missing/out: no such file or directory; create the folder first"):
        run_sink(kind, path=tmp_path / "missing" / "out")


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_the_argument_and_the_setting_name_the_file_too(kind, tmp_path, make_answer, run_sink):
    run_sink(kind, make_answer(), argument=str(tmp_path / "argument"))
    run_sink(kind, make_answer(), settings={"path": tmp_path / "setting"})
    assert {entry.name for entry in tmp_path.iterdir()} == {"argument", "setting"}


@pytest.mark.parametrize("kind", [CsvSink, ParquetSink, TableSink, SqlSink], ids=lambda kind: kind.name)
def test_an_answer_without_rows_or_sql_leaves_an_old_file_alone(kind, tmp_path, make_answer, run_sink):
    path = tmp_path / "out"
    path.write_text("old")
    run_sink(kind, make_answer(rows=None, sql=None, status="abstained"), path=path)
    assert path.read_text() == "old"


@pytest.mark.parametrize("kind", [MarkdownSink, SqlSink, TableSink, JsonSink, JsonlSink], ids=lambda kind: kind.name)
def test_control_and_bidi_characters_do_not_get_through(kind, make_answer, run_sink):
    answer = make_answer(
        ((NASTY, 1),),
        (NASTY, "n"),
        text=NASTY,
        sql=f"SELECT '{NASTY}'",
        reading=(Reading(phrase=NASTY, meaning=NASTY),),
        problems=(Problem(code="x", message=NASTY, severity="warning"),),
    )
    text = run_sink(kind, answer, terminal=True) if kind is not SqlSink else run_sink(kind, make_answer(text=NASTY, reading=answer.reading))
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\x9b", "\r"} & set(text)


# ---------------------------------------------------------------------- csv


def test_csv_reads_back_as_it_was(make_answer, run_sink):
    rows = (("a,b", 'say "hi"', "two\nlines", " edge "), ("", None, "é", "x;y"))
    text = run_sink(CsvSink, make_answer(rows, ("a", "b,c", "d", "e")))
    assert list(csv.reader(io.StringIO(text))) == [
        ["a", "b,c", "d", "e"],
        ["a,b", 'say "hi"', "two\nlines", " edge "],
        ["", "", "é", "x;y"],
    ]


def test_csv_tells_null_from_empty_text(make_answer, run_sink):
    assert run_sink(CsvSink, make_answer((("", None),))) == 'id,name\n"",\n'


def test_csv_has_plain_forms_of_all_types(make_answer, run_sink):
    row = (True, 1.5, Decimal("1.10"), datetime(2026, 1, 31, 10), date(2026, 1, 31), [1, None], float("nan"), b"\xff")
    text = run_sink(CsvSink, make_answer((row,), tuple("abcdefgh")))
    assert text.splitlines()[1] == 'true,1.5,1.10,2026-01-31 10:00:00,2026-01-31,"[1, null]",NaN,/w=='


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\tx", "\rx", "-", "+49 30 1234"])
def test_csv_disarms_formulas_in_cells_and_headings(cell, make_answer, run_sink):
    rows = list(csv.reader(io.StringIO(run_sink(CsvSink, make_answer(((cell,),), (cell,))), newline="")))
    assert rows == [["'" + cell], ["'" + cell]]
    kept = run_sink(CsvSink, make_answer(((cell,),), ("c",)), settings={"escape_formulas": False})
    assert list(csv.reader(io.StringIO(kept, newline="")))[1] == [cell]


@pytest.mark.parametrize("cell", [-5, -1.5, Decimal("-2.50"), "-12.5", "+3e8"])
def test_csv_leaves_numbers_alone(cell, make_answer, run_sink):
    assert run_sink(CsvSink, make_answer(((cell,),), ("n",))).splitlines()[1] == str(cell)


def test_csv_ends_lines_as_told(make_answer, run_sink):
    assert run_sink(CsvSink, make_answer(), settings={"line_end": "crlf"}) == "id,name\r\n1,Anna\r\n"


@pytest.mark.parametrize("kind", [CsvSink, ParquetSink], ids=lambda kind: kind.name)
def test_answers_with_different_columns_do_not_share_a_table(kind, tmp_path, make_answer, run_sink):
    answers = (make_answer(), make_answer(((1,),), ("total",), id="q2"))
    with pytest.raises(UsageError, match="q2 has the columns total, q1 has id, name; use --format jsonl"):
        run_sink(kind, *answers, path=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_csv_of_several_questions_says_which_row_belongs_to_which(make_answer, run_sink):
    text = run_sink(CsvSink, make_answer(), make_answer(rows=None, status="failed", id="q2"), make_answer(((2, "Ben"),), id="q3"))
    assert text == "id,id,name\nq1,1,Anna\nq3,2,Ben\n"


# ---------------------------------------------------------------------- json, jsonl


def test_json_is_one_object_with_a_row_per_line(make_answer, run_sink):
    answer = make_answer(((1, "Anna"), (2, "Ben")))
    text = run_sink(JsonSink, answer)
    assert json.loads(text) == answer_object(answer)
    assert '    [1, "Anna"],\n    [2, "Ben"]\n' in text


def test_json_of_several_questions_is_an_array(make_answer, run_sink):
    assert [one["id"] for one in json.loads(run_sink(JsonSink, make_answer(), make_answer(id="q2")))] == ["q1", "q2"]
    assert json.loads(run_sink(JsonSink, several=True)) == []


def test_jsonl_is_one_object_per_line(make_answer, run_sink):
    answers = (make_answer(text="a\u2028b"), make_answer(rows=None, status="refused", id="q2"))
    lines = run_sink(JsonlSink, *answers).splitlines()
    assert [json.loads(line) for line in lines] == [answer_object(answer) for answer in answers]


# ---------------------------------------------------------------------- sql


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_question_cannot_leave_its_comment(end, make_answer, run_sink):
    attack = f"hello{end}DROP TABLE people; --"
    reading = (Reading(phrase=attack, meaning=attack),)
    problems = (Problem(code="x", message=attack, severity="warning"),)
    text = run_sink(SqlSink, make_answer(text=attack, reading=reading, problems=problems))
    assert [line for line in text.splitlines() if not line.startswith("--")] == ["SELECT id, name FROM people;"]


def test_a_question_cannot_become_a_template(make_answer, run_sink):
    text = run_sink(SqlSink, make_answer(text="{{ run_query('drop') }} {% do x %} {# y #} {{{"))
    assert not any(mark in text for mark in ("{{", "{%", "{#"))


def test_a_statement_that_was_refused_is_only_a_comment(make_answer, run_sink):
    text = run_sink(SqlSink, make_answer(rows=None, status="refused", sql="DROP TABLE people\n; SELECT 1"))
    assert all(line.startswith("-- ") for line in text.splitlines())
    assert "-- DROP TABLE people" in text


def test_without_comments_the_statement_is_byte_for_byte(make_answer, run_sink):
    assert run_sink(SqlSink, make_answer(sql="SELECT  1\n  AS x"), settings={"comments": False}) == "SELECT  1\n  AS x\n"


# ---------------------------------------------------------------------- markdown


def test_markdown_contents_cannot_become_markup(make_answer, run_sink):
    text = run_sink(MarkdownSink, make_answer((("a|b\n<script>", "*x* `y` snake_case"),), sql="SELECT '```'"))
    assert r"| a\|b<br>\<script\> | \*x\* \`y\` snake_case |" in text
    assert "````sql\nSELECT '```'\n````" in text


@pytest.mark.parametrize(
    ("told", "shown"),
    [("__no__", r"\_\_no\_\_"), ("_no_", r"\_no\_"), ("___", r"\_\_\_"), ("a__b", r"a\_\_b"), ("snake_case", "snake_case")],
)
def test_markdown_makes_no_emphasis_of_underscores(told, shown, make_answer, run_sink):
    assert f"| {shown} |" in run_sink(MarkdownSink, make_answer(((1, told),)))


def test_markdown_aligns_numbers_to_the_right(make_answer, run_sink):
    assert "| ---: | --- |" in run_sink(MarkdownSink, make_answer())


# ---------------------------------------------------------------------- parquet


def test_parquet_keeps_exact_types(tmp_path, make_answer, run_sink):
    row = (
        *(Decimal("12345678901234567890.1234"), date(2026, 1, 31), datetime(2026, 1, 31, 10, 0, 0, 123456)),
        *([1, None, 3], {"a": 1, "b": "x"}, 2**100, b"\x00\xff", True, UUID(int=7), None, "text"),
        *(datetime(2026, 1, 31, 10, tzinfo=timezone.utc), timedelta(days=1)),  # noqa: UP017 - duckdb compares with its own zone
    )
    columns = tuple(f"c{number}" for number in range(len(row)))
    path = tmp_path / "out.parquet"
    run_sink(ParquetSink, make_answer((row,) * 3000, columns, dialect="sqlite", types=("ANY",) * len(row)), path=path)
    found = duckdb.sql(f"SELECT * FROM '{path}'")
    assert [str(kind) for kind in found.types] == [
        *("DECIMAL(24,4)", "DATE", "TIMESTAMP", "BIGINT[]", "STRUCT(a BIGINT, b VARCHAR)", "DOUBLE", "BLOB", "BOOLEAN", "UUID", "VARCHAR"),
        *("VARCHAR", "TIMESTAMP WITH TIME ZONE", "INTERVAL"),
    ]
    rows = found.fetchall()
    assert len(rows) == 3000
    assert rows[0][:5] == row[:5]
    assert rows[0][6:] == row[6:]


def test_parquet_takes_duckdbs_own_types(tmp_path, make_answer, run_sink):
    path = tmp_path / "out.parquet"
    kinds = ("DECIMAL(10,2)", "TINYINT", "DATE[]", "ENUM('a', 'b')", "STRUCT(x INTEGER)")
    row = (Decimal("1.5"), 1, [date(2026, 1, 1)], "a", {"x": 1})
    run_sink(ParquetSink, make_answer((row,), tuple("vwxyz"), types=kinds), path=path)
    assert [str(kind) for kind in duckdb.sql(f"SELECT * FROM '{path}'").types] == [
        *("DECIMAL(10,2)", "TINYINT", "DATE[]", "VARCHAR", "STRUCT(x BIGINT)")
    ]


def test_parquet_writes_no_rows_and_repeated_names(tmp_path, make_answer, run_sink):
    path = tmp_path / "out.parquet"
    run_sink(ParquetSink, make_answer((), ("n", "N", "", 'q"x'), types=("INTEGER", "DATE", "VARCHAR", "DOUBLE")), path=path)
    found = duckdb.sql(f"SELECT * FROM '{path}'")
    assert found.columns == ["n", "N_2", "column_3", 'q"x']
    assert [str(kind) for kind in found.types] == ["INTEGER", "DATE", "VARCHAR", "DOUBLE"]


def test_parquet_carries_question_and_sql(tmp_path, make_answer, run_sink):
    path = tmp_path / "it's.parquet"
    run_sink(ParquetSink, make_answer(text="who's there?"), path=path)
    found = dict(duckdb.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path)]).fetchall())
    assert found[b"sqlcoder.question"] == b"who's there?"
    assert found[b"sqlcoder.sql"] == b"SELECT id, name FROM people"


def test_parquet_needs_a_file(run_sink):
    with pytest.raises(UsageError, match="name a file with --out FILE or --sink parquet:FILE"):
        run_sink(ParquetSink)
