"""Sinks: where answers go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlcoder_core.contracts.component import Component
from sqlcoder_core.values.answer import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """`path` when a file was named, else `stream` (text, usually stdout). `argument` is what stood behind `--sink NAME:`."""

    stream: IO[str]
    path: Path | None = None
    argument: str | None = None
    terminal: bool = False
    colour: bool = False
    width: int = 80
    several: bool = False


class Sink(Component):
    """Receives answers one at a time between `open` and `close`. A file is written whole or not at all."""

    def open(self, destination: Destination) -> None:
        """Before the first answer; raises FileError when the place cannot be written."""
        self.destination = destination

    def write(self, answer: Answer) -> None:
        """One answer, in the order of the questions."""
        raise NotImplementedError

    def close(self) -> None:
        """After the last answer; not called when the run was broken off by an error."""
