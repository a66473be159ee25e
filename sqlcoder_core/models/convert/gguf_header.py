"""What a GGUF file says of itself, read in milliseconds and with every length checked: the file may be cut, or made to harm."""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.ggml_types import GGML_TYPES, GgmlType
from sqlcoder_core.models.convert.gguf_cursor import ArrayInfo, Cursor, Mapped

_MAGIC = b"GGUF"
_ARRAY = 9
_LONGEST_KEY = 65_535
_MOST_DIMENSIONS = 4
_LEAST_PAIR = 13  # bytes: a length, a type, one byte of value
_LEAST_TENSOR = 32  # bytes: a length, a dimension, a type, an offset
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor as the header names it. `shape` is numpy's order (rows first); `offset` counts bytes from the file's start."""

    name: str
    shape: tuple[int, ...]
    type: GgmlType
    offset: int
    size: int

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        count = 1
        for length in self.shape:
            count *= length
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """A GGUF file's header. `metadata` holds scalars and texts; arrays are named in `arrays` and read by `array` when wanted.

    `data_offset` is where tensor data begin, `size` the file's length in bytes.
    """

    path: Path
    version: int
    metadata: Mapping[str, Any]
    arrays: Mapping[str, ArrayInfo]
    tensors: tuple[TensorInfo, ...]
    data_offset: int
    size: int

    @property
    def architecture(self) -> str:
        """`general.architecture`, or nothing."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def parts(self) -> int:
        """Of how many files the model is made."""
        return max(1, int(self.metadata.get("split.count", 1)))

    def array(self, key: str) -> list[Any]:
        """All elements of an array, texts as str. Raises KeyError for an unknown key and ModelError for broken text."""
        found = self.arrays[key]
        with Mapped(self.path) as data:
            return Cursor(data, self.path, found.offset).elements(found.type, found.length)


def read_header(path: Path, *, whole: bool = True) -> GgufHeader:
    """The header of one GGUF file (of one part, where a model has several).

    `whole`: every tensor must lie within the file; False also reads the head of a file whose tail is not there.
    Raises FileError for a file that cannot be opened, and ModelError for one that is no GGUF, truncated or malformed.
    """
    with Mapped(path) as data:
        return _header(data, path, whole)


def part_paths(path: Path) -> tuple[Path, ...]:
    """All files of a model named `x-00001-of-00003.gguf`, in order; of any other name just the file itself.

    Raises ModelError that names the parts which are missing.
    """
    named = _PART.search(path.name)
    if named is None:
        return (path,)
    stem, count = path.name[: named.start()], int(named[2])
    parts = tuple(path.with_name(f"{stem}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1))
    missing = [part.name for part in parts[:1000] if not part.exists()]
    if missing:
        raise ModelError(
            f"parts of this model are missing: {', '.join(missing[:5])}", place=str(path), hint="fetch all parts into one folder"
        )
    return parts


def refuse_other_kinds(header: GgufHeader) -> None:
    """Raises ModelError for a file that holds something else than a model: an adapter, a projector, a vocabulary."""
    kind = header.metadata.get("general.type", "model")
    if kind == "adapter":
        raise ModelError(
            "an adapter, not a whole model", place=str(header.path), hint="name its base model here, and this file as the adapter"
        )
    if kind != "model" or not header.tensors:
        said = f"a GGUF file of the kind {kind}" if kind != "model" else "a GGUF file without tensors"
        raise ModelError(f"{said}, not a whole model", place=str(header.path), hint="name the file that holds the model")


def _header(data: mmap.mmap | bytes, path: Path, whole: bool) -> GgufHeader:
    cursor = Cursor(data, path)
    version = _checked_start(cursor, data, path)
    tensor_count, pair_count = cursor.number("<Q"), cursor.number("<Q")
    if pair_count * _LEAST_PAIR + tensor_count * _LEAST_TENSOR > len(data):
        cursor.broken(f"{pair_count} key-values and {tensor_count} tensors do not fit into {len(data)} bytes")
    metadata, arrays = _pairs(cursor, pair_count)
    described = [_tensor(cursor) for _ in range(tensor_count)]
    start = _aligned(cursor, metadata.get("general.alignment", 32))
    tensors = tuple(TensorInfo(name, shape, kind, start + offset, size) for name, shape, kind, offset, size in described)
    _check_places(tensors, cursor, len(data) if whole else None, path)
    return GgufHeader(
        path=path, version=version, metadata=metadata, arrays=arrays, tensors=tensors, data_offset=min(start, len(data)), size=len(data)
    )


def _checked_start(cursor: Cursor, data: mmap.mmap | bytes, path: Path) -> int:
    if data[:4] != _MAGIC:
        page = data[:200].lstrip()[:1] == b"<"
        what = "the file is empty" if not data else "not a GGUF file but a web page" if page else "not a GGUF file"
        raise ModelError(what, place=str(path), hint="name a .gguf file, or fetch the file again")
    cursor.take(4)
    version: int = cursor.number("<I")
    if version & 0xFFFF == 0:
        raise ModelError("a GGUF file of big-endian machines, which is not read", place=str(path), hint="fetch the usual one")
    if version not in (2, 3):
        said = f"a GGUF file of version {version}; 2 and 3 are read"
        raise ModelError(said, place=str(path), hint="fetch a newer conversion of the model")
    return version


def _pairs(cursor: Cursor, count: int) -> tuple[dict[str, Any], dict[str, ArrayInfo]]:
    metadata: dict[str, Any] = {}
    arrays: dict[str, ArrayInfo] = {}
    for _ in range(count):
        key = cursor.text(_LONGEST_KEY)
        if key in metadata or key in arrays:
            cursor.broken(f"the key {key!r} stands there twice")
        kind = cursor.number("<I")
        if kind == _ARRAY:
            arrays[key] = cursor.skip_array()
        else:
            metadata[key] = cursor.value(kind)
    return metadata, arrays


def _tensor(cursor: Cursor) -> tuple[str, tuple[int, ...], GgmlType, int, int]:
    name, dimensions = cursor.text(_LONGEST_KEY), cursor.number("<I")
    if not 0 < dimensions <= _MOST_DIMENSIONS:
        cursor.broken(f"the tensor {name!r} has {dimensions} dimensions")
    lengths = [cursor.number("<Q") for _ in range(dimensions)]
    number, offset = cursor.number("<I"), cursor.number("<Q")
    if number not in GGML_TYPES:
        cursor.broken(f"the tensor {name!r} has the number format {number}, which is not known here")
    kind = GGML_TYPES[number]
    size = kind.block_bytes
    for length in lengths:
        size *= length
    if not size or lengths[0] % kind.block:
        cursor.broken(f"the tensor {name!r} of {kind.name} has the sizes {lengths}")
    return name, tuple(reversed(lengths)), kind, offset, size // kind.block


def _aligned(cursor: Cursor, alignment: Any) -> int:
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1) or alignment > 1 << 20:
        cursor.broken(f"an alignment of {alignment}")
    return -(-cursor.at // alignment) * alignment


def _check_places(tensors: tuple[TensorInfo, ...], cursor: Cursor, size: int | None, path: Path) -> None:
    names: set[str] = set()
    for tensor in tensors:
        if tensor.name in names:
            cursor.broken(f"the tensor {tensor.name!r} stands there twice")
        names.add(tensor.name)
    needed = max((tensor.offset + tensor.size for tensor in tensors), default=0)
    if size is not None and needed > size:
        said = f"truncated: the header speaks of {needed:,} bytes, the file has {size:,}"
        raise ModelError(said, place=str(path), hint="fetch the file again")
