"""One .safetensors file, mapped into memory, its header checked; bfloat16 too, which the library's numpy side cannot read."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import FileError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1}
_SIZES |= {"U64": 8, "U32": 4, "U16": 2}
_MOST_HEADER = 100_000_000  # bytes, as the format says


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where one tensor lies: `start` counts bytes from the file's beginning."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    size: int


class SafetensorsFile:
    """A file's tensors by name. Raises FileError for one that cannot be opened, ModelError for one that is broken or truncated.

    Source of the format: https://github.com/huggingface/safetensors (8 bytes of length, a JSON header, the data).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._size = path.stat().st_size
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                if not 1 < length <= min(_MOST_HEADER, self._size - 8):
                    raise self._broken("its header does not fit into it: truncated, or no safetensors file")
                text = file.read(length)
        except OSError as error:
            raise FileError(f"cannot read {path}: {(error.strerror or str(error)).lower()}", hint="fetch the model again") from error
        self._start = 8 + length
        self.tensors = self._tensors(text)

    def array(self, name: str, rows: slice = slice(None)) -> NDArray[Any]:
        """A tensor or some rows of it, not copied where it is float32 or float16; bfloat16 becomes float32."""
        import numpy as np

        found = self.tensors[name]
        stored = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "F64": "<f8"}.get(found.dtype)
        if stored is None:
            hint = "fetch the model in float32, float16 or bfloat16"
            raise ModelError(f"the tensor {name} is stored as {found.dtype}, which is not converted", place=str(self.path), hint=hint)
        if not found.size:
            return np.zeros(found.shape, np.float32)
        raw: NDArray[Any] = np.memmap(self.path, dtype=stored, mode="r", offset=found.start, shape=found.shape)
        raw = raw[rows] if raw.ndim else raw
        if found.dtype == "BF16":
            wide = raw.astype(np.uint32)
            wide <<= 16  # in place: the largest tensors of large models take gigabytes
            return wide.view(np.float32)
        return raw.astype(np.float32) if found.dtype == "F64" else raw

    def _tensors(self, text: bytes) -> dict[str, StoredTensor]:
        try:
            header = json.loads(text)
            named = {name: entry for name, entry in header.items() if name != "__metadata__"}
            return {name: self._tensor(name, entry) for name, entry in named.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self._broken("its header is not what the format asks for") from error

    def _tensor(self, name: str, entry: dict[str, Any]) -> StoredTensor:
        dtype, shape, (first, last) = entry["dtype"], tuple(int(length) for length in entry["shape"]), entry["data_offsets"]
        if dtype not in _SIZES:
            raise self._broken(f"the tensor {name} is stored as {dtype}, which is not known here")
        if any(length < 0 for length in shape) or not 0 <= first <= last or math.prod(shape) * _SIZES[dtype] != last - first:
            raise self._broken(f"the tensor {name} has sizes that do not fit together")
        if self._start + last > self._size:
            raise self._broken(f"truncated: the header speaks of {self._start + last:,} bytes and more, the file has {self._size:,}")
        return StoredTensor(dtype, shape, self._start + first, last - first)

    def _broken(self, what: str) -> ModelError:
        return ModelError(what, place=str(self.path), hint="fetch the file again")
