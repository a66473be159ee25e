"""The sections of sqlcoder.yaml, each declared once: validation, `config show` and the JSON Schema come from here."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sqlcoder_core.policy.confined import Seen
from sqlcoder_core.values.question import Clock, Weekday
from sqlcoder_core.values.result import Limits

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?)i?b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def _size(value: object) -> object:
    """Bytes: a number, or text such as `64MB` (a kilobyte is 1024 bytes)."""
    if not isinstance(value, str):
        return _no_bool(value)
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise ValueError("should be a size such as 64MB")
    return int(float(match["number"]) * 1024 ** _POWERS[match["unit"].lower()])


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("should be a time zone such as Europe/Berlin") from None
    return value


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("should be a number")
    return value


Seconds = Annotated[float, BeforeValidator(_no_bool), Field(gt=0)]
Count = Annotated[int, BeforeValidator(_no_bool), Field(gt=0)]
Size = Annotated[
    int,
    BeforeValidator(_size),
    Field(gt=0),
    WithJsonSchema({"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "string", "examples": ["64MB"]}]}),
]
TimeZone = Annotated[str, AfterValidator(_time_zone)]


class Section(BaseModel):
    """Base of the sections: unknown keys are refused, values are never repeated in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LimitsSection(Section):
    """Bounds on every query; what they cut off is always said."""

    seconds: Seconds = Field(default=30.0, description="Wall-clock seconds a query may take.")
    rows: Count = Field(default=10_000, description="Rows fetched at most.")
    bytes: Size = Field(default=32 * 1024 * 1024, description="Bytes fetched at most; 32MB is understood.")
    memory: Size = Field(default=1024 * 1024 * 1024, description="Memory of the query's process above its start; 1GB is understood.")

    def value(self) -> Limits:
        """The limits as the worker takes them."""
        return Limits(seconds=self.seconds, rows=self.rows, bytes=self.bytes, memory=self.memory)


class GuardSection(Section):
    """What the guard lets through beyond its own lists. Only this file can widen it; no plugin can."""

    allow_functions: tuple[str, ...] = Field(default=(), description="SQL functions to allow by full name, such as `postgis.st_area`.")


class TimeSection(Section):
    """Time as an input of every answer."""

    now: datetime | None = Field(default=None, description="Reckon relative dates from here, so that answers repeat; unset: the day it is.")
    timezone: TimeZone | None = Field(default=None, description="IANA time zone in which days begin, such as Europe/Berlin.")
    week_start: Weekday = Field(default="monday", description="First day of a week.")
    fiscal_year_start: int = Field(default=1, ge=1, le=12, description="Month in which the fiscal year begins, 1 to 12.")

    def value(self) -> Clock:
        """The clock as components take it."""
        return Clock(now=self.now, timezone=self.timezone, week_start=self.week_start, fiscal_year_start=self.fiscal_year_start)


class AnswerSection(Section):
    """How questions are answered."""

    candidates: Count = Field(default=3, le=50, description="Distinct statements to consider for a question.")
    repair_rounds: int = Field(
        default=2, ge=0, le=10, description="Times that a model is asked again about a statement with problems; 0: nothing is repaired."
    )
    min_confidence: float = Field(default=0.0, ge=0, le=1, description="Abstain below this confidence, 0 to 1.")
    limit: Count | None = Field(default=None, description="LIMIT for questions that do not ask for a number of rows.")


class PolicySection(Section):
    """What may be seen. Patterns are `table`, `schema.table`, `column` or `table.column`, with `*` for any text."""

    hidden: tuple[str, ...] = Field(
        default=(), description="Tables and columns that stay out of the catalog, so that no query can read them."
    )
    no_sample: tuple[str, ...] = Field(default=(), description="Columns whose contents are never looked at for linking.")

    def value(self) -> Seen:
        """The policy as sources are put behind it."""
        return Seen(hidden=self.hidden, no_sample=self.no_sample)


class Entry(BaseModel):
    """One component: the word after `use`, and that component's own settings beside it."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    use: str = Field(min_length=1, description="An installed plugin's word, or ./file.py:Class.")

    def settings(self) -> dict[str, Any]:
        """What stands beside `use`."""
        return dict(self.model_extra or {})


class ConfigFile(Section):
    """Everything that may stand in sqlcoder.yaml."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    connection: str | None = Field(default=None, description="Which of `connections` to ask. Not needed when there is one.")
    connections: dict[str, Entry] = Field(default={}, description="Databases by name.")
    sources: tuple[Entry, ...] | None = Field(
        default=None, description="Where facts about tables come from; for one fact the first source wins."
    )
    runtime: Entry = Field(default=Entry(use="builtin"), description="What turns a question into SQL.")
    linking: Entry | None = Field(
        default=None, description="An embedding model that finds tables by meaning in large catalogs, beside the search by words."
    )
    sinks: dict[str, Entry] = Field(default={}, description="Settings of output sinks, by the name that --sink and --format take.")
    output: tuple[str, ...] = Field(default=(), description="Sinks that answers go to when no flag says so, as NAME or NAME:ARG.")
    extensions: tuple[Entry, ...] = Field(default=(), description="Checks and findings of your own, asked in this order.")
    limits: LimitsSection = Field(default=LimitsSection(), description="Bounds on every query.")
    guard: GuardSection = Field(default=GuardSection(), description="What the guard lets through.")
    time: TimeSection = Field(default=TimeSection(), description="Time as an input.")
    answer: AnswerSection = Field(default=AnswerSection(), description="How questions are answered.")
    policy: PolicySection = Field(default=PolicySection(), description="What may be seen.")


def spell_out(data: dict[str, Any]) -> dict[str, Any]:
    """Shorthands written in full: `runtime: builtin` and `- introspect` get a `use`, a sink's `use` defaults to its name."""
    spelled = dict(data)
    for section in ("runtime", "linking"):
        if isinstance(spelled.get(section), str):
            spelled[section] = {"use": spelled[section]}
    for section in ("sources", "extensions"):
        if isinstance(spelled.get(section), list):
            spelled[section] = [{"use": item} if isinstance(item, str) else item for item in spelled[section]]
    if isinstance(spelled.get("sinks"), dict):
        spelled["sinks"] = {name: _sink(name, item) for name, item in spelled["sinks"].items()}
    return {key: value for key, value in spelled.items() if value is not None}


def _sink(name: str, item: Any) -> Any:
    if item is None:
        return {"use": name}
    return {"use": name, **item} if isinstance(item, dict) else item
