"""One of our graphs, bound once to its buffers: rows of tokens in, logits out, keys and values written in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlcoder_onnx.buffers import Buffers
from sqlcoder_onnx.layout import TreeLayout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sqlcoder_core.contracts.model_engine import Logits


class TreeGraph:
    """Runs a graph as `sqlcoder_core.models.convert.onnx_graph` writes it. The names of inputs are explained there."""

    def __init__(self, session: Any, layout: TreeLayout, device: str) -> None:
        self.layout = layout
        self._session, self._device = session, device
        self.forget()

    def forget(self) -> None:
        """Give the buffers back, and begin with empty ones."""
        self.buffers = Buffers(2 * self.layout.layers, self.layout.kv_heads, self.layout.head_dim, self._device)
        self._binding = self._session.io_binding()
        self._bound = -1
        self._shape = (0, 0)
        self._numbers: dict[str, NDArray[Any]] = {}
        self._logits: NDArray[np.float32] | None = None

    def run(self, tokens: Sequence[int], positions: Sequence[int], bias: NDArray[np.float32], used: int, wanted: Sequence[int]) -> Logits:
        """Compute `tokens` as rows `used` and behind; `bias` `[tokens, used + tokens]` is what is added to their scores.

        Returns the logits `[wanted, vocabulary]` of those rows among the new ones, good until the next call.
        """
        import numpy as np

        self._bind_buffers()
        self._bind_shape(len(tokens), len(wanted))
        total = used + len(tokens)
        said: dict[str, Any] = {"input_ids": tokens, "position_ids": positions, "logit_rows": wanted}
        said |= {"seqlens_k": total - 1, "total_sequence_length": total, "write_index": used, "valid": total}
        for name, array in self._numbers.items():
            array[...] = said[name]
        if self._device != "cpu":
            self._bind_numbers()  # there, binding copies
        self._binding.bind_ortvalue_input("attention_bias", _value(np.ascontiguousarray(bias)[None, None]))
        self._session.run_with_iobinding(self._binding)
        assert self._logits is not None
        return self._logits

    def _bind_shape(self, rows: int, wanted: int) -> None:
        """Inputs and logits for so many rows, where the last call had others: a step after a step only writes into them."""
        import numpy as np

        if (rows, wanted) == self._shape:
            return
        self._numbers = {
            "input_ids": np.zeros((1, rows), np.int64),
            "position_ids": np.zeros((1, rows), np.int64),
            "logit_rows": np.zeros(wanted, np.int64),
        }
        if self.layout.graph == "contrib":
            self._numbers |= {"seqlens_k": np.zeros(1, np.int32), "total_sequence_length": np.zeros((), np.int32)}
        else:
            self._numbers |= {"write_index": np.zeros(1, np.int64), "valid": np.zeros(1, np.int64)}
        self._bind_numbers()
        self._logits = np.empty((wanted, self.layout.vocabulary), np.float32)
        self._binding.bind_ortvalue_output("logits", _value(self._logits))
        self._shape = (rows, wanted)

    def _bind_numbers(self) -> None:
        for name, array in self._numbers.items():
            self._binding.bind_ortvalue_input(name, _value(array))

    def _bind_buffers(self) -> None:
        if self._bound == self.buffers.capacity:
            return
        for index, value in enumerate(self.buffers.values):
            layer, part = index // 2, ("key", "value")[index % 2]
            self._binding.bind_ortvalue_input(f"past.{layer}.{part}", value)
            self._binding.bind_ortvalue_output(f"present.{layer}.{part}", value)
        self._bound = self.buffers.capacity


def _value(array: NDArray[Any]) -> Any:
    from onnxruntime import OrtValue

    return OrtValue.ortvalue_from_numpy(array)
