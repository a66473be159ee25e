"""Time is an input: what day it is depends on the clock's own time and zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlcoder_core.values.question import Clock


def test_a_pinned_time_without_a_zone_is_taken_as_it_is() -> None:
    assert Clock(now=datetime(2026, 6, 30, 23, 30), timezone="Asia/Tokyo").today() == date(2026, 6, 30)


def test_a_pinned_time_with_a_zone_is_told_in_the_clocks_zone() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert Clock(now=late, timezone="Asia/Tokyo").today() == date(2026, 7, 1)
    assert Clock(now=late, timezone="America/New_York").today() == date(2026, 6, 30)


def test_unpinned_days_begin_in_the_clocks_zone() -> None:
    # The two zones are 26 hours apart, so that it is never the same day in both.
    assert Clock(timezone="Pacific/Kiritimati").today() - Clock(timezone="Etc/GMT+12").today() in (timedelta(days=1), timedelta(days=2))
