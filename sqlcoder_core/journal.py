"""The durable record of a long run: one line, one write and one fsync per answer, and a lock against a second writer."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.errors import FileError
from sqlcoder_core.whole_file import file_error, named_errors, sync

_LINE = re.compile(rb'\{"crc": "([0-9a-f]{8})", (.+)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a line stands in the journal, in bytes."""

    offset: int
    length: int


class Journal:
    """An append-only file of JSON lines, each beginning with the checksum of its rest.

    A last line without its end was being written when the process died, and is cut off; any other line that does not fit
    its checksum is damage. `fsync_every` 1 makes each line durable before `append` returns. Raises FileError.
    """

    def __init__(self, path: Path, *, fsync_every: int = 1) -> None:
        self.path = path
        self.torn = False
        self._every = fsync_every
        self._unsynced = 0
        with named_errors(path):
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)
        try:
            _lock(self._handle, path)
            with named_errors(path):
                sync(path.absolute().parent)
            self._end = self._cut_torn_line()
        except BaseException:  # an interrupt too must give up the lock; it is raised on
            os.close(self._handle)
            raise

    def lines(self) -> Iterator[tuple[Position, bytes]]:
        """Every line as the JSON object that was appended. Raises FileError with the line's number for one that is damaged."""
        with named_errors(self.path, "read"), open(self.path, "rb") as file:
            offset = 0
            for number, line in enumerate(file, 1):
                body = _body(line)
                if body is None:
                    raise FileError(
                        "this line is damaged",
                        place=f"{self.path}:{number}",
                        hint="delete it to have its question answered again, or start over with --restart",
                    )
                yield Position(offset, len(line)), b"{" + body
                offset += len(line)

    def append(self, record: str) -> Position:
        """Add one JSON object given as text. When it cannot be written in full, nothing of it stays."""
        body = record.encode()[1:]
        line = b'{"crc": "%08x", ' % zlib.crc32(body) + body + b"\n"
        place = Position(self._end, len(line))
        try:
            if (written := os.write(self._handle, line)) < len(line):
                # A full disk takes a part first and says why only when it is asked to take the rest.
                os.write(self._handle, line[written:])
            self._end += len(line)
            self._count()
        except OSError as error:
            os.ftruncate(self._handle, place.offset)
            self._end = place.offset
            raise file_error(error, self.path) from error
        return place

    def read(self, place: Position) -> bytes:
        """The JSON object at that place."""
        with named_errors(self.path, "read"):
            line = os.pread(self._handle, place.length, place.offset)
        body = _body(line)
        if body is None:
            raise FileError(f"{self.path} was changed by somebody else while it was in use", hint="start over with --restart")
        return b"{" + body

    def clear(self) -> None:
        """Forget everything."""
        with named_errors(self.path):
            os.ftruncate(self._handle, 0)
            os.fsync(self._handle)
        self._end = 0

    def sync(self) -> None:
        """Make all lines durable."""
        with named_errors(self.path):
            os.fsync(self._handle)
        self._unsynced = 0

    def close(self) -> None:
        """Give the file back; the lock goes with it. A journal without a line is removed."""
        if not self._end:
            self.path.unlink(missing_ok=True)
        os.close(self._handle)

    def _count(self) -> None:
        self._unsynced += 1
        if self._unsynced >= self._every:
            os.fsync(self._handle)
            self._unsynced = 0

    def _cut_torn_line(self) -> int:
        with named_errors(self.path):
            end = size = os.fstat(self._handle).st_size
            while end and os.pread(self._handle, 1, end - 1) != b"\n":
                start = max(0, end - 65536)
                found = os.pread(self._handle, end - start, start).rfind(b"\n")
                end = start if found < 0 else start + found + 1
            if end < size:
                self.torn = True
                os.ftruncate(self._handle, end)
                os.fsync(self._handle)
        return end


def _body(line: bytes) -> bytes | None:
    match = _LINE.fullmatch(line.removesuffix(b"\n")) if line.endswith(b"\n") else None
    return match[2] if match and int(match[1], 16) == zlib.crc32(match[2]) else None


def _lock(handle: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no flock; there the lock is left out, as the README says
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FileError(f"{path} is being written by another sqlcoder", hint="wait for it, or choose another --out") from None
    except OSError as error:
        raise file_error(error, path, "lock") from error
