"""Sink `jsonl`: one JSON object per answer and line."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.api import Answer, Sink, answer_json, hookimpl
from sqlcoder_files.place import TextSink


class JsonlSink(TextSink):
    """JSON lines: every answer, also those without rows, with SQL, rows, reading, problems and signature."""

    name = "jsonl"

    def write(self, answer: Answer) -> None:
        self.put(answer_json(answer) + "\n")


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (JsonlSink,)
