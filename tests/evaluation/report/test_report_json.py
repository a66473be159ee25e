"""A report written as JSON is the same report again, and what is none says so."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.evaluation.records import Judged, MutantKill, Report, Rows
from sqlcoder_core.evaluation.report import parse_report, read_report, report_json

words = st.text(st.characters(), max_size=12)
cells = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
rows = st.builds(Rows, columns=st.just(("a", "b")), rows=st.lists(st.tuples(cells, cells), max_size=3).map(tuple))
questions = st.builds(
    Judged,
    id=words, question=words, base=words, category=words, tags=st.lists(words, max_size=2).map(tuple), why=words,
    sql=st.none() | words, gold=st.none() | words, confidence=st.none() | st.floats(0, 1), latency_ms=st.floats(0, 1e6),
    tokens=st.none() | st.tuples(st.integers(0, 99), st.integers(0, 99)), problems=st.lists(words, max_size=2).map(tuple),
    ours=st.none() | rows, golds=st.none() | rows, place=words,
)  # fmt: skip
reports = st.builds(
    Report,
    suite=words,
    kind=words,
    judged=st.lists(questions, max_size=3).map(tuple),
    signature=st.dictionaries(words, words, max_size=3).map(lambda found: tuple(found.items())),
    kill=st.none() | st.just(MutantKill(mutants=4, killed=3, kinds=(("drop where", 4, 3),))),
    interrupted=st.booleans(),
)


@settings(deadline=None)
@given(reports)
def test_what_was_written_is_read_back(report: Report) -> None:
    assert parse_report(report_json(report), "r.json") == report


def test_a_whole_run_goes_through_a_file(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = report_json(make())
    (tmp_path / "r.json").write_text(text, "utf-8")
    assert report_json(read_report(tmp_path / "r.json")) == text


def test_each_question_has_a_line_of_its_own(make) -> None:  # type: ignore[no-untyped-def]
    report = make(questions=7, apart=0)
    assert sum(line.startswith('  {"id": ') for line in report_json(report).splitlines()) == 7


def test_the_keys_are_the_documented_ones(make) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(report_json(make()))
    assert list(found) == ["format", "version", "suite", "kind", "seconds", "interrupted", "signature", "kill", "figures", "questions"]
    documented = str(report_json.__doc__)
    names = [*found, *found["kill"], *found["figures"], *found["figures"]["all"], *found["figures"]["answers"]]
    names += [*found["figures"]["calibration"], *found["figures"]["unanswerable"], *(each.name for each in fields(Judged))]
    assert [name for name in names if f"`{name}`" not in documented] == []


def test_cells_are_written_as_answers_write_them() -> None:
    row = (date(2026, 1, 31), datetime(2026, 1, 31, 10), Decimal("0.1234567890123456789"), b"\x00\xff", float("nan"), None)
    one = Judged(id="q", question="?", base="b", ours=Rows(columns=tuple("abcdef"), rows=(row,)))
    (found,) = json.loads(report_json(Report(suite="s", kind="own", judged=(one,))))["questions"]
    assert found["ours"]["rows"] == [["2026-01-31", "2026-01-31T10:00:00", "0.1234567890123456789", "AP8=", "NaN", None]]


def test_a_hidden_character_cannot_hide_in_the_file() -> None:
    text = report_json(Report(suite="a\u202eb", kind="own", judged=()))
    assert "\u202e" not in text
    assert json.loads(text)["suite"] == "a\u202eb"


GOOD = report_json(Report(suite="s", kind="own", judged=(Judged(id="q", question="?", base="b"),)))


NEWER = GOOD.replace('"version": 1', '"version": 2')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,question\n", "r.json: this is no report of sqlcoder eval: it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("\ufeff\x00", "it is not JSON"),
        ("[]", 'it has no "format": "sqlcoder-eval-report"'),
        ('{"format": "other"}', 'it has no "format"'),
        (NEWER, "the report is in format 2, and this version of SQLCoder reads up to 1; upgrade sqlcoder-core"),
        (GOOD.replace('"version": 1', '"version": "1"'), "the report's version is \"1\", not a number"),
        (GOOD.replace('"version": 1', '"version": true'), "the report's version is true, not a number"),
        (GOOD.replace('"suite": "s"', '"suite": 3'), "the report is damaged: suite: expected `str`, got `int`"),
        (GOOD.replace('"outcome": "wrong"', '"outcome": "odd"'), "the report is damaged: questions[0].outcome: invalid enum value 'odd'"),
        (GOOD.replace('"tags": []', '"tags": [1]'), "the report is damaged: questions[0].tags[0]: expected `str`, got `int`"),
        (GOOD.replace('"kill": null', '"kill": 1'), "the report is damaged: kill: expected `object"),
        (GOOD.replace('"questions"', '"question"'), "the report is damaged: questions: expected `array`, got `null`"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_says_what_is_wrong_with_it(text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.json").write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        read_report("r.json")
    assert told in str(caught.value)
    assert str(caught.value).startswith("r.json: ")
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cannot read .*missing\.json: no such file"):
        read_report(tmp_path / "missing.json")


def test_keys_of_a_later_version_of_the_same_format_are_passed_over() -> None:
    text = GOOD.replace('"suite": "s"', '"suite": "s", "colour": "blue"').replace('"id": "q"', '"id": "q", "mood": "good"')
    assert parse_report(text, "r.json") == parse_report(GOOD, "r.json")


def test_a_kill_rate_is_written_beside_its_counts() -> None:
    report = replace(Report(suite="s", kind="own", judged=()), kill=MutantKill(mutants=8, killed=6))
    assert json.loads(report_json(report))["kill"] == {"mutants": 8, "killed": 6, "rate": 0.75, "kinds": []}
