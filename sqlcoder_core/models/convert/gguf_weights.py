"""Weights of a GGUF file: tensors dequantised one by one, under transformers' names and in its order of rows."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.architectures import check_shapes, halves_from_pairs, of_gguf, permuted_heads
from sqlcoder_core.models.convert.gguf_config import about, config_of
from sqlcoder_core.models.convert.gguf_header import GgufHeader, TensorInfo, part_paths, read_header, refuse_other_kinds
from sqlcoder_core.models.convert.rope import scaling_from_factors
from sqlcoder_core.models.convert.weights import Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FACTORS = "rope_freqs.weight"


class GgufWeights(Weights):
    """See `Weights`. `header` is the first part's; raises ModelError as `read_weights` says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        parts = [read_header(part) for part in part_paths(path)]
        self.header = parts[0]
        refuse_other_kinds(self.header)
        self._check_parts(parts)
        self._where = {tensor.name: (part.path, tensor) for part in parts for tensor in part.tensors}
        self.config = config_of(self.header, {name: tensor for name, (_, tensor) in self._where.items()})
        shapes = {name: tensor.shape for name, (_, tensor) in self._where.items() if name != _FACTORS}
        check_shapes(self._architecture, self.config, shapes, str(path))
        self.about = about(self.header)
        if _FACTORS in self._where:
            factors = self._read(*self._where[_FACTORS])
            self.config["rope_scaling"] = scaling_from_factors(factors, self.config["rope_theta"], str(path))

    def names(self) -> tuple[str, ...]:
        """See `Weights`."""
        return tuple(self._gguf_names)

    def shape(self, name: str) -> tuple[int, ...]:
        """See `Weights`."""
        return self._tensor(name).shape

    def stored_as(self, name: str) -> str:
        """See `Weights`."""
        return self._tensor(name).type.name

    def array(self, name: str) -> NDArray[Any]:
        """See `Weights`."""
        gguf_name = self._gguf_names[name]
        array = self._read(*self._where[gguf_name])
        heads = permuted_heads(self._architecture, gguf_name, self.config)
        return array if heads is None else halves_from_pairs(array, heads)

    def rows(self, name: str, first: int, last: int) -> NDArray[Any]:
        """See `Weights`."""
        gguf_name = self._gguf_names[name]
        if permuted_heads(self._architecture, gguf_name, self.config) is not None:
            return self.array(name)[first:last]
        return self._read(*self._where[gguf_name], slice(first, last))

    def tokenizer_files(self) -> dict[str, bytes]:
        """See `Weights`."""
        from sqlcoder_core.models.convert.tokenizer_from_gguf import tokenizer_files

        tokens = self.header.arrays.get("tokenizer.ggml.tokens")
        if tokens is not None and tokens.length > self.config["vocab_size"]:
            said = f"the vocabulary has {tokens.length} tokens, the matrix {self.config['vocab_size']} rows"
            raise ModelError(said, place=str(self.path), hint="fetch the file again")
        return tokenizer_files(self.header)

    @cached_property
    def _architecture(self) -> Any:
        return of_gguf(self.header.architecture, str(self.path))

    @cached_property
    def _gguf_names(self) -> dict[str, str]:
        return {self._architecture.hf_name(name): name for name in self._where if name != _FACTORS}

    def _tensor(self, name: str) -> TensorInfo:
        return self._where[self._gguf_names[name]][1]

    def _check_parts(self, parts: list[GgufHeader]) -> None:
        if parts[0].parts != len(parts):
            hint = "name the first part as it was published: ...-00001-of-N.gguf"
            said = f"one of {parts[0].parts} parts, but its name says {len(parts)}"
            raise ModelError(said, place=str(self.path), hint=hint)
        promised = parts[0].metadata.get("split.tensors.count")
        found = sum(len(part.tensors) for part in parts)
        if promised is not None and promised != found:
            said = f"the parts hold {found} tensors where {promised} are promised"
            raise ModelError(said, place=str(self.path), hint="fetch all parts again")

    def _read(self, path: Path, tensor: TensorInfo, rows: slice = slice(None)) -> NDArray[Any]:
        import numpy as np

        plain = {"F32": "<f4", "F16": "<f2"}.get(tensor.type.name)
        if plain is not None:
            return np.memmap(path, dtype=plain, mode="r", offset=tensor.offset, shape=tensor.shape)[rows]
        width = tensor.shape[-1] // tensor.type.block * tensor.type.block_bytes
        raw = np.memmap(path, dtype=np.uint8, mode="r", offset=tensor.offset, shape=(*tensor.shape[:-1], width))
        return _dequantised(raw[rows] if len(tensor.shape) > 1 else raw, tensor, path)


def _dequantised(raw: NDArray[Any], tensor: TensorInfo, path: Path) -> NDArray[Any]:
    import numpy as np
    from gguf.constants import GGMLQuantizationType
    from gguf.quants import dequantize

    try:
        return np.asarray(dequantize(raw, GGMLQuantizationType(tensor.type.number)), dtype=np.float32)
    except (NotImplementedError, ValueError) as error:
        said = f"the tensor {tensor.name} is stored as {tensor.type.name}, which cannot be dequantised here"
        raise ModelError(said, place=str(path), hint="fetch the model in another quantisation, such as Q8_0") from error
