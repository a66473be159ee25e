"""Answers in, sinks fed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sqlcoder_core.errors import PluginError, SqlcoderError

if TYPE_CHECKING:
    from sqlcoder_core.contracts.sink import Destination, Sink
    from sqlcoder_core.values.answer import Answer


@dataclass(slots=True)
class Target:
    """One sink, where it writes, and whether its failure ends the run: what the person asked to see does, an extra sink does not."""

    name: str
    sink: Sink
    destination: Destination
    essential: bool
    failed: bool = field(default=False)


class Delivery:
    """Opens the sinks, feeds them, closes them. Sinks that come in addition are left out when they fail, and `warn` says so.

    `shows_details` says that one of them shows the person reading and warnings beside the rows.
    """

    def __init__(self, targets: list[Target], warn: Callable[[str], None], *, shows_details: bool = False) -> None:
        self.targets = targets
        self.shows_details = shows_details
        self.exit_code = 0
        self._warn = warn

    def open(self) -> None:
        """Before the first question, so that a place that cannot be written is known at once."""
        for target in self.targets:
            self._call(target, partial(target.sink.open, target.destination))

    def write(self, answer: Answer) -> None:
        """One answer to all sinks, in the order of the questions."""
        for target in self.targets:
            self._call(target, partial(target.sink.write, answer))

    def close(self) -> None:
        """After the last answer."""
        for target in self.targets:
            self._call(target, target.sink.close)

    def _call(self, target: Target, action: Callable[[], None]) -> None:
        if target.failed:
            return
        try:
            action()
        except (SqlcoderError, BrokenPipeError):
            raise
        except Exception as error:  # a sink is foreign code; its failure is named, and only an extra one is survived
            told = f"sink {target.name!r} failed: {type(error).__name__}: {error}"
            if target.essential:
                # A full disk behind stdout is told by its errno, further up.
                raise (error if isinstance(error, OSError) else PluginError(told)) from error
            target.failed = True
            self.exit_code = PluginError.exit_code
            self._warn(f"{told}; it gets no more answers")
