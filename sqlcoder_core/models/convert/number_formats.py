"""Arrays as the bytes of a number format: float32, float16, bfloat16, and GGUF's 8-bit blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sqlcoder_core.models.convert.weights import Weights

FLOATS = {"f32": 4, "f16": 2, "bf16": 2}
Q8_0_BLOCK, Q8_0_BYTES = 32, 34
_BLOCK_NUMBERS = 1 << 24  # 64 MB as float32
_STORED = {"F16": "f16", "BF16": "bf16"}


def size_of(numbers: int, dtype: str) -> int:
    """Bytes that so many numbers take."""
    return numbers // Q8_0_BLOCK * Q8_0_BYTES if dtype == "q8_0" else numbers * FLOATS[dtype]


def encoded(array: NDArray[Any], dtype: str, name: str) -> NDArray[Any]:
    """An array in a number format: as float32, as float16, as the bits of bfloat16 (uint16), or as rows of bytes (`q8_0`).

    Raises ModelError, naming the tensor, where a number is too large for float16.
    """
    import numpy as np

    if dtype == "f32":
        return np.ascontiguousarray(array, dtype="<f4")
    if dtype == "f16":
        return _half(array, name)
    if dtype == "bf16":
        return _brain(np.ascontiguousarray(array, dtype="<f4").view("<u4"))
    from gguf.constants import GGMLQuantizationType
    from gguf.quants import quantize

    rows: NDArray[Any] = quantize(np.ascontiguousarray(array, dtype=np.float32), GGMLQuantizationType.Q8_0)
    return rows


def encoded_blocks(weights: Weights, name: str, dtype: str) -> Iterator[NDArray[Any]]:
    """A tensor in a number format, in blocks of rows, so that memory holds a part of the largest."""
    shape = weights.shape(name)
    step = max(1, _BLOCK_NUMBERS // max(1, math.prod(shape[1:]))) if len(shape) > 1 else max(1, shape[0] if shape else 1)
    for first in range(0, shape[0] if shape else 1, step):
        yield encoded(weights.rows(name, first, first + step), dtype, name)


def checked_dtype(given: str | None, weights: Weights, known: tuple[str, ...]) -> str:
    """The number format to write: the one that was asked for, or the one that loses nothing.

    That is how most of the matrices are stored, and float32 where they are quantised. Raises UsageError for an unknown word.
    """
    if given is None:
        return stored_dtype(weights)
    if given not in known:
        raise UsageError(f"the number format {given!r} cannot be written here", hint=f"choose one of {', '.join(known)}")
    return given


def stored_dtype(weights: Weights) -> str:
    """The plain number format that holds all of what is stored."""
    kinds = {weights.stored_as(name) for name in weights.names() if len(weights.shape(name)) > 1}
    return _STORED.get(next(iter(kinds)), "f32") if len(kinds) == 1 else "f32"


def _brain(bits: NDArray[Any]) -> NDArray[Any]:
    """The upper halves of float32's bits, rounded to the nearest, ties to even; NaN stays NaN. (gguf's own does the same, slowly.)"""
    import numpy as np

    upper: NDArray[Any] = bits >> 16
    rounded: NDArray[Any] = ((bits + (upper & 1) + 0x7FFF) >> 16).astype("<u2")
    nan = (bits & 0x7FFFFFFF) > 0x7F800000
    if nan.any():
        np.copyto(rounded, (upper | 0x40).astype("<u2"), where=nan)
    return rounded


def _half(array: NDArray[Any], name: str) -> NDArray[Any]:
    import numpy as np

    with np.errstate(over="ignore"):
        half = np.ascontiguousarray(array, dtype="<f2")
    if array.dtype != half.dtype and np.isinf(half).any() and not np.array_equal(np.isinf(half), np.isinf(array)):
        raise ModelError(f"numbers of the tensor {name} are too large for float16", hint="write bf16 or f32 instead")
    return half
