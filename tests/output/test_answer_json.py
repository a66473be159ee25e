"""The JSON object of an answer: every cell type has one agreed form, and nothing invisible gets through."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlcoder_core.api import Problem, answer_json, answer_object, json_text, json_value

CELLS = [
    (None, None),
    (True, True),
    (7, 7),
    (2**70, 2**70),
    (1.5, 1.5),
    (float("nan"), "NaN"),
    (float("inf"), "Infinity"),
    (float("-inf"), "-Infinity"),
    (Decimal("1.10"), 1.1),
    (Decimal("100.00"), 100),
    (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
    (Decimal("12345678901234567890.12"), "12345678901234567890.12"),
    (Decimal(2**53 + 1), str(2**53 + 1)),
    (Decimal("NaN"), "NaN"),
    (Decimal("-Infinity"), "-Infinity"),
    (date(2026, 1, 31), "2026-01-31"),
    (datetime(2026, 1, 31, 10, 0, 0), "2026-01-31T10:00:00"),
    (datetime(2026, 1, 31, 10, tzinfo=timezone(timedelta(hours=2))), "2026-01-31T10:00:00+02:00"),
    (time(10, 30), "10:30:00"),
    (timedelta(days=1, hours=2, seconds=3.5), "P1DT2H3.5S"),
    (timedelta(0), "P0D"),
    (-timedelta(minutes=90), "-PT1H30M"),
    (b"\x00\xff", "AP8="),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ([1, Decimal("0.5"), None], [1, 0.5, None]),
    ({"a": date(2026, 1, 1), 2: [b"x"]}, {"a": "2026-01-01", "2": ["eA=="]}),
]


@pytest.mark.parametrize(("cell", "expected"), CELLS, ids=[repr(cell) for cell, _ in CELLS])
def test_each_type_of_cell_has_one_form(cell, expected):
    found = json_value(cell)
    assert found == expected
    assert type(found) is type(expected)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_never_loses_a_digit(value):
    back = json.loads(json_text(json_value(value)), parse_float=Decimal, parse_int=Decimal)
    assert Decimal(back) == value


@given(st.text(alphabet=st.characters()))
def test_any_text_survives_on_one_visible_line(text):
    line = json_text(text)
    assert json.loads(line) == text
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    assert not any(char in line for char in "\x1b\x7f\x85\u2028\u202e\u2066\ufeff")


def test_letters_of_all_languages_stay_readable():
    assert json_text("Zürich 東京") == '"Zürich 東京"'


def test_the_object_has_the_documented_keys_in_order(make_answer):
    answer = make_answer(problems=(Problem(code="x", message="odd", place="glossary.yml:3", hint="mend it", severity="warning"),))
    found = answer_object(answer)
    assert list(found) == [
        *("id", "question", "status", "sql", "dialect", "route", "columns", "types", "rows", "row_count", "truncated"),
        *("reading", "confidence", "problems", "alternatives", "timings_ms", "signature"),
    ]
    assert found["rows"] == [[1, "Anna"]]
    assert found["row_count"] == 1
    assert found["reading"] == [{"phrase": "they", "meaning": "people"}]
    assert found["problems"] == [{"code": "x", "severity": "warning", "message": "glossary.yml:3: odd", "hint": "mend it"}]
    assert json.loads(answer_json(answer)) == found


def test_nothing_ran_and_no_rows_can_be_told_apart(make_answer):
    assert answer_object(make_answer(rows=None))["row_count"] is None
    assert answer_object(make_answer(rows=()))["row_count"] == 0
    assert answer_object(make_answer(rows=None))["rows"] == []
