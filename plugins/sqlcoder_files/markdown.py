"""Sink `markdown`: question, statement, rows and reading for a page or a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlcoder_core.api import Answer, ResultSet, Sink, hookimpl, printable, printable_lines
from sqlcoder_files.cells import display, is_numeric
from sqlcoder_files.place import TextSink

_MARKUP = re.compile(r"[\\`*\[\]<>|~#&]|(?<![^\W_])_|_(?![^\W_])")


class MarkdownSink(TextSink):
    """A Markdown section per answer: heading, SQL block, pipe table, reading and warnings; contents cannot become markup."""

    name = "markdown"

    def write(self, answer: Answer) -> None:
        self.put(("\n" if self._used else "") + "\n\n".join(sections(answer)) + "\n")


def sections(answer: Answer) -> Iterator[str]:
    """The blocks of one answer, in order."""
    yield f"## {escaped(answer.question.text)}"
    if answer.sql:
        yield fenced(answer.sql)
    if answer.result is not None:
        yield table(answer.result)
        yield _footer(answer, answer.result)
    elif answer.status != "answered":
        yield f"**{answer.status}**"
    remarks = [f"- \u201c{escaped(one.phrase)}\u201d: {escaped(one.meaning)}" for one in answer.reading]
    remarks += [f"- **{one.severity}**: {escaped(one.message)}" for one in answer.problems if one.severity != "note"]
    if remarks:
        yield "\n".join(remarks)


def table(result: ResultSet) -> str:
    """A pipe table, numbers right aligned."""
    marks = ("---:" if is_numeric(cells) else "---" for cells in _columns(result))
    head = [_line(map(escaped, result.columns)), _line(marks)]
    return "\n".join(head + [_line(map(_cell, row)) for row in result.rows])


def fenced(sql: str) -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", sql)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sql\n{printable_lines(sql)}\n{fence}"


def escaped(text: str) -> str:
    """Text that Markdown and HTML show as it is, on one line."""
    return "<br>".join(_MARKUP.sub(r"\\\g<0>", printable(line)) for line in text.splitlines())


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: object) -> str:
    return escaped(cell if isinstance(cell, str) else display(cell))


def _columns(result: ResultSet) -> Iterator[tuple[object, ...]]:
    return (tuple(row[number] for row in result.rows) for number in range(len(result.columns)))


def _footer(answer: Answer, result: ResultSet) -> str:
    count = len(result.rows)
    text = f"{count:,} row{'' if count == 1 else 's'}"
    if result.truncated:
        text += f", cut by the limit on {result.truncated}"
    return text + (f", confidence {answer.confidence:.2f}" if answer.confidence is not None else "")


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (MarkdownSink,)
