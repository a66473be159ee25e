"""Sink `html`: answers as a page that can be mailed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from pydantic import Field

from sqlcoder_core.api import Answer, Destination, ResultSet, Settings, Sink, WholeFile, cell_text, hookimpl


class HtmlSettings(Settings):
    """How the page looks."""

    title: str = Field("Answers", description="Title of the page.")


class HtmlSink(Sink):
    """An HTML page with one table for each question."""

    name = "html"
    Settings = HtmlSettings

    def open(self, destination: Destination) -> None:
        super().open(destination)
        path = destination.path or (Path(destination.argument) if destination.argument else None)
        self._out = WholeFile(path) if path else destination.stream
        title = escape(self.settings.title)
        self._out.write(f'<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n')

    def write(self, answer: Answer) -> None:
        self._out.write("".join(_lines(answer)))

    def close(self) -> None:
        self._out.write("</body>\n</html>\n")
        if isinstance(self._out, WholeFile):
            self._out.commit()


def _lines(answer: Answer) -> Iterator[str]:
    yield f"<h2>{escape(answer.question.text)}</h2>\n"
    if answer.result is None:
        yield f"<p>{answer.status}</p>\n"
    else:
        yield from _table(answer.result)
    yield from (f"<p>{problem.severity}: {escape(problem.message)}</p>\n" for problem in answer.problems)


def _table(result: ResultSet) -> Iterator[str]:
    yield "<table>\n"
    yield _row("th", result.columns)
    yield from (_row("td", ("" if cell is None else cell_text(cell) for cell in row)) for row in result.rows)
    yield "</table>\n"


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>\n"


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (HtmlSink,)
