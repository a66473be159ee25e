"""Sink `csv`: rows for spreadsheets and scripts, by RFC 4180 with line feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from sqlcoder_core.api import Answer, Destination, Sink, cell_text, float_name, hookimpl, json_text, json_value
from sqlcoder_files.place import PlaceSettings, TextSink
from sqlcoder_files.stacked import Stack

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_QUOTED = re.compile(r'[",\r\n;\t]|^\s|\s$|^$')


class CsvSettings(PlaceSettings):
    """How comma-separated values are written."""

    escape_formulas: bool = Field(
        True, description="Put ' before text that a spreadsheet would run as a formula (starts with = + - @ tab or return); numbers stay."
    )
    header: bool = Field(True, description="Write the column names first.")
    line_end: Literal["lf", "crlf"] = Field("lf", description="What ends a line; crlf is RFC 4180 to the letter.")


class CsvSink(TextSink):
    """Comma-separated values; null is an empty cell, empty text is two quotes; several questions get a leading `id` column."""

    name = "csv"
    Settings = CsvSettings

    def open(self, destination: Destination) -> None:
        super().open(destination)
        self._stack = Stack(several=destination.several, sink="csv")
        self._end = "\n" if self.settings.line_end == "lf" else "\r\n"

    def write(self, answer: Answer) -> None:
        if answer.result is None:
            return
        rows = self._stack.rows(answer, answer.result)
        if self.settings.header and not self._used:
            self.put(self._line(self._stack.columns(answer.result)))
        self.put("".join(self._line(row) for row in rows))

    def _line(self, cells: Iterable[object]) -> str:
        return ",".join(self._cell(cell) for cell in cells) + self._end

    def _cell(self, cell: object) -> str:
        if cell is None:
            return ""
        text = plain(cell)
        if self.settings.escape_formulas and _FORMULA.match(text) and not _is_number(cell, text):
            text = "'" + text
        return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def plain(cell: object) -> str:
    """A cell as the text that spreadsheets and databases read back: `true`, `2026-01-31 10:00:00`, JSON for lists."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(cell) if cell - cell == 0 else float_name(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f") if cell.is_finite() else float_name(float(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, list | tuple | set | frozenset | dict):
        return json_text(json_value(cell))
    return cell_text(cell)


def _is_number(cell: object, text: str) -> bool:
    return isinstance(cell, int | float | Decimal) or _NUMBER.fullmatch(text) is not None


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (CsvSink,)
