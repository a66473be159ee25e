"""A graph of ours in fp32 as weights by their Hugging Face names again, so that it can be written anew in fewer bits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.onnx_shape import shape_of
from sqlcoder_core.models.convert.safetensors_weights import read_json
from sqlcoder_core.models.convert.weights import Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sqlcoder_core.models.convert.onnx_graph import Graph

_DESCRIPTION = "sqlcoder_onnx.json"
_MERGED = "q_proj+k_proj+v_proj"
_PROJECTION = re.compile(r"(model\.layers\.\d+\.(?:self_attn|mlp))\.([a-z+_]+)\.(weight|bias)")


class OnnxWeights(Weights):
    """The weights in a folder that `write_onnx` made in fp32; `graph` is its dialect.

    Raises ModelError for a folder of others, for one in fewer bits already, and for a graph that is broken.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        hint = "convert the model from its safetensors or GGUF with `sqlcoder models convert`"
        if not (folder / _DESCRIPTION).is_file():
            raise ModelError("not a graph that sqlcoder wrote, so that its weights cannot be told apart", place=str(folder), hint=hint)
        said = read_json(folder / _DESCRIPTION)
        if said.get("precision") != "fp32":
            raise ModelError(f"is in {said.get('precision')} already: quantise the fp32 graph", place=str(folder), hint=hint)
        self.graph: Graph = "standard" if said.get("graph") == "standard" else "contrib"
        self.config = read_json(folder / "config.json")
        self.about = {}
        self._tensors = _tensors(folder / "model.onnx")
        self._homes = self._found()

    def names(self) -> tuple[str, ...]:
        """See `Weights`."""
        return tuple(self._homes)

    def shape(self, name: str) -> tuple[int, ...]:
        """See `Weights`."""
        return tuple(self.array(name).shape)

    def stored_as(self, name: str) -> str:
        """See `Weights`."""
        return "F32"

    def array(self, name: str) -> NDArray[Any]:
        """See `Weights`; a view of the file."""
        home, part = self._homes[name]
        stored = self._stored(home)
        if part is not None:
            stored = stored[..., part]
        return stored.T if _PROJECTION.fullmatch(home) else stored

    def tokenizer_files(self) -> dict[str, bytes]:
        """See `Weights`."""
        ours = {"config.json", _DESCRIPTION}
        found = (file for file in self.path.iterdir() if file.suffix in (".json", ".jinja") and file.name not in ours)
        return {file.name: file.read_bytes() for file in found}

    def _found(self) -> dict[str, tuple[str, slice | None]]:
        """Hugging Face's name of each tensor, the stored tensor that holds it, and its columns there."""
        homes: dict[str, tuple[str, slice | None]] = {}
        sizes = self._sizes()
        for stored in self._tensors:
            projection = _PROJECTION.fullmatch(stored)
            if projection and projection[2] == _MERGED:
                for name, part in zip(_MERGED.split("+"), sizes, strict=True):
                    homes[f"{projection[1]}.{name}.{projection[3]}"] = (stored, part)
            elif stored.startswith(("model.", "lm_head.")):
                homes[stored] = (stored, None)
        return homes

    def _sizes(self) -> tuple[slice, slice, slice]:
        shape = shape_of(self.config, (), place=str(self.path))
        first, second = shape.heads * shape.head_dim, (shape.heads + shape.kv_heads) * shape.head_dim
        return slice(0, first), slice(first, second), slice(second, None)

    def _stored(self, name: str) -> NDArray[Any]:
        import numpy as np
        from onnx import numpy_helper

        proto = self._tensors[name]
        if not proto.external_data:
            array: NDArray[Any] = numpy_helper.to_array(proto)
            return array
        said = {entry.key: entry.value for entry in proto.external_data}
        file = self.path / Path(said["location"]).name
        try:
            return np.memmap(file, np.float32, "r", int(said["offset"]), tuple(proto.dims))
        except (OSError, ValueError, KeyError, OverflowError) as error:
            raise ModelError(f"the weights are missing or truncated: {error}", place=str(file), hint="convert the model again") from error


def _tensors(file: Path) -> dict[str, Any]:
    import onnx

    try:
        model = onnx.load(str(file), load_external_data=False)
    except Exception as error:  # protobuf's own errors, whose classes differ between its implementations
        raise ModelError(f"the graph is missing or broken: {error}", place=str(file), hint="convert the model again") from error
    return {tensor.name: tensor for tensor in model.graph.initializer}
