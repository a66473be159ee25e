"""States of long prompt beginnings on disk, each file named by the model, engine and tokens that it belongs to, and by its checksum."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import sqlcoder_core
from sqlcoder_core.contracts.model_engine import Handle, TreeSession
from sqlcoder_core.values.generation import ModelFacts

WORTH = 256
"""Tokens from which on a file is written: below, computing them is about as fast as reading them."""
MOST_BYTES = 2 << 30
"""Bytes in the folder; beyond, the files that were not used for longest go."""
STALE_SECONDS = 3600.0
"""Age at which a half-written file is what a killed process left."""
SPARE_BYTES = 2 << 30
"""Bytes that must be free on the disk for a file to be written at all."""
SUFFIX, PARTIAL = ".state", ".part"
_BLOCK = 1 << 20


class KeptFiles:
    """The folder. Files are the user's alone (mode 0600), written whole or not at all; one that cannot be used is removed, and
    so is one that somebody else may have put there (another owner, a link, writable by others): engines read states without much doubt.

    A state is only ever looked up by the hash of all that it depends on, so that a model or engine that changes never meets old ones.
    """

    def __init__(self, folder: Path, session: TreeSession, facts: ModelFacts, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._session, self._most = folder, session, most_bytes
        kind = type(session)
        self._identity = (
            sqlcoder_core.__version__,
            sys.byteorder,
            facts.weights,
            facts.name,
            facts.precision,
            facts.device,
            f"{kind.__module__}.{kind.__qualname__}",
        )

    def read(self, tokens: Sequence[int]) -> Handle | None:
        """The branch of these tokens, or None."""
        if len(tokens) < WORTH:
            return None
        for file in self._folder.glob(f"{self._key(tokens)}-*{SUFFIX}"):
            handle = self._restored(file, len(tokens))
            if handle is not None:
                with suppress(OSError):
                    os.utime(file)
                return handle
            _remove(file)
        return None

    def _restored(self, file: Path, length: int) -> Handle | None:
        try:
            if not _is_ours(file) or not file.name.endswith(f"-{_checksum(file):08x}{SUFFIX}"):
                return None
            handle = self._session.restore(file)
        except Exception:  # noqa: BLE001 - whatever a broken file makes an engine's reader raise means that it is of no use
            return None
        if self._session.length(handle) == length:
            return handle
        self._session.free(handle)
        return None

    def write(self, tokens: Sequence[int], handle: Handle) -> None:
        """Save a branch, where it is worth it. What goes wrong costs only the time that the file would have saved."""
        key = self._key(tokens)
        if len(tokens) < WORTH or any(self._folder.glob(f"{key}-*{SUFFIX}")):
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free < SPARE_BYTES:
                return
            number, name = tempfile.mkstemp(suffix=PARTIAL, prefix=".", dir=self._folder)
            os.close(number)
            self._fill(Path(name), key, handle)
            tidy(self._folder, self._most)

    def _fill(self, partial: Path, key: str, handle: Handle) -> None:
        try:
            self._session.save(handle, partial)
            partial.chmod(0o600)  # a writer that replaces the file gives it the mode of any other
            if partial.stat().st_size <= self._most:
                partial.replace(self._folder / f"{key}-{_checksum(partial):08x}{SUFFIX}")
        except Exception as error:
            # Engines raise what they like over a full disk; the answer does not depend on the file.
            raise OSError(f"cannot save a state: {error}") from error
        finally:
            _remove(partial)

    def _key(self, tokens: Sequence[int]) -> str:
        named = "\0".join((*self._identity, ",".join(map(str, tokens))))
        return hashlib.sha256(named.encode()).hexdigest()[:40]


def tidy(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Remove what killed processes left in the folder and in those below it, and the files that were not used for longest, until the
    rest has `most_bytes` at most."""
    now = time.time()
    for partial, status in _statuses(folder.rglob(f".*{PARTIAL}")):
        if now - status.st_mtime > STALE_SECONDS:
            _remove(partial)
    files = [(status.st_mtime, status.st_size, file) for file, status in _statuses(folder.rglob(f"*{SUFFIX}"))]
    excess = sum(size for _, size, _ in files) - most_bytes
    for _, size, file in sorted(files):
        if excess <= 0:
            return
        _remove(file)
        excess -= size


def _statuses(files: Iterable[Path]) -> Iterator[tuple[Path, os.stat_result]]:
    """Each file with its status; another process may remove one meanwhile."""
    for file in files:
        with suppress(FileNotFoundError):
            yield file, file.stat()


def _checksum(file: Path) -> int:
    """CRC-32 of a file: after a loss of power, or on a failing disk, a file can be whole in size and wrong in content."""
    found = 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found = zlib.crc32(block, found)
    return found


def _is_ours(file: Path) -> bool:
    """True for a plain file that this user alone can have written."""
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        return False
    return sys.platform == "win32" or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def _remove(file: Path) -> None:
    """Remove a file that may be gone, or that somebody else's folder does not let go."""
    with suppress(OSError):
        file.unlink()
