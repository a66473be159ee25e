"""Answers in, sinks fed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.contracts.sink import Sink
from sqlcoder_core.values.answer import Answer


def deliver(answers: Iterable[Answer], sinks: Iterable[Sink]) -> list[int]:
    """Write each answer to every sink as it comes; returns the answers' exit codes. The caller has opened the sinks and closes them."""
    targets = tuple(sinks)
    codes = []
    for answer in answers:
        for sink in targets:
            sink.write(answer)
        codes.append(answer.exit_code)
    return codes
