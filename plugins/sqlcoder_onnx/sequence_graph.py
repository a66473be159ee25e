"""A graph of Optimum's or onnxruntime-genai's: whole sequences with their pasts in, logits and longer pasts out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlcoder_core.api import ModelError
from sqlcoder_onnx.layout import SequenceLayout

if TYPE_CHECKING:
    from numpy.typing import NDArray

Past = tuple["NDArray[Any]", ...]
"""Keys and values of every layer, each `[sequences, heads, tokens, size]`."""
_TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16"}
_HINT = "convert the model from its safetensors with `sqlcoder models convert`, which makes a graph that is faster here, too"


class SequenceGraph:
    """Runs a graph whose inputs are those of SequenceLayout. Raises ModelError for one that has others, or keeps no past."""

    def __init__(self, session: Any, layout: SequenceLayout) -> None:
        self._session, self._layout = session, layout
        self._inputs = {one.name: one for one in session.get_inputs()}
        outputs = {one.name: one for one in session.get_outputs()}
        self._refuse_unknown(outputs)
        self.layers = sum(1 for _ in self._layer_names())
        self._names = [layout.logits, *(name for pair in self._present_names() for name in pair)]
        first = self._inputs[layout.past_key % 0]
        self.dtype = self._dtype(first)
        self.shapes = [self._shape(self._inputs[name]) for pair in self._layer_names() for name in pair]
        self.vocabulary = self._width(outputs[layout.logits])
        self.one_by_one = self._inputs[layout.input_ids].shape[1] == 1
        self.alone = self._inputs[layout.input_ids].shape[0] == 1

    def empty(self) -> Past:
        """A past of no tokens."""
        import numpy as np

        return tuple(np.zeros((1, heads, 0, size), self.dtype) for heads, size in self.shapes)

    def run(self, tokens: NDArray[Any], past: Past) -> tuple[NDArray[Any], Past]:
        """Compute `tokens` `[sequences, n]` behind `past`; returns the last tokens' logits `[sequences, vocabulary]` and the new past."""
        import numpy as np

        sequences, count = tokens.shape
        before = past[0].shape[2]
        names = (name for pair in self._layer_names() for name in pair)
        feeds: dict[str, Any] = {self._layout.input_ids: tokens, **dict(zip(names, past, strict=True))}
        optional = {
            self._layout.attention_mask: np.ones((sequences, before + count), np.int64),
            self._layout.position_ids: np.broadcast_to(np.arange(before, before + count), (sequences, count)).copy(),
            self._layout.use_cache_branch: np.array([before > 0]),
        }
        for name, array in optional.items():
            if name in self._inputs:
                feeds[name] = array.astype(np.int32) if self._inputs[name].type == "tensor(int32)" else array
        logits, *present = self._session.run(self._names, feeds)
        return logits[:, -1].astype(np.float32), tuple(present)

    def _layer_names(self) -> list[tuple[str, str]]:
        layout = self._layout
        found: list[tuple[str, str]] = []
        while layout.past_key % len(found) in self._inputs:
            found.append((layout.past_key % len(found), layout.past_value % len(found)))
        return found

    def _present_names(self) -> list[tuple[str, str]]:
        return [(self._layout.present_key % layer, self._layout.present_value % layer) for layer in range(self.layers)]

    def _refuse_unknown(self, outputs: dict[str, Any]) -> None:
        layout, place = self._layout, str(self._layout.file)
        if any(name.startswith("encoder_") for name in self._inputs):
            hint = "use the runtime `transformers` with the model's safetensors, or a decoder-only model"
            raise ModelError("a decoder that needs an encoder is not run here", place=place, hint=hint)
        pairs = self._layer_names()
        if not pairs:
            hint = "export it with its past (`optimum-cli export onnx --task text-generation-with-past`), or use `sqlcoder models convert`"
            raise ModelError("the graph keeps no past, so that every token would compute all before it", place=place, hint=hint)
        known = {layout.input_ids, layout.attention_mask, layout.position_ids, layout.use_cache_branch}
        strange = [name for name in self._inputs if name not in known and not any(name in pair for pair in pairs)]
        if strange or layout.input_ids not in self._inputs:
            said = f"asks for {', '.join(strange[:4])}" if strange else f"has no input {layout.input_ids}"
            raise ModelError(f"the graph {said}, which is not known here", place=place, hint=_HINT)
        lacking = [name for name in (layout.logits, layout.present_key % 0) if name not in outputs]
        if lacking:
            raise ModelError(f"the graph has no output {lacking[0]}", place=place, hint=_HINT)

    def _dtype(self, value: Any) -> str:
        if value.type not in _TYPES:
            raise ModelError(f"keeps its past as {value.type}, which is not known here", place=str(self._layout.file), hint=_HINT)
        return _TYPES[value.type]

    def _shape(self, value: Any) -> tuple[int, int]:
        heads, size = value.shape[1], value.shape[3]
        if not isinstance(heads, int) or not isinstance(size, int):
            raise ModelError(f"does not say how large {value.name} is", place=str(self._layout.file), hint=_HINT)
        return heads, size

    def _width(self, value: Any) -> int | None:
        width = value.shape[-1]
        return width if isinstance(width, int) else None


def joined(pasts: Sequence[Past]) -> Past:
    """Pasts of equal lengths as one of several sequences."""
    import numpy as np

    return pasts[0] if len(pasts) == 1 else tuple(np.concatenate(parts) for parts in zip(*pasts, strict=True))
