"""One model in, the same model in another format out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from sqlcoder_core.errors import UsageError
from sqlcoder_core.models.convert.adapters import Adapter, MergedWeights
from sqlcoder_core.models.convert.gguf_write import write_gguf
from sqlcoder_core.models.convert.made import Made, Progress, made
from sqlcoder_core.models.convert.safetensors_write import write_safetensors
from sqlcoder_core.models.convert.staging import refuse_existing
from sqlcoder_core.models.convert.weights import Weights, read_weights
from sqlcoder_core.values.model_files import ModelKind

# What the number formats are called here, and in the ONNX graphs.
_PRECISIONS = {None: "fp32", "f32": "fp32", "fp32": "fp32", "int8": "int8", "int4": "int4"}


def convert(
    src: Path,
    dst: Path,
    *,
    adapter: Path | None = None,
    dtype: str | None = None,
    graph: Literal["contrib", "standard"] = "contrib",
    overwrite: bool = False,
    kind: ModelKind | None = None,
    progress: Progress | None = None,
) -> Made:
    """Write the model at `src` to `dst`, with the LoRA adapter in the folder `adapter` merged into it where one is given.

    `src` is a GGUF file or a folder of safetensors. `dst` tells the format unless `kind` does: `.gguf` is a file, `.onnx` a folder
    with a graph (`graph`: contrib for CPU, standard for CUDA), any other name a folder of safetensors. `dtype` is f32, f16 or bf16, for
    GGUF also q8_0, for ONNX f32, int8 or int4; None takes what loses nothing. Nothing is left where it fails.
    Raises UsageError for a destination that exists (unless `overwrite`) or a format that cannot be written there, FileError for a
    disk without room, ModelError for a source that is broken, refused, or not to be said in the other format.
    """
    kind = kind or kind_of(dst)
    refuse_existing(dst, overwrite)
    if src.exists() and dst.exists() and src.samefile(dst):
        raise UsageError(f"{dst} cannot be converted onto itself", hint="choose another name")
    weights = read_weights(src)
    if adapter is not None:
        weights = MergedWeights(weights, Adapter(adapter))
    if kind == "gguf":
        return made(dst, write_gguf(weights, dst, dtype=dtype, progress=progress))
    if kind == "safetensors":
        write_safetensors(weights, dst, dtype=dtype, progress=progress)
    else:
        _write_onnx(weights, dst, dtype, graph, progress)
    return made(dst)


def kind_of(dst: Path) -> ModelKind:
    """The format that a destination's name asks for. Raises UsageError for names of single files that no format here is."""
    if dst.suffix in (".safetensors", ".bin", ".pt", ".json"):
        raise UsageError(f"a model is a folder of safetensors, not {dst.name}", hint="name a folder, or end the name in .gguf or .onnx")
    return {".gguf": "gguf", ".onnx": "onnx"}.get(dst.suffix, "safetensors")  # type: ignore[return-value]


def _write_onnx(weights: Weights, dst: Path, dtype: str | None, graph: Any, progress: Progress | None) -> None:
    if dtype not in _PRECISIONS:
        raise UsageError(f"the number format {dtype!r} cannot be written to ONNX here", hint="choose one of f32, int8, int4")
    from sqlcoder_core.models.convert.onnx_write import write_onnx
    from sqlcoder_core.models.convert.staging import replaced_folder

    def heard(done: int, total: int) -> None:
        if progress:
            progress(dst.name, done, total)

    precision: Any = _PRECISIONS[dtype]
    with replaced_folder(dst) as new:
        write_onnx(weights, new, graph=graph, precision=precision, progress=heard)
