"""Where a batch's answers are kept: in a file with its journal, or on a stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from sqlcoder_core.batch.asking import Outcome
from sqlcoder_core.batch.items import Item
from sqlcoder_core.batch.records import DEFAULT, Records, Settings, key
from sqlcoder_core.batch.sessions import Opener, SessionPool, settings_of
from sqlcoder_core.batch.wishes import Wishes
from sqlcoder_core.errors import SqlcoderError, UsageError
from sqlcoder_core.journal import Journal
from sqlcoder_core.whole_file import WholeFile


class Output(Protocol):
    """Takes answers as they come."""

    def add(self, outcome: Outcome) -> None:
        """Keep one answer; it is safe when this returns."""

    def finish(self) -> None:
        """Put everything in its place."""

    def statuses(self) -> Counter[str]:
        """How many questions of this run have which status now."""


class FileOutput:
    """`out`, made from `out.journal` in the order of the items, one line per id.

    Raises FileError when another process holds the journal or a line of it is damaged.
    """

    def __init__(self, out: Path, items: Sequence[Item], *, restart: bool = False, fsync_every: int = 1) -> None:
        self.out = out
        self._items = items
        self._asked: Sequence[Item] = items
        path = out.with_name(out.name + ".journal")
        if not restart and not path.exists() and out.is_file() and out.stat().st_size:
            raise UsageError(f"{out} exists and has no journal, so it cannot be continued", hint="--restart overwrites it")
        self._journal = Journal(path, fsync_every=fsync_every)
        self.torn = self._journal.torn
        try:
            if restart:
                self._journal.clear()
            self._records = Records(self._journal)
        except BaseException:  # an interrupt too must give up the lock; it is raised on
            self._journal.close()
            raise

    def pending(self, items: Sequence[Item], opener: Opener, wishes: Wishes, *, retry_failed: bool) -> tuple[Item, ...]:
        """Those of the items that are not done. Raises UsageError when the journal was written under other settings."""
        self._asked = items
        self._verify({item.database or DEFAULT for item in items if item.error is None}, opener, wishes)
        return tuple(item for item in items if not self._is_done(item, retry_failed))

    def add(self, outcome: Outcome) -> None:
        if outcome.settings is not None:
            self._records.remember(outcome.item.database or DEFAULT, outcome.settings)
        self._records.add(outcome.item, key(outcome.item, outcome.settings), outcome.status, outcome.text)

    def finish(self) -> None:
        self._journal.sync()
        file = WholeFile(self.out)
        for item in self._items:
            if (record := self._records.of(item)) is not None:
                file.write(self._records.answer(record) + "\n")
        file.commit()

    def close(self) -> None:
        """Give the journal back to others."""
        self._journal.close()

    def statuses(self) -> Counter[str]:
        return Counter(record.status for item in self._asked if (record := self._records.of(item)) is not None)

    def _is_done(self, item: Item, retry_failed: bool) -> bool:
        record = self._records.of(item)
        return record is not None and not (retry_failed and record.status == "failed")

    def _verify(self, databases: set[str], opener: Opener, wishes: Wishes) -> None:
        """Hold the settings of today against those in the journal."""
        with SessionPool(opener, most=1) as sessions:
            for database in sorted(databases & set(self._records.settings)):
                if (settings := _settings_today(sessions, database, wishes)) is not None:
                    self._records.remember(database, settings)


def _settings_today(sessions: SessionPool, database: str, wishes: Wishes) -> Settings | None:
    """None for a named database that cannot be opened today: its open questions will fail, what it has answered stands."""
    try:
        return settings_of(sessions.get(database), wishes)
    except SqlcoderError:
        if database == DEFAULT:
            raise
        return None


class StreamOutput:
    """Lines on a stream, in the order of the items; an answer waits for those before it."""

    def __init__(self, stream: IO[str], items: Sequence[Item]) -> None:
        self._stream = stream
        self._order = [item.index for item in items]
        self._next = 0
        self._waiting: dict[int, str] = {}
        self._statuses: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        self._statuses[outcome.status] += 1
        self._waiting[outcome.item.index] = outcome.text
        while self._next < len(self._order) and self._order[self._next] in self._waiting:
            self._write(self._waiting.pop(self._order[self._next]))
            self._next += 1
        self._stream.flush()

    def finish(self) -> None:
        for index in sorted(self._waiting):
            self._write(self._waiting.pop(index))
        self._stream.flush()

    def statuses(self) -> Counter[str]:
        return self._statuses

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
