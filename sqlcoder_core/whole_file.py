"""Files that appear complete or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from sqlcoder_core.errors import FileError

_NEXT_STEPS = {
    errno.ENOSPC: "free some space or choose another place",
    errno.EDQUOT: "free some of your quota or choose another place",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f) or choose another place",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "create the folder first",
    errno.EACCES: "choose a place that you may write to",
    errno.EPERM: "choose a place that you may write to",
    errno.EROFS: "choose a place that you may write to",
    errno.EISDIR: "name a file, not a folder",
}


@contextmanager
def named_errors(path: Path | str, doing: str = "write") -> Iterator[None]:
    """Errors of the operating system become a FileError that names the file, the reason and the next step."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise file_error(error, path, doing) from error


def file_error(error: OSError, path: Path | str, doing: str = "write") -> FileError:
    """The FileError that tells this error of the operating system."""
    reason = (error.strerror or str(error)).lower()
    hint = _NEXT_STEPS.get(error.errno or 0) if doing == "write" else None
    return FileError(f"cannot {doing} {path}: {reason}", hint=hint)


class WholeFile:
    """A file that is written beside its place and moved there by `commit`; until then the old one stays.

    `staged` is the path being written, for writers that want a path. What is neither committed nor discarded is removed
    when the program ends. A device or a pipe (`/dev/stdout`) is written directly. Raises FileError.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = self.staged = Path(os.path.realpath(path))
        self._leftover: weakref.finalize[..., WholeFile] | None = None
        with named_errors(path):
            device = _is_device(self.path)
            handle = os.open(self.path, os.O_WRONLY) if device else self._stage()
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        if not device:
            self._leftover = weakref.finalize(self, _give_up, self._file, self.staged)

    def _stage(self) -> int:
        if self.path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if self.path.exists() and not os.access(self.path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        handle, staged = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.", suffix=".part")
        os.chmod(staged, _mode(self.path))
        self.staged = Path(staged)
        return handle

    def write(self, text: str) -> None:
        """Append text, in UTF-8."""
        with named_errors(self.path):
            self._file.write(text)

    def commit(self) -> None:
        """Make the contents durable and put the file in its place."""
        with named_errors(self.path):
            try:
                self._file.close()
            except OSError:
                self.discard()
                raise
            if self._leftover is not None:
                sync(self.staged)
                os.replace(self.staged, self.path)
                self._leftover.detach()
                sync(self.path.parent)

    def discard(self) -> None:
        """Forget what was written; the old file stays."""
        if self._leftover is not None:
            self._leftover()


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power failure."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network and fuse file systems refuse to sync a folder; the rename itself is still atomic.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _mode(path: Path) -> int:
    """The old file's rights, or those a new file gets under the user's umask."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


def _give_up(file: TextIO, staged: Path) -> None:
    with suppress(OSError):  # the contents are given up, so an error while flushing them tells nothing
        file.close()
    staged.unlink(missing_ok=True)
