"""Matrices in blocks of few bits, as ONNX Runtime's MatMulNBits reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Bits = Literal[4, 8]
BLOCK = 32
"""Numbers along a row that share one scale, as in GGUF's Q4 and Q8 types."""
_WIDTHS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
"""Parts of a block's range that 4 bits are tried on."""
_ROWS = 2048
"""Rows in work at once: what is needed beside the matrix and its result stays at a few megabytes."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix `[rows, columns]` in blocks along its rows; a number is `(packed - zero point) * scale`.

    `packed` is uint8 `[rows, blocks, BLOCK * bits / 8]` (4 bits: the first of a pair in the low half), `scales` float32
    `[rows, blocks]`, `zeros` uint8 `[rows, ceil(blocks / 2)]` in 4 bits packed the same way, None in 8 bits, where it is always 128.
    Layout: the documentation of `com.microsoft.MatMulNBits`.
    """

    packed: NDArray[np.uint8]
    scales: NDArray[np.float32]
    zeros: NDArray[np.uint8] | None


def in_blocks(matrix: NDArray[Any], bits: Bits) -> Blocks:
    """`matrix` `[rows, columns]` in 8 bits around zero, or in 4 bits between each block's least and greatest."""
    import numpy as np

    rows, columns = matrix.shape
    count = -(-columns // BLOCK)
    packed = np.empty((rows, count, BLOCK * bits // 8), np.uint8)
    scales = np.empty((rows, count), np.float32)
    zeros = np.empty((rows, -(-count // 2)), np.uint8) if bits == 4 else None
    for start in range(0, rows, _ROWS):
        part = slice(start, min(start + _ROWS, rows))
        padded = np.zeros((part.stop - start, count * BLOCK), np.float32)
        padded[:, :columns] = matrix[part]
        blocks = padded.reshape(-1, count, BLOCK)
        if zeros is None:
            packed[part], scales[part] = _in_8(blocks)
        else:
            packed[part], scales[part], zeros[part] = _in_4(blocks)
    return Blocks(packed, scales, zeros)


def _in_8(blocks: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    import numpy as np

    scales = np.abs(blocks).max(axis=2) / np.float32(127)
    steps = np.divide(blocks, scales[:, :, None], out=np.zeros_like(blocks), where=scales[:, :, None] > 0)
    return (np.rint(steps) + 128).astype(np.uint8), scales


def _in_4(blocks: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    """The best of several widths for each block: clipping its one or two largest numbers often makes all others finer."""
    import numpy as np

    best = _fitted(blocks, _WIDTHS[0])
    for width in _WIDTHS[1:]:
        other = _fitted(blocks, width)
        better = other.error < best.error
        for kept, found in zip(best.parts, other.parts, strict=True):
            kept[better] = found[better]
    zeros = np.pad(best.zeros, ((0, 0), (0, best.zeros.shape[1] % 2)))
    return _paired(best.numbers), best.scales, _paired(zeros)


@dataclass(frozen=True, slots=True)
class _Fit:
    numbers: NDArray[np.uint8]
    scales: NDArray[np.float32]
    zeros: NDArray[np.uint8]
    error: NDArray[np.float32]

    @property
    def parts(self) -> tuple[NDArray[Any], ...]:
        return self.numbers, self.scales, self.zeros, self.error


def _fitted(blocks: NDArray[np.float32], width: float) -> _Fit:
    """Sixteen steps over `width` of each block's range; then the scale with the least squared error for the steps so taken."""
    import numpy as np

    least, greatest = np.minimum(blocks.min(axis=2), 0), np.maximum(blocks.max(axis=2), 0)
    scales = (greatest - least) * np.float32(width / 15)
    scales[scales == 0] = 1
    zeros = np.clip(np.rint(least * np.float32(-width) / scales), 0, 15)
    numbers = np.clip(np.rint(blocks / scales[:, :, None]) + zeros[:, :, None], 0, 15)
    steps = numbers - zeros[:, :, None]
    squares = np.square(steps).sum(axis=2)
    scales = np.divide((steps * blocks).sum(axis=2), squares, out=scales, where=squares > 0)
    error = np.square(steps * scales[:, :, None] - blocks).sum(axis=2)
    return _Fit(numbers.astype(np.uint8), scales, zeros.astype(np.uint8), error)


def _paired(numbers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    pairs: NDArray[np.uint8] = numbers[..., 0::2] | (numbers[..., 1::2] << np.uint8(4))
    return pairs
