"""Rows that came back, and the limits they were fetched under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one query: wall `seconds`, `rows` and `bytes` fetched, `memory` of the worker above its start, in bytes."""

    seconds: float = 30.0
    rows: int = 10_000
    bytes: int = 32 * 1024 * 1024
    memory: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSet:
    """Columns, their types in the engine's words, and rows of Python values.

    Cells are None, bool, int, float, str, bytes, Decimal, date, datetime, time, timedelta, UUID, list or dict of those.
    `truncated` says which limit cut the rows off, None when these are all of them. `sha256` is the hash of the text that ran.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: Literal["rows", "bytes"] | None = None
    elapsed_ms: float = 0.0
    notices: tuple[str, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """Contents of one column, sampled: see `Column` for the fields' meaning."""

    column: str
    distinct_count: int | None = None
    null_fraction: float | None = None
    minimum: str | None = None
    maximum: str | None = None
    values: tuple[str | int | float | bool, ...] = ()
    values_complete: bool = False
