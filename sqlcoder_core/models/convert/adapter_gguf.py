"""A LoRA adapter of PEFT's as a GGUF adapter, which llama.cpp lays over a model while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.adapters import Adapter, LowRank, check_fits
from sqlcoder_core.models.convert.architectures import Architecture, of_config, pairs_from_halves, permuted_heads
from sqlcoder_core.models.convert.made import Made, made
from sqlcoder_core.models.convert.staging import check_room, refuse_existing, staged_file
from sqlcoder_core.models.convert.weights import Weights, read_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray


def convert_adapter(adapter: Path, base: Path, dst: Path, *, overwrite: bool = False) -> Made:
    """Write the adapter in folder `adapter` as the GGUF file `dst`, float32; `base` is its model, of which shapes and heads are read.

    Raises as `Adapter` and `read_weights` do, ModelError where they do not fit, UsageError for an existing destination.
    """
    refuse_existing(dst, overwrite)
    read, weights = Adapter(adapter), read_weights(base)
    check_fits(read, weights)
    architecture = of_config(weights.config, str(base))
    tensors = {_name(architecture, name, read): _rows(architecture, name, part, weights) for name, part in read.parts.items()}
    check_room(dst, sum(part.a.nbytes + part.b.nbytes for part in tensors.values()))
    with staged_file(dst) as staged:
        _write(tensors, architecture, read, staged)
    return made(dst)


def _name(architecture: Architecture, name: str, adapter: Adapter) -> str:
    found = architecture.gguf_name(name)
    if found is None or found.startswith("token_embd"):
        hint = "merge it into its model: `sqlcoder models convert MODEL NEW --adapter ADAPTER`"
        raise ModelError(f"llama.cpp lays no adapter over {name}", place=str(adapter.path), hint=hint)
    return found


def _rows(architecture: Architecture, name: str, part: LowRank, weights: Weights) -> LowRank:
    """With its outputs in the order in which GGUF has the matrix's rows."""
    heads = permuted_heads(architecture, str(architecture.gguf_name(name)), weights.config)
    return part if heads is None else LowRank(part.a, pairs_from_halves(part.b, heads), part.scale)


def _write(tensors: dict[str, LowRank], architecture: Architecture, adapter: Adapter, path: Path) -> None:
    from gguf.gguf_writer import GGUFWriter

    writer = GGUFWriter(path, architecture.word)
    try:
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", adapter.alpha)
        writer.add_name(adapter.path.name)
        for name, part in tensors.items():
            writer.add_tensor(f"{name}.lora_a", _plain(part.a))
            writer.add_tensor(f"{name}.lora_b", _plain(_scaled(part, adapter.alpha)))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _scaled(part: LowRank, alpha: float) -> NDArray[Any]:
    """llama.cpp scales every part by alpha / rank; where this one's scale is another, the difference goes into the matrix."""
    if not alpha:
        return part.b * 0
    return part.b * (part.scale * part.rank / alpha)


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.ascontiguousarray(array, dtype=np.float32)
