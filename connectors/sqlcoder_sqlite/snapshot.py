"""A private, settled copy of a SQLite file that others are writing to, so that theirs is neither locked nor given a neighbour."""

from __future__ import annotations

import os
import shutil
import sqlite3

from sqlcoder_core.api import DatabaseError

_SIDES = ("", "-wal", "-journal")
_ATTEMPTS = 20
State = tuple[tuple[int, int] | None, ...]


class Snapshot:
    """The last copy and the state of the files that it was made of."""

    def __init__(self, scratch: str) -> None:
        self._copy = os.path.join(scratch, "snapshot.db")
        self._state: State | None = None

    def of(self, path: str) -> str:
        """The path of a copy that is as the files are now; raises DatabaseError when they never hold still."""
        if self._state is None or self._state != state_of(path):
            self._state = None
            self._state = self._take(path)
        return self._copy

    def _take(self, path: str) -> State:
        for _ in range(_ATTEMPTS):
            before = state_of(path)
            self._copy_all(path)
            if before == state_of(path):
                self._settle()
                return before
        raise DatabaseError(f"{path} is written to all the time, no consistent copy can be taken", hint="ask again when the writer pauses")

    def _copy_all(self, path: str) -> None:
        for side in _SIDES:
            try:
                shutil.copyfile(path + side, self._copy + side)
            except FileNotFoundError:
                if os.path.exists(self._copy + side):
                    os.unlink(self._copy + side)

    def _settle(self) -> None:
        """Bring log or journal into the copy."""
        connection = sqlite3.connect(self._copy, isolation_level=None)
        try:
            connection.execute("PRAGMA temp_store=MEMORY")
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        finally:
            connection.close()


def state_of(path: str) -> State:
    """Time and size of the file and of what is beside it."""
    return tuple(_stat(path + side) for side in _SIDES)


def _stat(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
