"""Keys and values of all rows of a tree, in memory that ONNX Runtime reads and writes in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlcoder_core.api import ModelError, available_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Block = NDArray[np.float32]

_STEP = 256
"""Rows are added in multiples of this."""


class Buffers:
    """For each of `tensors` (keys and values of every layer) one float32 buffer `[1, heads, capacity, size]` on `device`.

    On the CPU the arrays are the very memory that is computed with; elsewhere they are copied there and back, which happens when
    rows are moved, saved or restored, and not in a step. `values` are what a session's inputs and outputs are bound to.
    """

    def __init__(self, tensors: int, heads: int, size: int, device: str) -> None:
        self.values: list[Any] = []
        self.capacity = 0
        self._tensors, self._heads, self._size, self._device = tensors, heads, size, device
        self._arrays: list[Block] = []

    def grow(self, capacity: int, used: int) -> None:
        """Make room for `capacity` rows; the first `used` stay. Raises ModelError where there is not that much memory."""
        import numpy as np

        if capacity <= self.capacity:
            return
        capacity = -(-capacity // _STEP) * _STEP
        shape = (1, self._heads, capacity, self._size)
        self._check(4 * self._tensors * int(np.prod(shape)), capacity)
        for index in range(self._tensors):
            try:
                fresh = np.zeros(shape, np.float32)
            except MemoryError as error:
                raise _too_much(capacity) from error
            if used:
                fresh[:, :, :used] = self._host(index)[:, :, :used]
            self._keep(index, fresh)
        self.capacity = capacity

    def move(self, rows: Rows, first: int) -> None:
        """Put the contents of `rows` (ascending, none below `first`) at `first`, `first + 1`, ..."""
        for index in range(self._tensors):
            array = self._host(index)
            array[:, :, first : first + len(rows)] = array[:, :, rows]
            self._renew(index, array)

    def read(self, rows: Rows) -> Block:
        """The contents of `rows`: `[tensors, heads, rows, size]`."""
        import numpy as np

        return np.stack([self._host(index)[0][:, rows] for index in range(self._tensors)])

    def write(self, first: int, block: Block) -> None:
        """What `read` gave, at `first` and behind."""
        for index in range(self._tensors):
            array = self._host(index)
            array[0, :, first : first + block.shape[2]] = block[index]
            self._renew(index, array)

    def _host(self, index: int) -> Block:
        if self._device == "cpu":
            return self._arrays[index]
        copied: Block = self.values[index].numpy()
        return copied

    def _renew(self, index: int, array: Block) -> None:
        if self._device != "cpu":
            self.values[index].update_inplace(array)

    def _keep(self, index: int, array: Block) -> None:
        from onnxruntime import OrtValue

        value = OrtValue.ortvalue_from_numpy(array, self._device, 0)
        if index == len(self.values):
            self.values.append(value)
            self._arrays.append(array)
        else:
            self.values[index], self._arrays[index] = value, array
        if self._device != "cpu":
            self._arrays[index] = array[:, :, :0].copy()

    def _check(self, wanted: int, capacity: int) -> None:
        there = available_bytes() if self._device == "cpu" else None
        if there is not None and wanted > there:
            raise _too_much(capacity, f" ({wanted / 1e9:.1f} GB, and {there / 1e9:.1f} GB are free)")


def _too_much(rows: int, detail: str = "") -> ModelError:
    hint = "lower `beams`, `together` or `max_tokens`, or take a smaller model"
    return ModelError(f"no memory for the state of {rows} tokens{detail}", hint=hint)
