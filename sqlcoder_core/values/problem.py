"""Something wrong or worth knowing, in one shape for the guard, checks, doctor and lint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`code` is stable, `span` is (start, end) in characters of the SQL, `place` a file with line, `hint` the next step."""

    code: str
    message: str
    severity: Severity = "error"
    span: tuple[int, int] | None = None
    place: str | None = None
    hint: str | None = None
    found_by: str = "core"
