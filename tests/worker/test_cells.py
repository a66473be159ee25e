"""Cells cross the pipe unchanged."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.worker.cells import encode_rows, from_ext

decoder = msgspec.msgpack.Decoder(list[tuple], ext_hook=from_ext)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(fold=0)),
    st.datetimes(timezones=zones).map(lambda moment: moment.replace(fold=0)),
    st.times().map(lambda moment: moment.replace(fold=0)),
    st.timedeltas(),
    st.uuids(),
)
cells = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)), max_leaves=8
)


def crossed(*row: object) -> tuple[object, ...]:
    (found,) = decoder.decode(encode_rows([row]))
    return found


@given(st.lists(cells, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_row_comes_out_as_it_went_in(row: list[object]) -> None:
    assert repr(crossed(*row)) == repr(tuple(row))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (Decimal("1.10"), Decimal("1.10")),
        (Decimal("NaN"), Decimal("NaN")),
        (-(2**63) - 1, -(2**63) - 1),
        (2**64, 2**64),
        (datetime(2024, 3, 31, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")), datetime.fromisoformat("2024-03-31T02:30:00+01:00")),
        (time(12, 0, tzinfo=timezone(timedelta(hours=2))), time.fromisoformat("12:00:00+02:00")),
        (timedelta(days=-1, microseconds=1), timedelta(days=-1, microseconds=1)),
        ((1, (2, date(2024, 1, 1))), [1, [2, date(2024, 1, 1)]]),
        ({1: "a", 2.5: UUID(int=1)}, {1: "a", 2.5: UUID(int=1)}),
        ({date(2024, 1, 1): 1}, {"2024-01-01": 1}),
        (bytearray(b"x"), b"x"),
        (memoryview(b"x"), b"x"),
        (ip_address("10.0.0.1"), "10.0.0.1"),
        ("half \ud800", "half ?"),
        ({"deep": ["\udfff", 2**80]}, {"deep": ["?", 2**80]}),
    ],
    ids=repr,
)
def test_what_python_and_msgpack_see_differently(cell: object, found: object) -> None:
    assert repr(crossed(cell, "\ud800")) == repr((found, "?"))
    assert repr(crossed(cell)) == repr((found,))


def test_nan_and_infinities_stay_floats() -> None:
    nan, plus, minus = crossed(float("nan"), float("inf"), float("-inf"))
    assert math.isnan(nan) and (plus, minus) == (math.inf, -math.inf)
