"""Answers to feed sinks with, and a way to run one sink."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.api import Answer, Context, Destination, Question, Reading, ResultSet, Sink

Make = Callable[..., Answer]
Run = Callable[..., str]


@pytest.fixture
def make_answer() -> Make:
    """An answer with these rows; the rest has defaults."""

    def make(
        rows: tuple[tuple[object, ...], ...] | None = ((1, "Anna"),), columns: tuple[str, ...] = ("id", "name"), **more: Any
    ) -> Answer:
        types = more.pop("types", ("ANY",) * len(columns))
        text = more.pop("text", "who are they")
        result = None if rows is None else ResultSet(columns=columns, types=types, rows=rows, truncated=more.pop("truncated", None))
        given = {
            "question": Question(text=text, id=more.pop("id", "q1")),
            "status": "answered",
            "dialect": "duckdb",
            "sql": "SELECT id, name FROM people",
            "confidence": 0.83,
            "reading": (Reading(phrase="they", meaning="people"),),
        }
        return Answer(result=result, **{**given, **more})

    return make


@pytest.fixture
def run_sink() -> Run:
    """Feeds answers to a sink class and returns what it wrote to the stream."""

    def run(kind: type[Sink], *answers: Answer, settings: dict[str, object] | None = None, **where: Any) -> str:
        context = Context(project_dir=Path(), config_dir=Path(), cache_dir=Path())
        sink = kind(kind.Settings(**(settings or {})), context)
        stream = io.StringIO()
        where.setdefault("several", len(answers) > 1)
        sink.open(Destination(stream=stream, **where))
        for answer in answers:
            sink.write(answer)
        sink.close()
        return stream.getvalue()

    return run
