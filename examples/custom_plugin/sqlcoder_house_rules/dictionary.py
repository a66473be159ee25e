"""Metadata source `dictionary`: a spreadsheet of column descriptions, saved as CSV."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sqlcoder_core.api import Column, ConfigError, Fact, MetadataSource, Probe, Settings, Table, TableName, hookimpl

_HEADINGS = ("table", "column", "description", "synonyms")


class DictionarySettings(Settings):
    """Where the data dictionary is."""

    path: Path = Field(description="CSV file with the headings table, column, description, synonyms (several parted by |).")


class DictionarySource(MetadataSource):
    """Descriptions and synonyms of columns from a CSV data dictionary."""

    name = "dictionary"
    Settings = DictionarySettings
    # It writes notes on tables that others bring: a table or column that nobody else knows is reported with its line.
    authority: ClassVar = "annotates"

    def fingerprint(self, probe: Probe | None) -> str:
        path: Path = self.settings.path
        state = path.stat() if path.exists() else None
        return f"{path}:{state.st_mtime_ns}:{state.st_size}" if state else f"{path}:missing"

    def identity(self, probe: Probe | None) -> str:
        return hashlib.sha256(self._text().encode()).hexdigest()

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """One table for each name in the first column, with the columns that the dictionary describes."""
        rows = list(self._rows())
        for name in dict.fromkeys(row["table"] for _, row in rows):
            schema, _, bare = name.rpartition(".")
            columns = tuple(self._column(line, row) for line, row in rows if row["table"] == name)
            yield Table(name=TableName(name=bare, schema=schema or None), columns=columns)

    def _column(self, line: int, row: dict[str, str]) -> Column:
        synonyms = tuple(word.strip() for word in row["synonyms"].split("|") if word.strip())
        # Every fact says where it comes from: `sqlcoder catalog show TABLE` prints it.
        place = f"{self.settings.path.name}:{line}"
        return Column(
            name=row["column"],
            description=row["description"] or None,
            synonyms=synonyms,
            origins=(("description", place), ("synonyms", place)),
        )

    def _rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        reader = csv.DictReader(self._text().splitlines())
        missing = [heading for heading in _HEADINGS if heading not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(
                f"the data dictionary has no column {missing[0]!r}",
                place=f"{self.settings.path}:1",
                hint=f"its headings are {', '.join(_HEADINGS)}",
            )
        for row in reader:
            yield reader.line_num, {heading: (row[heading] or "").strip() for heading in _HEADINGS}

    def _text(self) -> str:
        try:
            return str(self.settings.path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ConfigError(
                f"cannot read the data dictionary {self.settings.path}: {reason}", hint="set `path` of the source `dictionary`"
            ) from error


@hookimpl
def sqlcoder_metadata_sources() -> Iterable[type[MetadataSource]]:
    return (DictionarySource,)
