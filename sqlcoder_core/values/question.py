"""What somebody asked, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Weekday = Literal["monday", "sunday", "saturday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time as an input of the answer. `now` None: SQL says CURRENT_DATE; set: SQL gets a literal, answers repeat."""

    now: datetime | None = None
    timezone: str | None = None
    week_start: Weekday = "monday"
    fiscal_year_start: int = 1

    def today(self) -> date:
        """The day that relative words are reckoned from: where the clock's time zone is, or this machine's."""
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self.timezone) if self.timezone else None
        if self.now is None:
            return datetime.now(zone).date()
        return (self.now.astimezone(zone) if self.now.tzinfo and zone else self.now).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `previous` holds the questions before it in a conversation, one a line, for follow-ups ("and by city?")."""

    text: str
    id: str = "q1"
    instructions: str | None = None
    limit: int | None = None
    previous: str | None = None
