"""One branch to a file and back: llama.cpp's own format, with a mark at its head that says what it belongs to."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlcoder_core.api import FileError, ModelError, file_error
from sqlcoder_llamacpp.cache import Cache

_HEAD = struct.Struct("<3I")  # llama.cpp's: magic, version, how many numbers follow
_MARK = struct.Struct("<32sIQ")  # ours, which it takes for tokens: hash of the identity, the branch's length, the file's size
_WORDS = _MARK.size // 4


def write_branch(cache: Cache, sequence: int, length: int, identity: str, file: Path) -> None:
    """Write beside the place and move there. Raises FileError."""
    try:
        handle, staged = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise file_error(error, file) from error
    try:
        mark = struct.unpack(f"<{_WORDS}i", _MARK.pack(_hash(identity), length, 0))
        if not cache.write(os.fsencode(staged), sequence, mark):
            raise FileError(f"cannot write {file}: the disk may be full", hint="free some space or set `keep_prefix: memory`")
        _note_size(Path(staged))
        os.replace(staged, file)
    except OSError as error:
        raise file_error(error, file) from error
    finally:
        Path(staged).unlink(missing_ok=True)


def read_branch(room: Callable[[int], Cache], sequence: int, identity: str, file: Path) -> int:
    """Load a branch; returns its length. `room(n)` is the cache with n free cells.

    Raises ValueError for a file that is missing, damaged, or of another model.
    """
    length = _length(file, identity)
    try:
        cache = room(length)
    except ModelError as error:
        raise ValueError(f"{file}: {error}") from error
    if not cache.read(os.fsencode(file), sequence, _WORDS) or cache.end(sequence) != length - 1:
        raise ValueError(f"{file}: of another version of llama.cpp")
    return length


def _note_size(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(_HEAD.size + _MARK.size - 8)
        stream.write(file.stat().st_size.to_bytes(8, "little"))


def _length(file: Path, identity: str) -> int:
    """The branch's length by the file's head. llama.cpp ends the process over a file that is cut, so its size is looked at before."""
    try:
        with file.open("rb") as stream:
            head, size = stream.read(_HEAD.size + _MARK.size), os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from error
    if len(head) < _HEAD.size + _MARK.size or _HEAD.unpack_from(head)[2] != _WORDS:
        raise ValueError(f"{file}: not a branch that this runtime saved")
    hashed, length, whole = _MARK.unpack_from(head, _HEAD.size)
    if hashed != _hash(identity):
        raise ValueError(f"{file}: of another model, or of other settings")
    if size != whole:
        raise ValueError(f"{file}: truncated, {size:,} of {whole:,} bytes")
    return int(length)


def _hash(identity: str) -> bytes:
    return hashlib.sha256(identity.encode()).digest()
