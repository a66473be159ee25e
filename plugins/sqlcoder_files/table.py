"""Sink `table`: an answer for people at a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from textwrap import wrap

from pydantic import Field

from sqlcoder_core.api import Answer, Destination, ResultSet, Sink, hookimpl, printable, printable_lines
from sqlcoder_files.layout import GAP, Layout, fitted, lay_out
from sqlcoder_files.place import PlaceSettings, TextSink

_NAMED = 10
"""Of the columns that do not fit, so many are named."""
_STYLES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33"}


class TableSettings(PlaceSettings):
    """What is shown of an answer."""

    details: bool = Field(True, description="Show the SQL, how the question was read, confidence and warnings, beside the rows.")
    max_rows: int = Field(40, ge=0, description="Rows shown on a terminal; 0 shows all. Files and pipes get all rows.")


class TableSink(TextSink):
    """A table that fits the terminal, with the SQL above and the reading, confidence and warnings below."""

    name = "table"
    Settings = TableSettings

    def open(self, destination: Destination) -> None:
        super().open(destination)
        self._rule, self._ellipsis, self._dot = ("─", "…", " · ") if self.unicode else ("-", "~", ", ")

    def write(self, answer: Answer) -> None:
        lines = list(self._lines(answer))
        if lines:
            self.put(("\n" if self._used else "") + "\n".join(lines) + "\n")

    def _lines(self, answer: Answer) -> Iterator[str]:
        told = answer.status == "answered" or not self.terminal
        if self.destination.several and told:
            yield self._paint(f"{answer.question.id}  {printable(answer.question.text)}", "bold")
        if answer.status == "answered":
            yield from self._answered(answer)
        elif self.destination.several and told:
            yield from (f"{answer.status}: {printable(problem.message)}" for problem in answer.problems)

    def _answered(self, answer: Answer) -> Iterator[str]:
        details = self.settings.details
        if details and answer.sql:
            yield self._sql(answer.sql)
        if answer.result is not None:
            yield from ([""] if details else [])
            yield from self._result(answer.result)
        if details:
            yield from self._details(answer)

    # ------------------------------------------------------------------ rows

    def _result(self, result: ResultSet) -> Iterator[str]:
        most = self.settings.max_rows if self.terminal else 0
        rows = result.rows[:most] if most else result.rows
        layout = lay_out(result, rows, self.destination.width if self.terminal else None)
        yield from self._records(layout, rows) if layout.kind == "records" else self._table(layout, rows)
        for text in _missing(result, len(rows), layout):
            yield from (self._paint(line, "dim") for line in self._wrapped(f"({text})", 0))

    def _table(self, layout: Layout, rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
        shown = tuple(zip(layout.columns, layout.widths, strict=False))
        names = (fitted(column.name, width, right=column.right, ellipsis=self._ellipsis) for column, width in shown)
        yield " " + self._joined(self._paint(name, "bold") for name in names)
        yield " " + self._paint((" " * GAP).join(self._rule * width for _, width in shown), "dim")
        for number, row in enumerate(rows):
            cells = (
                self._cell(fitted(column.cells[number], width, right=column.right, ellipsis=self._ellipsis), cell)
                for (column, width), cell in zip(shown, row, strict=False)
            )
            yield " " + self._joined(cells)

    def _records(self, layout: Layout, rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
        """One column per line, for a few rows that are wider than the terminal."""
        from rich.cells import cell_len, chop_cells

        longest = min(max(cell_len(column.name) for column in layout.columns), self.destination.width // 2)
        space = max(self.destination.width - longest - GAP - 1, 8)
        for number, row in enumerate(rows):
            yield self._paint(f" row {number + 1} ".center(longest + GAP + 8, self._rule), "dim")
            for column, cell in zip(layout.columns, row, strict=True):
                name = fitted(column.name, longest, right=False, ellipsis=self._ellipsis)
                first, *rest = chop_cells(column.cells[number], space) or [""]
                yield f" {self._paint(name, 'bold')}{' ' * GAP}{self._cell(first, cell)}".rstrip()
                yield from (" " * (longest + GAP + 1) + part.rstrip() for part in rest if part.strip())

    def _joined(self, parts: Iterable[str]) -> str:
        return (" " * GAP).join(parts).rstrip()

    def _cell(self, text: str, cell: object) -> str:
        return self._paint(text, "dim") if cell is None else text

    # ------------------------------------------------------------------ around them

    def _sql(self, sql: str) -> str:
        text = printable_lines(sql)
        return _highlighted(text) if self.colour else text

    def _details(self, answer: Answer) -> Iterator[str]:
        facts = list(_facts(answer))
        if facts:
            yield ""
            yield self._paint(self._dot.join(facts), "dim")
        yield from self._reading(answer)
        for problem in answer.problems:
            style = {"error": "red", "warning": "yellow", "note": "dim"}[problem.severity]
            hint = f"; {problem.hint}" if problem.hint else ""
            first, *rest = self._wrapped(f"{problem.severity}: {printable(problem.message + hint)}", len(problem.severity) + 2)
            yield self._paint(f"{problem.severity}:", style) + first.removeprefix(f"{problem.severity}:")
            yield from rest

    def _reading(self, answer: Answer) -> Iterator[str]:
        from rich.cells import cell_len

        phrases = [printable(reading.phrase) for reading in answer.reading]
        longest = min(max(map(cell_len, phrases), default=0), 30)
        for phrase, reading in zip(phrases, answer.reading, strict=True):
            padding = " " * max(longest - cell_len(phrase), 0)
            first, *rest = self._wrapped(f"  {phrase}{padding}{' ' * GAP}{printable(reading.meaning)}", longest + GAP + 2)
            start = len(phrase) + len(padding) + GAP + 2
            yield first[:start] + self._paint(first[start:], "dim")
            yield from (self._paint(line, "dim") for line in rest)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        """Lines that fit the terminal, broken between words, all but the first indented; a file gets one line."""
        if not self.terminal:
            return [text]
        return wrap(text, max(self.destination.width, 20), subsequent_indent=" " * indent, replace_whitespace=False, break_on_hyphens=False)

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text


def _facts(answer: Answer) -> Iterator[str]:
    if answer.result is not None:
        yield _counted(len(answer.result.rows), "row") + (
            f" (cut by the limit on {answer.result.truncated})" if answer.result.truncated else ""
        )
    if answer.confidence is not None:
        yield f"confidence {answer.confidence:.2f}"
    if answer.route != "sql":
        yield {"metric": "by a metric", "verified": "by a verified question"}[answer.route]
    if answer.result is not None:
        yield f"{answer.result.elapsed_ms:,.0f} ms"


def _missing(result: ResultSet, shown: int, layout: Layout) -> Iterator[str]:
    """What of the result is not on the screen."""
    parts = []
    if shown < len(result.rows):
        parts.append(f"{_counted(len(result.rows) - shown, 'more row')}")
    if layout.left_out and layout.kind == "table":
        names = [column.name for column in layout.columns[len(layout.widths) :]]
        told = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
        parts.append(f"{_counted(layout.left_out, 'more column')}: {told}")
    if layout.cut and layout.kind == "table":
        parts.append("long text is cut")
    if parts:
        yield "; ".join(parts) + "; --format csv or jsonl has everything"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _highlighted(sql: str) -> str:
    from rich.console import Console
    from rich.syntax import Syntax

    target = io.StringIO()
    text = Syntax("", "sql", theme="ansi_dark", background_color="default").highlight(sql)
    text.rstrip()
    Console(file=target, force_terminal=True, color_system="standard", width=10_000).print(text, soft_wrap=True, end="")
    return target.getvalue()


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (TableSink,)
