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
        self._logits: Logits | None = None

    def run(self, tokens: Sequence[int], positions: Sequence[int], bias: NDArray[np.float32], used: int, wanted: Sequence[int]) -> Logits:
        """Compute `tokens` as rows `used` and behind; `bias` `[tokens, used + tokens]` is what is added to their scores.

        Returns the logits `[wanted, vocabulary]` of those rows among the new ones, good until the next call.
        """
        import numpy as np

        self._bind_buffers()
        total = used + len(tokens)
        arrays: dict[str, NDArray[Any]] = {
            "input_ids": np.array([tokens], np.int64),
            "position_ids": np.array([positions], np.int64),
            "attention_bias": np.ascontiguousarray(bias)[None, None],
            "logit_rows": np.array(wanted, np.int64),
        }
        if self.layout.graph == "contrib":
            arrays |= {"seqlens_k": np.array([total - 1], np.int32), "total_sequence_length": np.array(total, np.int32)}
        else:
            arrays |= {"write_index": np.array([used], np.int64), "valid": np.array([total], np.int64)}
        logits = self._room_for(len(wanted))
        for name, array in arrays.items():
            self._binding.bind_ortvalue_input(name, _value(array))
        self._binding.bind_ortvalue_output("logits", _value(logits))
        self._session.run_with_iobinding(self._binding)
        return logits

    def _bind_buffers(self) -> None:
        if self._bound == self.buffers.capacity:
            return
        for index, value in enumerate(self.buffers.values):
            layer, part = index // 2, ("key", "value")[index % 2]
            self._binding.bind_ortvalue_input(f"past.{layer}.{part}", value)
            self._binding.bind_ortvalue_output(f"present.{layer}.{part}", value)
        self._bound = self.buffers.capacity

    def _room_for(self, rows: int) -> Logits:
        import numpy as np

        if self._logits is None or len(self._logits) < rows:
            self._logits = np.empty((rows, self.layout.vocabulary), np.float32)
        return self._logits[:rows]


def _value(array: NDArray[Any]) -> Any:
    from onnxruntime import OrtValue

    return OrtValue.ortvalue_from_numpy(array)
