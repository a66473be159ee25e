"""SQLite files: how they are named, configured and confined."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field

from sqlcoder_core.api import Connector, LocalPath, Sandbox, Settings, UsageError

_SCHEME = "sqlite:///"
_MAGIC = b"SQLite format 3\x00"
_ENDINGS = (".sqlite", ".sqlite3", ".db", ".db3")


class SQLiteSettings(Settings):
    """A SQLite file, opened read-only for each question and closed again."""

    path: LocalPath = Field(description="The database file.")


class SQLiteConnector(Connector):
    """A SQLite database file."""

    name = "sqlite"
    Settings = SQLiteSettings
    engine = "sqlcoder_sqlite.engine:SQLiteEngine"
    settings: SQLiteSettings

    @classmethod
    def claims(cls, url: str) -> bool:
        """`sqlite:///file`, a file with SQLite's magic bytes, or an empty one with a usual ending."""
        return url.startswith(("sqlite:", "sqlite3:")) or _is_sqlite_file(Path(url))

    @classmethod
    def from_url(cls, url: str) -> dict[str, object]:
        """The file of a URL or path; raises UsageError for a database in memory."""
        path = url.replace("sqlite3:", "sqlite:", 1).removeprefix(_SCHEME)
        if path.startswith("sqlite:") or path in ("", ":memory:"):
            raise UsageError(
                "a SQLite URL names a file", hint="write sqlite:///shop.sqlite, or sqlite:////data/shop.sqlite for an absolute path"
            )
        return {"path": path}

    def dialect(self) -> str:
        """`sqlite`."""
        return "sqlite"

    def sandbox(self) -> Sandbox:
        """The file; with a write-ahead log or a journal beside it also these, and a private folder for a snapshot."""
        path = os.path.realpath(self.settings.path)
        pending = pending_files(path)
        return Sandbox(read=(path, *pending), imports=("sqlite3",), scratch=bool(pending))

    def fingerprint(self) -> str | None:
        """Size and time of the file and of what was not written back into it yet."""
        return repr([(path, os.stat(path).st_mtime_ns, os.stat(path).st_size) for path in self.sandbox().read if os.path.exists(path)])


def pending_files(path: str) -> tuple[str, ...]:
    """The write-ahead log and the rollback journal, where they hold anything: without them the file alone is not the database."""
    return tuple(file for file in (f"{path}-wal", f"{path}-journal") if _size(file) > 0)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _is_sqlite_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except (OSError, ValueError):
        return False
    return head == _MAGIC or (not head and path.suffix.lower() in _ENDINGS)
