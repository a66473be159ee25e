"""How the questions of a batch are to be answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlcoder_core.values.result import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The run's own flags; None means what the configuration says. `seconds` is the time limit of one query."""

    run: bool = True
    candidates: int | None = None
    min_confidence: float | None = None
    seconds: float | None = None
    limit: int | None = None

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The flags that were given, as text: they count among the settings that an answer was made under."""
        for one in fields(self):
            if (value := getattr(self, one.name)) is not None:
                yield one.name, str(value).lower()

    def keywords(self, limits: Limits) -> dict[str, Any]:
        """The same as keyword arguments of `Session.ask`; `limits` are the configured ones."""
        bounds = None if self.seconds is None else replace(limits, seconds=self.seconds)
        return {"run": self.run, "candidates": self.candidates, "min_confidence": self.min_confidence, "limits": bounds}
