"""Sink `sql`: the statements, each under its question and reading as comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydantic import Field

from sqlcoder_core.api import Answer, Sink, hookimpl, printable
from sqlcoder_files.place import PlaceSettings, TextSink

_JINJA = re.compile(r"\{(?=[{%#])")


class SqlSettings(PlaceSettings):
    """How statements are written."""

    comments: bool = Field(True, description="Write question, reading and warnings above each statement.")


class SqlSink(TextSink):
    """A file of SQL: question, reading and warnings as comments, then the statement that was checked."""

    name = "sql"
    Settings = SqlSettings

    def write(self, answer: Answer) -> None:
        if answer.sql is None and not self.destination.several:
            return
        lines = [comment(line) for line in remarks(answer)] if self.settings.comments else []
        if answer.sql is not None:
            lines.append(statement(answer) + (";" if self.settings.comments or self.destination.several else ""))
        if lines:
            self.put(("\n" if self._used else "") + "\n".join(lines) + "\n")


def statement(answer: Answer) -> str:
    """The statement itself, byte for byte; one that was refused or failed stands as comments, so that nobody runs it by accident."""
    sql = answer.sql or ""
    if answer.status in ("answered", "abstained"):
        return sql
    return "\n".join(comment(line) for line in sql.splitlines())


def remarks(answer: Answer) -> Iterator[str]:
    """What is worth knowing beside the statement, one text per comment line."""
    yield from _block("question: ", answer.question.text)
    if answer.status != "answered":
        yield f"{answer.status}:"
    for reading in answer.reading:
        yield from _block("reading: ", f'"{reading.phrase}" is {reading.meaning}')
    for problem in answer.problems:
        if problem.severity != "note":
            yield from _block(f"{problem.severity}: ", problem.message)
    if answer.confidence is not None:
        yield f"confidence {answer.confidence:.2f}, dialect {answer.dialect}"


def comment(text: str) -> str:
    """One line of comment, whatever the text holds: control characters escaped, and nothing that a template engine would run."""
    return "-- " + _JINJA.sub("{ ", printable(text))


def _block(label: str, text: str) -> Iterator[str]:
    first, *rest = text.splitlines() or [""]
    yield label + first
    yield from (" " * len(label) + line for line in rest)


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (SqlSink,)
