"""What a journal says: under which settings it was written, and which questions are done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlcoder_core.batch.items import Item
from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.journal import Journal, Position
from sqlcoder_core.values.answer_json import json_text

Settings = Mapping[str, str]
DEFAULT = ""
"""The database that the run's own flags and configuration name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The answer that counts for an id."""

    key: str
    status: str
    place: Position


class Records:
    """The journal's lines by meaning. For equal input and settings a success is never replaced by a later failure."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.settings: dict[str, Settings] = {}
        self._last: dict[str, Record] = {}
        for place, line in journal.lines():
            self._take(place, line)

    def clear(self) -> None:
        """Forget everything, in the file too."""
        self._journal.clear()
        self.settings.clear()
        self._last.clear()

    def remember(self, database: str, settings: Settings) -> None:
        """Write down the settings a database was asked under. Raises UsageError when the journal has others."""
        known = self.settings.get(database)
        if known is not None:
            _refuse_others(self._journal, known, settings)
            return
        self._journal.append(json_text({"database": database, "settings": dict(settings)}))
        self.settings[database] = dict(settings)

    def add(self, item: Item, key: str, status: str, answer: str) -> None:
        """Write down one answer, given as JSON text."""
        place = self._journal.append(f'{{"key": "{key}", "id": {json_text(item.id)}, "status": "{status}", "answer": {answer}}}')
        self._keep(item.id, Record(key=key, status=status, place=place))

    def of(self, item: Item) -> Record | None:
        """The answer to this very item under these settings, or None; a failure to open its database was under no settings."""
        record = self._last.get(item.id)
        if record is None:
            return None
        settings = self.settings.get(item.database or DEFAULT)
        return record if record.key in (key(item, settings), key(item, None)) else None

    def answer(self, record: Record) -> str:
        """The answer's JSON text, as it was added."""
        line = self._journal.read(record.place).decode()
        return line[line.index('"answer": ') + len('"answer": ') : -1]

    def _take(self, place: Position, line: bytes) -> None:
        record = json.loads(line)
        if "database" in record:
            self.settings[record["database"]] = record["settings"]
        elif "key" in record:
            self._keep(record["id"], Record(key=record["key"], status=record["status"], place=place))
        else:
            raise FileError(f"{self._journal.path} was not written by this version of sqlcoder", hint="start over with --restart")

    def _keep(self, id: str, new: Record) -> None:
        old = self._last.get(id)
        if old is None or old.key != new.key or old.status == "failed" or new.status != "failed":
            self._last[id] = new


def key(item: Item, settings: Settings | None) -> str:
    """sha256 over everything that may change the answer or its line: the item without its place, and the settings."""
    facts = asdict(item)
    for name in ("index", "place", "error"):
        del facts[name]
    facts["error"] = item.error.message if item.error else None
    text = json.dumps([facts, dict(settings) if settings else None], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_others(journal: Journal, known: Settings, settings: Settings) -> None:
    changed = [name for name in {**known, **settings} if known.get(name) != settings.get(name)]
    if changed:
        told = ", ".join(f"{name} was {known.get(name, 'unset')}, is {settings.get(name, 'unset')}" for name in changed)
        raise UsageError(
            f"{journal.path} was written with other settings: {told}", hint="start over with --restart, or choose another --out"
        )
