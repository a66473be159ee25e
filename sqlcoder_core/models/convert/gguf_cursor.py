"""Values of a GGUF file's header, read one after the other; no length is believed before the file is known to hold it."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sqlcoder_core.errors import FileError, ModelError

_STRING = 8
# Value types of key-values by their number, as struct spells them. Source: ggml/docs/gguf.md.
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_LONGEST_TEXT = 1 << 26  # bytes; chat templates have kilobytes
_MOST_ELEMENTS = 1 << 24  # vocabularies have less than a million


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """Where an array of the metadata lies: `type` is the number of its elements' value type, `length` how many there are."""

    type: int
    length: int
    offset: int


class Mapped:
    """A file mapped into memory for reading."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._map: mmap.mmap | bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file cannot be mapped
            self._map = b""
        except OSError as error:
            raise FileError(f"cannot read {path}: {(error.strerror or str(error)).lower()}", hint="name a .gguf file") from error

    def __enter__(self) -> mmap.mmap | bytes:
        return self._map

    def __exit__(self, *_: object) -> None:
        if isinstance(self._map, mmap.mmap):
            self._map.close()


class Cursor:
    """A place in the file that moves on as values are read."""

    def __init__(self, data: mmap.mmap | bytes, path: Path, at: int = 0) -> None:
        self._data, self._path, self.at = data, path, at
        self._end = len(data)

    def take(self, count: int) -> bytes:
        """The next bytes."""
        self._need(count)
        self.at += count
        return self._data[self.at - count : self.at]

    def number(self, form: str) -> Any:
        """The next number, in struct's words."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self, longest: int = _LONGEST_TEXT) -> str:
        """The next text; what is no UTF-8 in it becomes U+FFFD."""
        length = self.number("<Q")
        if length > longest:
            self.broken(f"a text of {length} bytes, of which {longest} are the most")
        return self.take(length).decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """The next value of a type that is no array."""
        if kind == _STRING:
            return self.text()
        if kind not in _SCALARS:
            self.broken(f"a value of unknown type {kind}")
        return self.number(_SCALARS[kind])

    def skip_array(self) -> ArrayInfo:
        """Where the next array lies, without reading it."""
        kind, length = self.number("<I"), self.number("<Q")
        start = self.at
        if kind == _STRING:
            self._need(8 * length)
            self._skip_texts(length)
        elif kind in _SCALARS:
            size = struct.calcsize(_SCALARS[kind]) * length
            self._need(size)
            self.at += size
        else:
            self.broken(f"an array of unknown type {kind}")
        return ArrayInfo(kind, length, start)

    def elements(self, kind: int, length: int) -> list[Any]:
        """The next elements of an array; texts must be UTF-8."""
        if length > _MOST_ELEMENTS:
            self.broken(f"an array of {length} elements")
        if kind == _STRING:
            return [self._strict_text() for _ in range(length)]
        form = _SCALARS[kind]
        return list(struct.unpack(f"<{length}{form[1]}", self.take(struct.calcsize(form) * length)))

    def broken(self, what: str) -> NoReturn:
        """Raise the ModelError that says where and what."""
        raise ModelError(f"the header is broken at byte {self.at}: {what}", place=str(self._path), hint="fetch the file again")

    def _skip_texts(self, length: int) -> None:
        at, end, data, read = self.at, self._end, self._data, struct.Struct("<Q").unpack_from
        for _ in range(length):
            if at + 8 > end:
                self._truncated()
            at += 8 + read(data, at)[0]
        if at > end:
            self._truncated()
        self.at = at

    def _strict_text(self) -> str:
        try:
            return self.take(self.number("<Q")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ModelError(f"a text at byte {self.at} is not UTF-8", place=str(self._path), hint="fetch the file again") from error

    def _need(self, count: int) -> None:
        if self.at + count > self._end:
            self._truncated()

    def _truncated(self) -> NoReturn:
        said = f"truncated: the header goes on behind the file's end at byte {self._end}"
        raise ModelError(said, place=str(self._path), hint="fetch the file again")
