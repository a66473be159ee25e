"""One branch's keys and values to a file and back: a line that says whose they are, then float32 rows."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.api import file_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC = "sqlcoder onnx state 1"
_LONGEST = 4096
"""Bytes that the first line has at most."""


def write_state(file: Path, identity: str, block: NDArray[Any]) -> None:
    """Write `block` `[tensors, heads, rows, size]` of the model `identity`, beside the place first. Raises FileError."""
    import numpy as np

    header = {"magic": _MAGIC, "model": identity, "dtype": str(block.dtype), "shape": block.shape}
    try:
        handle, staged = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
    except OSError as error:
        raise file_error(error, file) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(json.dumps(header).encode() + b"\n")
            stream.write(np.ascontiguousarray(block).data)
        os.replace(staged, file)
    except OSError as error:
        raise file_error(error, file) from error
    finally:
        Path(staged).unlink(missing_ok=True)


def read_state(file: Path, identity: str, shape: tuple[int, int, int], dtype: str = "float32") -> NDArray[Any]:
    """What `write_state` wrote, mapped from the file. `shape` is (tensors, heads, size).

    Raises ValueError for a file that cannot be read, is not whole, or is of another model.
    """
    import numpy as np

    try:
        with file.open("rb") as stream:
            line = stream.readline(_LONGEST)
        size = file.stat().st_size - len(line)
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from error
    rows = _rows(file, line, {"magic": _MAGIC, "model": identity, "dtype": dtype}, shape)
    full = (shape[0], shape[1], rows, shape[2])
    if size != int(np.prod(full)) * np.dtype(dtype).itemsize:
        raise ValueError(f"{file}: truncated")
    return np.memmap(file, dtype, "r", len(line), full)


def _rows(file: Path, line: bytes, wanted: dict[str, str], shape: tuple[int, int, int]) -> int:
    try:
        header = json.loads(line)
        tensors, heads, rows, size = header["shape"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file}: not a state that this runtime saved") from error
    said = {key: header.get(key) for key in wanted}
    if said != wanted or (tensors, heads, size) != shape or not isinstance(rows, int) or rows < 1:
        raise ValueError(f"{file}: of another model, or of other settings")
    return rows
